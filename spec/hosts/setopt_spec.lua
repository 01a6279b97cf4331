-- SPDX-License-Identifier: MIT
-- The list of what libcurl is told is closed: spec/support/curl-options.txt.

local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local process = require "spec.support.process"
local program = require "spec.support.program"

local LIST = "spec/support/curl-options.txt"

-- The lines "NAME VALUE" that the list allows, each also a key.
local function read_list()
  local list = {}
  for line in io.lines(LIST) do
    local name, values = line:match "^(CURL%u*OPT_[%u%d_]+) ([^:]+): %S"
    assert.truthy(name or line == "" or line:find "^#", line)
    for value in (values or ""):gmatch "%S+" do
      list[#list + 1] = name .. " " .. value
      list[list[#list]] = true
    end
  end
  return list
end

local list = read_list()

-- The line that allows what libcurl was told, or nil.
local function find_line(told)
  local name, value = told:match "^(%S+) (.*)$"
  local any = value ~= "NULL" and name .. " *"
  return list[told] and told or list[any] and any or nil
end

describe("what libcurl is told", function()
  -- A sanitizer has to be the first that is loaded.
  if not fixture.PLAIN then return pending "not with sanitizers" end

  local f, proxy, dir
  local told, seen = {}, {}

  setup(function()
    f, proxy, dir = fixture.start {}, fixture.start {}, folder.new()
    local g, p = f.g, proxy.g
    local library, away = program.build("cc -o build/setopt "
      .. "spec/native/setopt.c -shared -fPIC -Wl,--no-as-needed "
      .. "$(pkg-config --cflags --libs libcurl) -ldl")
    g:file("/clip", {})
    p:file(g.http .. "/clip", {})
    local ended = process.run {
      program = process.LUA, "spec/programs/options-of-curl.lua", g.http,
      g.https, p.http, g.ca, dir.path,
      env = { LD_PRELOAD = library, CURL_OPTIONS = dir:at "options" },
    }
    away()
    assert(ended.code == 0, ended.output)
    for line in io.lines(dir:at "options") do
      told[#told + 1] = line
      seen[find_line(line) or ""] = true
    end
  end)
  teardown(function()
    f:stop()
    proxy:stop()
    dir:remove()
  end)

  for _, line in ipairs(list) do
    it("contains " .. line, function() assert.is_true(seen[line]) end)
  end

  it("contains nothing else", function()
    for _, line in ipairs(told) do
      assert.truthy(find_line(line), "not in " .. LIST .. ": " .. line)
    end
  end)
end)
