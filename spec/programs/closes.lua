-- SPDX-License-Identifier: MIT
-- Ends clients that have a hundred transfers in flight, and prints the seconds
-- that each end took:
--   closes.lua WAY ROUNDS CPATH FOLDER BASE_URL [CA_FILE]
--
-- WAY is "close", "drop" (the collector takes the client) or "state" (its Lua
-- state is closed).

local way, rounds, cpath, folder, url, ca = ...
package.cpath = cpath .. ";" .. package.cpath
local busy = require "spec.support.busy"
local now = require "cqueues".monotime
local posix = require "posix"

-- What was made first in a state is finalised last.
local STATE = [[
  local now, start = require "cqueues".monotime, nil
  local function finalise() print(now() - start) end
  if newproxy then
    first = newproxy(true)
    getmetatable(first).__gc = finalise
  else
    first = setmetatable({}, { __gc = finalise })
  end
  client = require "spec.support.busy"(%q, %s, %q)
  start = now()
]]

local ways = {}

function ways.close()
  local client = busy(url, ca, folder)
  local start = now()
  client:close()
  print(now() - start)
end

function ways.drop()
  local client = busy(url, ca, folder)
  local left = setmetatable({ client }, { __mode = "v" })
  local start = now()
  client = nil -- luacheck: ignore
  collectgarbage()
  collectgarbage()
  print(now() - start)
  assert(not left[1], "the client is left")
end

function ways.state()
  posix.states(1, STATE:format(url, ca and ("%q"):format(ca), folder))
end

for _ = 1, tonumber(rounds) do ways[way]() end
os.exit(0)
