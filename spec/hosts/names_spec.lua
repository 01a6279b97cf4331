-- SPDX-License-Identifier: MIT
-- Whatever a name server does, a name is found or its failure comes within
-- timeout.connect, and the end of a client does not wait for it.

local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local process = require "spec.support.process"

local CONNECT_MS = 600 -- the timeout, which no locale writes with a comma
local CONNECT = CONNECT_MS / 1000
local CLOSE = 0.1   -- seconds, what the end of a client promises
local TICK = 0.002  -- of the clocks
local SLACK = 1     -- seconds, for a busy machine; the system's own timeout for
                    -- a name is 5 seconds

-- The name, what the server does, the code of the failure, and the least
-- seconds: until the answer or the next address, or the whole timeout.
local cases = {
  { "good", "answers", "ok", 0 },
  { "alias", "answers with another name", "ok", 0 },
  { "late", "answers late", "ok", 0.2 },
  { "fifty", "has 50 addresses, of which the last one works", "ok", 0 },
  { "silent-ipv6", "has IPv6 that is dead", "ok", 0.15 },
  { "silent-first", "has an address that is dead first", "ok", 0.15 },
  { "silent", "has dead addresses only", "connect_timeout", CONNECT },
  { "never", "does not answer", "connect_timeout", CONNECT },
  -- Newer versions of libcurl use the other half.
  { "half", "does not answer for IPv6", "connect_timeout ok", 0 },
  { "too-late", "answers too late", "connect_timeout", CONNECT },
  { "garbage", "answers with garbage", "connect_timeout", CONNECT },
  { "wrong-id", "answers another question", "connect_timeout", CONNECT },
  { "short", "answers with two bytes", "resolve", 0 },
  { "truncated", "cuts its answer", "resolve", 0 },
  { "nxdomain", "knows no such name", "resolve", 0 },
  { "servfail", "fails", "resolve", 0 },
  { "empty", "has no address", "resolve", 0 },
  { "loop", "has two names for each other", "resolve", 0 },
}

-- LeakSanitizer looks at /proc.
local OWN = "unshare -rnmpf --mount-proc --kill-child sh "
  .. "spec/support/own-names.sh "

local function obstacle()
  local ended = process.run { line = OWN .. "lua5.4 -l socket /dev/null" }
  return ended.code ~= 0 and "needs namespaces and LuaSocket: " .. ended.output
end

describe("a name whose server", function()
  local why, dir, found = obstacle(), folder.new(), {}

  -- All names in one run: what came of each, and of the run.
  setup(function()
    if why then return end
    local words = { "spec/programs/names.lua", CONNECT_MS, dir:at "",
      program = OWN .. process.LUA, seconds = 120 }
    for _, case in ipairs(cases) do words[#words + 1] = case[1] end
    local ended = process.run(words)
    assert.equal(0, ended.code, ended.output)
    for line in ended.output:gmatch "[^\n]+" do
      local name, rest = line:match "^(%S+)\t(.*)$"
      found[name] = rest
    end
  end)
  teardown(function() dir:remove() end)

  local function check_outcome(case, code, phase, seconds)
    assert.truthy(case[3]:find(code, 1, true), code)
    assert.equal(code == "ok" and "-" or "connect", phase)
    seconds = tonumber(seconds)
    assert.is_true(seconds >= case[4] - TICK, seconds)
    if fixture.PLAIN then
      assert.is_true(seconds < CONNECT + SLACK, seconds)
    end
  end

  for _, case in ipairs(cases) do
    it(("%s: %s"):format(case[2], case[3]), function()
      if why then return pending(why) end
      local fields = {}
      for field in found[case[1]]:gmatch "%S+" do
        fields[#fields + 1] = field
      end
      assert.equal(7, #fields)
      check_outcome(case, table.unpack(fields, 1, 3))
      check_outcome(case, table.unpack(fields, 4, 6))
      if fixture.PLAIN then
        assert.is_true(tonumber(fields[7]) < 10 * CLOSE, fields[7])
      end
    end)
  end
end)
