-- SPDX-License-Identifier: MIT
-- Fetches tasks in a libuv loop, with a poll handle on the client's descriptor:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/luv.lua ID…
--
-- LOOPS_CA_FILE may name a file of trusted issuers, for your own gateway.

local luma = require "luma"
local uv = require "luv"

local ids = { ... }
local client = assert(luma.client { ca_file = os.getenv "LOOPS_CA_FILE" })
-- The descriptor is a socket on Windows. Elsewhere this is new_poll.
local poll = assert(uv.new_socket_poll(client:fd()))
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

-- Other work of the program.
timer:start(0, 100, function() print "tick" end)

-- One handle polls for all jobs of the client. A program that starts new jobs
-- all the time keeps the handle, and closes it before the client.
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
