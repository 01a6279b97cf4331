-- SPDX-License-Identifier: MIT
-- Lets Lua run out of memory in the middle of calls of luma, at the first
-- allocation, at the second, and so on until the call succeeds, and looks
-- whether anything was lost:  lua5.4 starved.lua CPATH BASE_URL SCENARIO
--
-- Prints every message but "not enough memory", then how often it failed.

-- luacheck: read globals jit
if jit then jit.off() end -- LuaJIT's compiler jumps astray without memory

local cpath, url, scenario = ...
package.cpath = cpath .. ";" .. package.cpath
local fail = require "limits"
local luma = require "luma"

local function new(options)
  options = options or {}
  options.token, options.base_url = "token", url
  return luma.client(options)
end

local shared = new()
local IDS = { "a", "b", "c" }

-- So many events wait: all that comes for a job of one request.
local function arrived(client, count)
  while client:stats().queue < count do end
end

local function complete(tasks)
  assert(#tasks == 3)
  for i, task in ipairs(tasks) do
    assert(task.id == IDS[i] and task.video.width == 1360)
  end
end

local function finish(client)
  while client:step() > 0 do client:wait() end
end

-- Calls act(n) for n = 0, 1, … with memory for n allocations: prepare() goes
-- before, check() after.
local function sweep(prepare, act, check)
  local points, others = 0, {}
  for n = 0, 1e6 do
    local subject = prepare()
    collectgarbage "stop"
    pcall(type, subject) -- the stack is large enough to call pcall once more
    fail(n)
    local ok, why = pcall(act, subject)
    local failures = fail()
    collectgarbage "restart"
    if not ok and not tostring(why):find "not enough memory" then
      others[tostring(why)] = n
    end
    check(subject, ok)
    if ok and failures == 0 then break end
    points = points + 1
  end
  for why, n in pairs(others) do print(n, why) end
  print(points)
end

local scenarios = {}

-- A client, a job, a blocking call: nothing to lose, but nothing to leak.
function scenarios.start()
  sweep(function() return {} end, function(s)
    s.client = new { batch_size = 2 }
    s.job, s.err = s.client:fetch(IDS)
  end, function(s)
    assert(s.job or not s.err or s.err.code == "memory")
    if s.job then complete(s.job:result()) end
    if s.client then s.client:close() end
  end)
end

function scenarios.tasks()
  sweep(function() end, function() shared:tasks(IDS) end, function()
    finish(shared)
    complete(shared:tasks(IDS))
  end)
end

function scenarios.step()
  sweep(function()
    local job = shared:fetch(IDS)
    arrived(shared, 5)
    return job
  end, function() shared:step() end, function(job)
    complete(job:result())
    assert(shared:stats().queue == 0)
  end)
end

function scenarios.callbacks()
  sweep(function()
    local s = { a = 0, b = 0, c = 0, done = 0 }
    s.job = shared:fetch(IDS, {
      -- Without calls: these need memory, and what they raise is the host's.
      on_task = function(task, id)
        s[id] = s[id] + (task.id == id and 1 or 2)
      end,
      on_progress = function(progress) s.progress = progress end,
      on_done = function() s.done = s.done + 1 end,
    })
    arrived(shared, 5)
    return s
  end, function() shared:step() end, function(s)
    finish(shared)
    assert(s.a == 1 and s.b == 1 and s.c == 1, "a task was lost")
    assert(s.done == 1, "an end was lost")
    assert(s.job:progress().tasks == 3)
  end)
end

-- The client goes as it is, with the event that could not be delivered.
function scenarios.drop()
  sweep(function()
    local client = new()
    local job = client:fetch(IDS, { on_done = function() end })
    arrived(client, 5)
    return { client = client, job = job }
  end, function(s) s.client:step() end, function(s)
    s.client, s.job = nil, nil
    collectgarbage()
    collectgarbage()
  end)
end

function scenarios.each()
  sweep(function()
    local job = shared:fetch(IDS)
    arrived(shared, 5)
    return { job = job, n = 0, tasks = { false, false, false } }
  end, function(s)
    for task in s.job:each() do
      s.n = s.n + 1
      s.tasks[s.n] = task
    end
  end, function(s)
    for task in s.job:each() do
      s.n = s.n + 1
      s.tasks[s.n] = task
    end
    complete(s.tasks)
    assert(#s.job:result() == 0)
  end)
end

-- What a loop left behind is built for the result.
function scenarios.rest()
  sweep(function()
    local job = shared:fetch(IDS)
    local task = job:each()()
    finish(shared)
    return { job = job, task = task }
  end, function(s) s.job:result() end, function(s)
    local tasks = s.job:result()
    table.insert(tasks, 1, s.task)
    complete(tasks)
  end)
end

function scenarios.decode()
  local client = new { decode = function(text)
    return { id = text:match '"id":"(.-)"', video = { width = 1360 } }
  end }
  sweep(function()
    local job = client:fetch(IDS)
    arrived(client, 5)
    return job
  end, function() client:step() end, function(job)
    complete(assert(job:result()))
  end)
end

-- The spec has the stub refuse these.
function scenarios.failure()
  sweep(function()
    local job = shared:fetch(IDS)
    arrived(shared, 2)
    return job
  end, function(job)
    job:result()
    tostring(select(2, job:result()))
  end, function(job)
    local tasks, err = job:result()
    assert(not tasks and err.code == "rejected")
    for _, id in ipairs(IDS) do assert(err.failed[id].status == 400) end
    assert(tostring(err):find "HTTP 400")
  end)
end

function scenarios.missing()
  sweep(function()
    local job = shared:fetch(IDS)
    arrived(shared, 2)
    return job
  end, function(job) job:result() end, function(job)
    local tasks, missing = job:result()
    assert(#tasks == 0 and #missing == 3)
  end)
end

-- The spec has the stub say nothing.
function scenarios.pending()
  local job = shared:fetch(IDS)
  sweep(function() end, function()
    job:result(0.001)
    job:progress()
    shared:stats()
    tostring(job)
    tostring(shared)
  end, function()
    assert(#select(2, job:result(0.001)).pending == 3)
  end)
end

-- What had arrived can be taken from a closed client, also with difficulty.
function scenarios.close()
  sweep(function()
    local client = new()
    local job = client:fetch(IDS)
    arrived(client, 5)
    return { client = client, job = job }
  end, function(s)
    s.client:close()
    s.job:result()
  end, function(s)
    s.client:close()
    complete(s.job:result())
  end)
end

-- The spec has an answer at /luma/generations.
function scenarios.request()
  local body = { prompt = "a \"cat\"", list = { 1, { 0.5, { x = true } } } }
  local function ask()
    return shared:request("POST", "/luma/generations", body)
  end
  sweep(function() return {} end, function(s) s.job, s.err = ask() end,
    function(s)
      assert(s.job or not s.err or s.err.code == "memory")
      if s.job then assert(s.job:result() == 1) end
      assert(ask():result() == 1)
    end)
  -- What cannot be written is told, as soon as there is memory for that.
  body.list[2][2].x = print
  sweep(function() end, function()
    local ok, why = pcall(ask)
    assert(not ok)
    if not tostring(why):find "list%[2%]%[2%]%.x: a value" then
      error(why, 0)
    end
  end, function() end)
end

-- The spec has a file at /clip.
local function download(s, path)
  return shared:download(url .. "/clip", {
    path = path, allow_private = true, sync = false,
    on_progress = function(progress) s.progress = progress.bytes end,
    on_done = function(to, bytes)
      s.done, s.path, s.bytes = s.done + 1, to, bytes
    end,
  })
end

function scenarios.download()
  local path = os.tmpname()
  sweep(function() return { done = 0 } end, function(s)
    s.job, s.err = download(s, path)
  end, function(s)
    finish(shared)
    assert(s.job or not s.err or s.err.code == "memory")
    if s.job then assert(s.job:result() == path) end
  end)
  os.remove(path)
end

function scenarios.downloaded()
  local path = os.tmpname()
  sweep(function()
    local s = { done = 0, path = false, bytes = 0, progress = 0 }
    s.job = download(s, path)
    arrived(shared, 2)
    return s
  end, function() shared:step() end, function(s)
    finish(shared)
    assert(s.done == 1 and s.path == path and s.bytes == 100000)
    -- Without memory to call it at all, on_progress misses one.
    assert(s.progress == s.bytes or s.progress == 0)
    assert(s.job:result() == path)
  end)
  os.remove(path)
end

scenarios[scenario]()
