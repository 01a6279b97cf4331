-- SPDX-License-Identifier: MIT
-- Fetches under a scheduler of plain coroutines, which sleeps in client:wait:
--   LUMA_GATEWAY_TOKEN=… lua5.4 examples/loops/coroutines.lua ID…
--
-- LOOPS_CA_FILE may name the issuers of a gateway of your own.

local luma = require "luma"

local ids = { ... }
local client = assert(luma.client { ca_file = os.getenv "LOOPS_CA_FILE" })
local line, ending = {}, nil -- the coroutines that can go on

local function enter(co) line[#line + 1] = co end

-- Lets the others go on, for a tenth of a second at most.
local function pause()
  enter(coroutine.running())
  coroutine.yield()
end

-- Reads as if it blocked, but only this coroutine waits. on_done just puts it
-- in line: its turn comes after step, outside of the callback.
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

-- Something else that goes on meanwhile.
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
  client:wait(0.1) -- nobody can go on before something arrives
end
client:close()
print(ending)
