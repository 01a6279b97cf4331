-- SPDX-License-Identifier: MIT
-- Fetches tasks in a scheduler of plain coroutines, which sleeps in
-- client:wait:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/coroutines.lua ID…
--
-- LOOPS_CA_FILE may name a file of trusted issuers, for your own gateway.

local luma = require "luma"

local ids = { ... }
local client = assert(luma.client { ca_file = os.getenv "LOOPS_CA_FILE" })
local line, ending = {}, nil -- the coroutines that can continue

local function enter(co) line[#line + 1] = co end

-- Lets the other coroutines run, for at most a tenth of a second.
local function pause()
  enter(coroutine.running())
  coroutine.yield()
end

-- Only this coroutine waits. on_done adds it to the queue, and it continues
-- after step, outside of the callback.
local function fetch(list, on_task)
  local me = coroutine.running()
  local tasks, missing
  client:fetch(list, { on_task = on_task, on_done = function(...)
    tasks, missing = ...
    enter(me)
  end })
  coroutine.yield()
  return tasks, missing
end

enter(coroutine.create(function()
  local count = 0
  local tasks, missing = fetch(ids, function(_, id, state)
    count = count + 1
    print(id, state)
  end)
  ending = tasks and ("%d tasks, %d missing"):format(count, #missing)
    or tostring(missing) -- nil, err
end))

-- Other work of the program.
enter(coroutine.create(function()
  while not ending do
    print "tick"
    pause()
  end
end))

io.stdout:setvbuf "line"
while client:step() > 0 or #line > 0 do
  local turn = line
  line = {}
  for _, co in ipairs(turn) do assert(coroutine.resume(co)) end
  client:wait(0.1) -- no coroutine can continue before an event
end
client:close()
print(ending)
