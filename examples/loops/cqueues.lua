-- SPDX-License-Identifier: MIT
-- Fetches in a cqueues loop, where the client itself can be polled:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/cqueues.lua ID…
--
-- LOOPS_CA_FILE may name the issuers of a gateway of your own.

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

-- One coroutine steps, however many jobs the client has. In a program that
-- starts new ones all the time it would do so for ever.
loop:wrap(function()
  while client:step() > 0 do cqueues.poll(client) end
end)

-- Something else that goes on meanwhile.
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
