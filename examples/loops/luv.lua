-- SPDX-License-Identifier: MIT
-- Fetches in a libuv loop, with a poll handle on the client's descriptor:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/luv.lua ID…
--
-- LOOPS_CA_FILE may name the issuers of a gateway of your own.

local luma = require "luma"
local uv = require "luv"

local ids = { ... }
local client = assert(luma.client { ca_file = os.getenv "LOOPS_CA_FILE" })
local poll = assert(uv.new_poll(client:fd()))
local timer = uv.new_timer()
local count, ending = 0, nil

client:fetch(ids, {
  on_task = function(_, id, state)
    count = count + 1
    print(id, state)
  end,
  on_done = function(tasks, missing)
    ending = tasks and ("%d tasks, %d missing"):format(count, #missing)
      or tostring(missing) -- nil, err
  end,
})

-- Something else that goes on meanwhile.
timer:start(0, 100, function() print "tick" end)

-- One handle for a client, however many jobs it has. In a program that starts
-- new ones all the time it would stay; close it before the client.
poll:start("r", function()
  if client:step() == 0 then
    poll:close()
    timer:close()
  end
end)

io.stdout:setvbuf "line"
uv.run()
client:close()
print(ending)
