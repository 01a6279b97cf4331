-- SPDX-License-Identifier: MIT
-- A script of mpv fetches tasks in a timer, and mpv quits at any time, also
-- while a task is on its way.

local fixture = require "spec.support.fixture"
local hosts = require "spec.support.hosts"
local process = require "spec.support.process"

local MODULE = "build/lua5.2/luma.so" -- mpv of Debian has Lua 5.2

-- What keeps it from being run here, if anything does.
local function obstacle()
  if not fixture.PLAIN then return "not with sanitizers" end
  return hosts.obstacle {
    programs = { "mpv" }, files = { [MODULE] = "make LUA=lua5.2 all" },
  }
end

describe("a script of mpv", function()
  local why = obstacle()
  if why then
    pending("is not run: " .. why)
    return
  end

  local f = fixture.use()

  local function play(options)
    return process.run {
      "--no-config", "--idle=once", "--vo=null", "--ao=null",
      "--script=spec/programs/inside-mpv.lua", "--script-opts=cpath=build/lua5.2/?.so," .. options,
      program = "mpv", seconds = 20, env = {
        LUMA_GATEWAY_TOKEN = "token", LUMA_GATEWAY_URL = f.g.http,
      },
    }
  end

  it("gets its tasks in a timer", function()
    f.g:default { delay = 0.1 }
    local ended = play "ids=a:b"
    assert.equal(0, ended.code, ended.output)
    for _, id in ipairs { "a", "b" } do
      local line = ("task %s completed 1360"):format(id)
      assert.truthy(ended.output:find(line, 1, true), ended.output)
    end
    assert.truthy(ended.output:find "left 0 true")
  end)

  it("does not keep mpv from quitting", function()
    f.g:default { stall = "body" }
    local start = fixture.now()
    local ended = play "ids=a,leave=yes"
    assert.equal(0, ended.code, ended.output)
    assert.truthy(ended.output:find "left 1 false", ended.output)
    assert.is_true(fixture.now() - start < 10)
  end)
end)
