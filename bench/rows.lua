-- SPDX-License-Identifier: MIT
-- luma's own figures, one a process: rows.lua URL CA IDS FIGURE [ARGUMENTS]

local cjson = require "cjson"
local clock = require "clock"
local harness = require "harness"
local stream_ids = require "stream_ids"

local rows = {}

local function client()
  return require "luma".client {
    base_url = harness.url, ca_file = harness.ca, token = "bench",
  }
end

-- The seconds that f takes.
local function time(f)
  local start = clock.wall()
  f()
  return clock.wall() - start
end

local function percentile(list, p)
  table.sort(list)
  return list[math.max(1, math.ceil(#list * p))]
end

-- One id on a warm connection, and the same request with plain libcurl.
function rows.one(calls)
  local luma, id = client(), harness.ids[1]
  local post = require "plain" (harness.url .. "/luma/tasks", harness.ca)
  local body = harness.bodies()[1]
  local ours, plain = {}, {}
  for i = 1 - calls // 10, calls do -- calls below 1 are the warm-up
    ours[i] = time(function() assert(luma:tasks(id)[1].id == id) end)
    plain[i] = time(function() assert(post(body) > 3000) end)
  end
  return {
    luma_p50 = percentile(ours, 0.5), luma_p99 = percentile(ours, 0.99),
    plain_p50 = percentile(plain, 0.5), plain_p99 = percentile(plain, 0.99),
  }
end

-- A loop over all tasks: CPU time per id, and memory besides the list of ids.
-- The list is held, or dropped once luma has it. With more live memory, Lua's
-- collector allows more garbage, and less of it stays in the CPU's cache.
function rows.each(count, list)
  local held, luma = { ids = stream_ids(count) }, client()
  local seen, last = 0, nil
  collectgarbage()
  io.open("/proc/self/clear_refs", "w"):write("5"):close() -- resets VmHWM
  local before = harness.memory "VmRSS"
  local cpu, thread = clock.process(), clock.thread()
  local job = luma:fetch(held.ids)
  if list == "dropped" then
    held.ids = nil
    collectgarbage()
  end
  for task in job:each() do
    seen, last = seen + 1, task.id
  end
  assert(job:result())
  assert(seen == count and #last == 36, "tasks are missing")
  return {
    cpu = (clock.process() - cpu) / count,
    thread = (clock.thread() - thread) / count,
    memory = (harness.memory "VmHWM" - before) * 1024,
  }
end

local makers = {}

function makers.luma(luma)
  return (assert(luma:tasks(harness.ids)))
end

-- The same responses with lua-cjson, without the time to read the files.
function makers.cjson()
  local replies, reading = {}, 0
  for i = 1, #harness.ids, 100 do
    local start = clock.thread()
    local name = "build/bench/replies/" .. harness.ids[i] .. ".json"
    local file <close> = assert(io.open(name))
    local text = file:read "a"
    reading = reading + clock.thread() - start
    local reply = cjson.decode(text)
    replies[#replies + 1] = reply.data or reply
  end
  return harness.join(replies), reading
end

local function keep(maker)
  local luma = client() -- made before, because it has its own figure
  collectgarbage()
  local bytes, thread = collectgarbage "count", clock.thread()
  local tasks, reading = maker(luma)
  thread = clock.thread() - thread - (reading or 0)
  assert(require "luma".id(tasks[#harness.ids]) == harness.ids[#harness.ids])
  collectgarbage()
  collectgarbage()
  return thread / #tasks, (collectgarbage "count" - bytes) * 1024 / #tasks
end

-- CPU time on the Lua thread, and bytes, for each task that is kept. `thread`
-- is the first time in a process, with the connection; `again` is later, when
-- the C library already has the memory.
function rows.keep(name)
  local again = {}
  local first, bytes = keep(makers[name])
  for i = 1, 5 do again[i] = keep(makers[name]) end
  return { thread = first, again = percentile(again, 0.5), bytes = bytes }
end

-- The time to make a client, or to load libcurl.
function rows.start(what)
  return { wall = time(what == "luma" and client or clock.load_curl) }
end

print(cjson.encode(rows[arg[4]](tonumber(arg[5]) or arg[5], arg[6])))
