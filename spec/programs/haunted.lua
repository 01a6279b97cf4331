-- SPDX-License-Identifier: MIT
-- A host whose finalizers call luma, at any moment that the collector picks:
--   lua5.4 haunted.lua URL incremental|generational work|close|look
--
-- A process of its own has a small heap, so the collector comes round often.

local luma = require "luma"
local finalizer = require "spec.support.finalizer"

local url, mode, what = ...
local N = 500 -- tasks for each of three jobs

-- Each Lua has its own way to tell the collector its pace; those that do not
-- fit are refused or have no effect.
local function pace(name, value)
  if not pcall(collectgarbage, "set" .. name, value) then
    pcall(collectgarbage, "param", name, value)
  end
end

if mode == "incremental" then
  pcall(collectgarbage, mode, 1, 1000, 8)
  pace("stepmul", 1000)
elseif _VERSION == "Lua 5.2" then
  return -- its generational mode, an experiment, hardly calls finalizers
elseif not pcall(collectgarbage, mode, 1, 100) then
  return -- this Lua has no such collector
end
pace("pause", 1)
pace("minormul", 1)

local function new(options)
  options.token, options.base_url = "token", url
  return luma.client(options)
end

local function list(count, prefix)
  local ids = {}
  for i = 1, count do ids[i] = prefix .. i end
  return ids
end

-- Calls act() from a finalizer again and again, until the function that it
-- returns is called.
local function haunt(act)
  local alive, trouble = true, nil
  local function arm()
    finalizer(function()
      if not alive then return end
      local ok, why = pcall(act)
      if not ok then trouble = trouble or why end
      arm()
    end)
  end
  arm()
  return function()
    alive = false
    assert(not trouble, trouble)
  end
end

local function check_all(tasks, prefix, count)
  assert(#tasks == count)
  for i, task in ipairs(tasks) do
    assert(task.id == prefix .. i and task.video.width == 1360)
  end
end

-- Every id has one outcome, in the numbers and in the tables; a loop has
-- taken its tasks out of these.
local function check_outcomes(job, looped)
  assert(job:done())
  local p = job:progress()
  assert(p.tasks + p.cancelled == p.ids)
  local tasks, err = job:result()
  assert(not tasks == (p.cancelled > 0))
  assert(looped or #(tasks or err.tasks) == p.tasks)
  assert(tasks or #err.cancelled == p.cancelled)
end

local function work()
  local client = new { batch_size = 20, connections = 3 }
  local other, extra = new {}, {}
  local turn, inside = 0, 0
  local victim = client:fetch(list(50, "victim-"))
  local acts = {
    function() client:step() end,
    function() other:step(0.001) end,
    function()
      if #extra < 20 then extra[#extra + 1] = client:fetch { "extra" } end
    end,
    function() victim:progress() end,
    function() return tostring(victim) end,
    function() if turn > 100 then victim:cancel() end end,
    function() client:fetch { "dropped" } end,
    function() client:stats() end,
    function() other:fetch { "other" } end,
    function() assert(not pcall(client.step, client, -1)) end,
  }
  local stop = haunt(function()
    if not pcall(client.wait, client, 0) then inside = inside + 1 end
    turn = turn + 1
    acts[turn % #acts + 1]()
  end)
  local seen, count = {}, 0
  local stream = client:fetch(list(N, "stream-"), {
    on_task = function(task, id)
      assert(task.id == id and not seen[id])
      seen[id] = true
      count = count + 1
    end,
  })
  local kept = client:fetch(list(N, "kept-"))
  local looped = {}
  for task in client:fetch(list(N, "looped-")):each() do
    looped[#looped + 1] = task
  end
  check_all(assert(kept:result()), "kept-", N)
  assert(stream:result())
  assert(count == N and #looped == N)
  victim:result()
  check_outcomes(victim)
  for _, job in ipairs(extra) do assert(#job:result() == 1) end
  stop()
  assert(inside > 0, inside)
end

-- Ways to take what comes, which the finalizer may find closed.
local take = {
  [0] = function() end,
  function(jobs)
    for _, job in ipairs(jobs) do job:result() end
  end,
  function(jobs)
    for _, job in ipairs(jobs) do
      job:result(0)
      for task, id in job:each() do assert(task.id == id) end
    end
  end,
}

-- In every second round the first finalizer that comes during a fetch closes
-- the client; in the others it is the one whose turn it is.
local function close()
  local in_fetch = 0
  for round = 1, 200 do
    local client = new { batch_size = 2, connections = 2 }
    local turn, fetching = 0, false
    local last = round % 2 == 1 and (round - 1) / 2 % 40
    local stop = haunt(function()
      turn = turn + 1
      if last and turn ~= last or not last and not fetching then return end
      client:close()
      if fetching then in_fetch = in_fetch + 1 end
    end)
    local jobs = {}
    for i = 1, last and 5 or 50 do
      fetching = true
      local ok, job = pcall(client.fetch, client, { i .. "a", i .. "b" })
      fetching = false
      if ok then jobs[#jobs + 1] = assert(job) end
    end
    take[round % 3](jobs)
    while last and turn < last do
      pcall(client.step, client)
      setmetatable({}, {}) -- something to collect
    end
    client:close()
    stop()
    for _, job in ipairs(jobs) do check_outcomes(job, round % 3 == 2) end
  end
  assert(in_fetch >= 90, in_fetch)
end

-- What a job that runs shows of itself is all of one moment.
local function look()
  local client = new { batch_size = 5, connections = 4 }
  local stop = haunt(function() client:step() end)
  for _ = 1, 20 do
    local job = client:fetch(list(200, "id-"))
    local tasks, err = job:result(0)
    while not tasks do
      assert(#err.tasks + #err.pending == 200, "ids are missing")
      tasks, err = job:result(0)
    end
    check_all(tasks, "id-", 200)
  end
  stop()
end

local parts = { work = work, close = close, look = look }
parts[what]()
