-- SPDX-License-Identifier: MIT
-- Fetches tasks in a cqueues loop, which can poll the client itself:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/cqueues.lua ID…
--
-- LOOPS_CA_FILE may name a file of trusted issuers, for your own gateway.

local cqueues = require "cqueues"
local luma = require "luma"

local ids = { ... }
local client = assert(luma.client { ca_file = os.getenv "LOOPS_CA_FILE" })
local loop = cqueues.new()
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

-- One coroutine steps for all jobs of the client. In a program that starts new
-- jobs all the time, it would never end.
loop:wrap(function()
  while client:step() > 0 do cqueues.poll(client) end
end)

-- Other work of the program.
loop:wrap(function()
  while not ending do
    print "tick"
    cqueues.sleep(0.1)
  end
end)

io.stdout:setvbuf "line"
assert(loop:loop())
client:close()
print(ending)
