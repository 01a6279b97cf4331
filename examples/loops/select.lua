-- SPDX-License-Identifier: MIT
-- Fetches tasks in a loop around LuaSocket's select, which takes the client
-- like a socket:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/select.lua ID…
--
-- LOOPS_CA_FILE may name a file of trusted issuers, for your own gateway.

local luma = require "luma"
local socket = require "socket"

local ids = { ... }
local client = assert(luma.client { ca_file = os.getenv "LOOPS_CA_FILE" })
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

io.stdout:setvbuf "line"
local readers = { client } -- and the sockets of the program
local tick = socket.gettime()

while not ending do
  local now = socket.gettime()
  if now >= tick then -- other work of the program
    print "tick"
    tick = now + 0.1
  end
  local ready = socket.select(readers, nil, tick - now)
  if ready[client] then client:step() end
end
client:close()
print(ending)
