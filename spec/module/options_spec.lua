-- SPDX-License-Identifier: MIT
-- The reference has each option and no other, a method takes only its own, and
-- the same mistake has the same message everywhere.

local luma = require "luma"
local errors = require "spec.support.errors"

local TYPES = {
  TEXT = "string", NAME = "string", CHOICE = "string", EXISTS = "string", COUNT = "integer",
  BYTES = "integer", SECONDS = "number", GRACE = "number", TIMEOUT = "number",
  DEADLINE = "number",
  FLAG = "boolean", FUNCTION = "function", HEADERS = "table",
  LIMITS = "table",
}
local WRONG = coroutine.create(print) -- no option is of this type

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

-- The options in a table of the binding: names to types.
local function known(array)
  local path = array == "timeouts" and "reader.c" or "options.c"
  local rows, found = read("binding/" .. path):match(
    "struct option " .. array .. "%[%] = (%b{})"), {}
  for name, kind in rows:gmatch '{"([a-z0-9_]+)", ([A-Z]+),' do
    found[name] = assert(TYPES[kind], kind)
  end
  assert.truthy(next(found))
  return found
end

local function section(title)
  local text = read "docs/reference.md"
  local from = assert(select(2, text:find("\n## " .. title, 1, true)), title)
  return text:sub(from, (text:find("\n## ", from, true)))
end

-- The names in the first column of a section's table.
local function documented(title)
  local names = {}
  for first in section(title):gmatch "\n| (`[^|]*) |" do
    for name in first:gmatch "`([a-z0-9_]+)" do names[name] = true end
  end
  return names
end

local function names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

describe("an option", function()
  local client
  local methods = {
    fetch = function(o) client:fetch("a", o) end,
    watch = function(o) client:watch("a", o) end,
    request = function(o) client:request("GET", "/x", nil, o) end,
    download = function(o) client:download("https://x.example/x", o) end,
    generate = function(o) client:generate("a", o) end,
  }

  setup(function()
    client = luma.client { token = errors.TOKEN }
  end)
  teardown(function() client:close() end)

  -- The options that a method knows. For each of them, a value of the wrong
  -- type is named with the type that is right.
  local function taken(method)
    local found = {}
    for name, kind in pairs(known "job_options") do
      local why = errors.misuse(methods[method], { [name] = WRONG })
      if not why:find("unknown option '" .. name .. "'", 1, true) then
        found[name] = true
        assert.truthy(why:find(("(%s: %s expected, got thread)"):format(name,
          kind), 1, true), why)
      end
    end
    return found
  end

  it("of a client is in the reference, and none else is", function()
    assert.same(names_of(documented "luma.client(options)"),
      names_of(known "client_options"))
  end)

  it("of a client has a type, and a message that names it", function()
    for name, kind in pairs(known "client_options") do
      local why = errors.misuse(luma.client, { [name] = WRONG })
      assert.truthy(why:find(("(%s: %s expected, got thread)"):format(name,
        kind), 1, true), why)
    end
    for name in pairs(known "timeouts") do
      local why = errors.misuse(luma.client, { timeout = { [name] = WRONG } })
      assert.truthy(why:find(("(timeout.%s: number expected, got thread)")
        :format(name), 1, true), why)
      assert.truthy(section("luma.client(options)")
        :find("`" .. name .. "` %(%d+%)"))
    end
  end)

  it("of a download is in the reference, and none else is", function()
    local rows = documented "Downloads"
    assert.same(names_of(rows), names_of(taken "download"))
  end)

  it("of another job is for the jobs that the reference says", function()
    local common = { "attempts", "deadline", "on_done", "on_progress",
      "on_task", "timeout" }
    assert.same(common, names_of(taken "fetch"))
    for _, name in ipairs(common) do
      assert.truthy(section("Client\n"):find("`" .. name, 1, true), name)
    end
    for title, case in pairs {
      Watching = { "watch", { "attempts", "deadline", "interval",
        "link_grace", "max_interval", "missing_grace", "on_done",
        "on_progress", "on_task", "on_update", "timeout" } },
      ["Other endpoints"] = { "request", { "attempts", "deadline", "on_done",
        "retry", "timeout" } },
    } do
      local names = names_of(taken(case[1]))
      assert.same(case[2], names)
      local text = section(title) .. section("Client\n")
      for _, name in ipairs(names) do
        assert.truthy(text:find(name, 1, true), name)
      end
    end
  end)

  it("of a generation is one of a watch or a download", function()
    local set = taken "watch"
    for name in pairs(taken "download") do set[name] = true end
    set.exists = nil -- its file is always a new one
    assert.same(names_of(set), names_of(taken "generate"))
  end)

  it("of seconds has one range, and one message about it", function()
    for method, call in pairs(methods) do
      for _, value in ipairs { 0, -1, 0 / 0, -math.huge, 1e9 + 1 } do
        local why = errors.misuse(call, { deadline = value })
        assert.truthy(why:find("(deadline: must be a positive number of " ..
          "seconds, at most 1000000000, not ", 1, true), method .. ": " .. why)
      end
    end
  end)

  it("is blamed on the argument that holds it, or is it", function()
    for _, case in ipairs {
      { methods.fetch, { deadline = 0 }, 2 },
      { methods.request, { deadline = 0 }, 4 },
      { methods.download, { deadline = 0 }, 2 },
      { methods.download, { path = "/tmp/" }, 2 },
      { methods.download, { dir = "x" }, 2 },
      { function(o) client:download("https://x.example/x", "x", o) end,
        { deadline = 0 }, 3 },
      { function() client:download("https://x.example/x", "/tmp/") end, nil,
        2 },
      { function() client:request("get", "/x") end, nil, 1 },
      { function() client:request("HEAD", "/x", "{}") end, nil, 1 },
      { function() client:request("GET", "//x") end, nil, 2 },
    } do
      local why = errors.misuse(case[1], case[2])
      assert.truthy(why:find("bad argument #" .. case[3] .. " ", 1, true), why)
    end
  end)
end)
