-- SPDX-License-Identifier: MIT
-- Drops and closes clients whose descriptors a thread of the host polls, and
-- prints what that thread saw:  polled polled.lua BASE_URL ROUNDS
--
-- The gateway does not answer.

local poll, polled = _G.poll, _G.polled -- the host's
local url, rounds = ...
local luma = require "luma"

local function client(working)
  local made = luma.client { token = "token", base_url = url }
  if not working then return made end
  made:fetch({ "a" }, { on_done = print })
  local deadline = os.time() + 20
  while made:stats().active < 1 do
    assert(os.time() < deadline, "no request")
    made:wait(0.001)
  end
  return made
end

local function collect()
  collectgarbage()
  collectgarbage()
end

local function dropped(working)
  poll(client(working):fd())
  collect()
  local saw = polled()
  return saw == "nothing" and saw or "woken" -- whichever it sees first
end

local function closed(working)
  local kept = client(working)
  poll(kept:fd())
  kept:close()
  return polled()
end

for _ = 1, tonumber(rounds) do
  print(dropped(false), dropped(true), closed(false), closed(true))
  collect()
end
