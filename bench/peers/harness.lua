-- SPDX-License-Identifier: MIT
-- Shared by the Lua contestants: the requests, the clocks, the printed line.

local cjson = require "cjson"
local clock = require "clock"

local BATCH = 100

local harness = { url = arg[1], ca = arg[2], ids = {} }
for id in io.lines(arg[3]) do harness.ids[#harness.ids + 1] = id end

-- The bodies of all requests.
function harness.bodies()
  local ids, bodies = harness.ids, {}
  for i = 1, #ids, BATCH do
    local last = math.min(i + BATCH - 1, #ids)
    bodies[#bodies + 1] = '{"ids":["'
      .. table.concat(ids, '","', i, last) .. '"]}'
  end
  return bodies
end

-- Makes one array of all tasks from an array of decoded responses.
function harness.join(replies)
  local tasks = {}
  for _, reply in ipairs(replies) do
    table.move(reply, 1, #reply, #tasks + 1, tasks)
  end
  return tasks
end

-- A value of /proc/self/status, in KiB.
function harness.memory(name)
  for line in io.lines "/proc/self/status" do
    local kib = line:match("^" .. name .. ":%s*(%d+)")
    if kib then return tonumber(kib) end
  end
end

-- Runs the contestant, which returns all tasks, and prints the figures. If it
-- returns a table as second value, its fields are printed as well.
function harness.run(contestant)
  collectgarbage() -- frees what was read so far
  local wall, cpu, thread = clock.wall(), clock.process(), clock.thread()
  local tasks, more = contestant()
  local line = more or {}
  line.wall = clock.wall() - wall
  line.cpu = clock.process() - cpu
  line.thread = clock.thread() - thread
  line.peak = harness.memory "VmHWM"
  line.count = #tasks
  line.last = #tasks > 0 and tasks[#tasks].id or nil
  print(cjson.encode(line))
end

return harness
