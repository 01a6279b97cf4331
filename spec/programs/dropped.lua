-- SPDX-License-Identifier: MIT
-- Lets the collector take clients whose descriptors a loop polls, and goes on:
--   lua5.4 dropped.lua BASE_URL
--
-- This is a mistake of the loop's: with the client its descriptor is closed.
-- Whether the loop hears of it is up to the system.

local luma = require "luma"
local uv = require "luv"

local url = ...
local polls, ticks, clients = {}, 0, {}
local left = setmetatable({}, { __mode = "v" })

local function add(path)
  local client = luma.client { token = "token", base_url = url .. path }
  local poll = assert(uv.new_poll(client:fd()))
  poll:start("r", function() poll:stop() end)
  polls[#polls + 1], clients[#clients + 1] = poll, client
  left[#left + 1] = client
  return client
end

-- Without a thread, with one that sleeps, with one that is at work.
local function begin()
  add ""
  assert(add(""):tasks { "a" })
  add("/silent"):fetch({ "b" }, { on_done = print })
end

begin()

local timer = uv.new_timer()
timer:start(10, 10, function()
  ticks = ticks + 1
  if ticks == 2 then
    clients = nil
    collectgarbage()
    collectgarbage()
    assert(not next(left), "a client is left")
  elseif ticks == 12 then
    for _, poll in ipairs(polls) do poll:close() end
    timer:close()
  end
end)
uv.run()

-- The numbers of the descriptors can be used again, also in the same loop.
clients = {}
for i = 1, 3 do
  local client = add ""
  client:fetch({ "c" .. i }, { on_task = function(_, id) print(id) end })
  local poll = polls[#polls]
  poll:start("r", function()
    if client:step() == 0 then poll:close() end
  end)
  uv.run()
end
print(ticks .. " ticks")
