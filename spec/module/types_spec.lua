-- SPDX-License-Identifier: MIT
-- The types for editors name what the module has, and nothing more.

local fixture = require "spec.support.fixture"
local luma = require "luma"

local PATH = "library/luma.lua"

-- The fields of each class, without those of its parents; the functions of each
-- table; the words of each alias.
local function read_types()
  local classes, functions, words = {}, {}, {}
  local class, alias
  for line in io.lines(PATH) do
    local name, parent = line:match "^%-%-%-@class ([%w.]+):? ?([%w.]*)"
    if name then
      class, classes[name] = name, { parent = parent }
    end
    alias = line:match "^%-%-%-@alias ([%w.]+)" or alias
    local field = line:match "^%-%-%-@field ([%w_]+)%??%s"
    if field then classes[class][field] = true end
    local word = line:match '^%-%-%-| "([%w_]+)"$'
    if word then
      words[alias] = words[alias] or {}
      words[alias][word] = true
    end
    local owner, method = line:match "^function (%w+)[.:](%w+)%("
    if owner then
      functions[owner] = functions[owner] or {}
      functions[owner][method] = true
    end
  end
  return classes, functions, words
end

local classes, functions, words = read_types()

local function fields_of(name)
  local class, found = classes[name], {}
  if class.parent ~= "" then found = fields_of(class.parent) end
  for field in pairs(class) do
    if field ~= "parent" then found[field] = true end
  end
  return found
end

local function keys_of(list)
  local found = {}
  for key in pairs(list) do found[key] = true end
  return found
end

-- Names in C, by a pattern, in the text between two others.
local function in_source(path, from, pattern)
  local text, found = fixture.read(path), {}
  local start = assert(text:find(from, 1, true), from)
  for name in text:sub(start, text:find("\n};", start, true)):gmatch(pattern) do
    found[name] = true
  end
  assert.truthy(next(found))
  return found
end

describe("the types for editors", function()
  local f = fixture.use()

  it("can be read as Lua", function()
    assert.equal("table", type(dofile(PATH)))
  end)

  it("have the functions of the module, and its values", function()
    local all = keys_of(functions.luma)
    for field in pairs(fields_of "luma") do all[field] = true end
    assert.same(keys_of(luma), all)
  end)

  it("have the methods of clients and jobs", function()
    assert.same(in_source("lua_luma.c", "luaL_Reg methods[]", '{"(%w+)"'),
      functions.Client)
    assert.same(in_source("binding/job.c", "luaL_Reg job_methods[]",
      '{"(%w+)"'), functions.Job)
  end)

  it("have the options", function()
    local path, name = "binding/options.c", '{"([%w_]+)", '
    assert.same(in_source(path, "option client_options[]", name),
      fields_of "luma.ClientOptions")
    assert.same(in_source("binding/reader.c", "option timeouts[]", name),
      fields_of "luma.Timeout")
    assert.same(in_source(path, "option decode_options[]", name),
      fields_of "luma.DecodeOptions")
  end)

  it("have the options of each kind of job", function()
    local client = f:new()
    local calls = {
      Fetch = function(o) return client:fetch("a", o) end,
      Watch = function(o) return client:watch("a", o) end,
      Generate = function(o) return client:generate("a", o) end,
      Download = function(o) return client:download("http://a/b", o) end,
      Request = function(o) return client:request("GET", "/x", nil, o) end,
    }
    local all = in_source("binding/options.c", "option job_options[]",
      '{"([%w_]+)", ')
    for kind, call in pairs(calls) do
      local taken = {}
      for name in pairs(all) do
        local _, why = pcall(call, { [name] = coroutine.create(print) })
        if not tostring(why):find("unknown option", 1, true) then
          taken[name] = true
        end
      end
      assert.same(taken, fields_of("luma." .. kind .. "Options"), kind)
    end
  end)

  it("have the numbers", function()
    local client = f:new()
    assert.same(keys_of(client:stats()), fields_of "luma.Stats")
    f.g:route("/luma/generations", { body = '{"id":"a"}' })
    local job = client:generate "a"
    job:result()
    assert.same(keys_of(job:progress()), fields_of "luma.Progress")
  end)

  it("have the fields of attempts", function()
    local found = {}
    for line in io.lines "binding/result.c" do
      local name = line:match '%(L, "([a-z_]+)", attempt'
        or line:match '%(L, "([a-z_]+)", .*attempt%->'
      if name then found[name] = true end
    end
    found.code = true -- its name stands on another line
    assert.same(found, fields_of "luma.Attempt")
  end)

  it("have the fields and codes of errors", function()
    local allowed = in_source("spec/support/errors.lua", "ALLOWED = {",
      "([%a_]+) = \"")
    allowed.value = true
    assert.same(allowed, fields_of "luma.Error")
    local codes = {}
    for code in fixture.read "core/error.h":gmatch '\n +X%([A-Z_]+, "([a-z_]+)"' do
      codes[code] = code ~= "ok" or nil
    end
    assert.same(codes, words["luma.Code"])
  end)

  it("have the words for states and files", function()
    local names = {}
    for state in pairs { pending = 1, processing = 1, completed = 1,
      failed = 1 } do
      names[state] = luma.state { id = "a", state = state } == state
    end
    assert.same(names, words["luma.State"])
    for what in pairs(words["luma.What"]) do
      assert.is_nil(luma.url({ id = "a" }, what))
    end
    assert.has_error(function() luma.url({ id = "a" }, "other") end)
  end)
end)
