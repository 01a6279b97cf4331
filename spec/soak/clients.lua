-- SPDX-License-Identifier: MIT
-- The clients of the soak: one that lasts, and SLOTS others, each of which lives
-- for some jobs and ends in one of three ways.
--
--   clients.start(gateway)   before all else
--   clients.turn(most)       starts at most so many jobs, and takes what comes;
--                            gives how many more might be started
--   clients.rest()           ends all jobs, and all clients but the lasting one
--   clients.touch()          uses the lasting one, so that it is as ever
--   clients.wait()           until something comes, or a moment
--   clients.count            how many there were

local cqueues = require "cqueues"
local jobs = require "spec.soak.jobs"
local luma = require "luma"

local SLOTS, ACTIVE = 8, 12
local LONGEST = 30   -- seconds that a job may take: far more than its deadline
local PATIENCE = 0.1 -- seconds with a job before it is cancelled

local random, now = math.random, cqueues.monotime

local clients = { count = 0 }

local gateway
local budget -- how many jobs may be started now
local lasting
local slots = {} -- { client =, entries =, left = jobs to start, ending = }

local function new(lasts)
  local tls = not lasts and random(4) == 1
  clients.count = clients.count + 1
  return assert(luma.client {
    token = "token", base_url = tls and gateway.https or gateway.http,
    ca_file = tls and gateway.ca or nil, batch_size = random(5, 40),
    connections = lasts and 1 or random(4), attempts = lasts and 3 or random(3),
    max_undelivered = random(3) == 1 and 4000 or nil,
    timeout = { connect = 2, attempt = 1, stall = 0.3 },
    decode = random(5) == 1 and luma.decode or nil,
    on_attempt = random(5) == 1 and function(a) assert(a.method) end or nil,
  })
end

local function begin()
  return { client = new(false), entries = {}, left = random(10, 60),
    ending = random(3) }
end

-- A closed client calls nobody any more.
local function finish(entry)
  entry:check()
  local ends = entry.ends or 0
  if ends > 1 or ends == 0 and entry.hears and not entry.closed then
    error(("on_done was called %d times"):format(ends), 0)
  end
end

-- Looks at the jobs that have ended.
local function collect(slot)
  for i = #slot.entries, 1, -1 do
    local entry = slot.entries[i]
    if entry.job:done() then
      table.remove(slot.entries, i)
      finish(entry)
    elseif now() - entry.since > LONGEST then
      error("a job does not end", 0)
    end
  end
end

local function start(slot)
  local entry = jobs.start(slot.client)
  entry.since = now()
  table.insert(slot.entries, entry)
  slot.left = slot.left - 1
end

local function close(slot)
  slot.client:close()
  for _, entry in ipairs(slot.entries) do
    entry.closed = true
    finish(entry)
  end
end

-- Only the jobs are held from now on.
local function drop(slot)
  slot.client = nil
  collectgarbage()
  for _, entry in ipairs(slot.entries) do
    if not entry.loops then entry.job:result(PATIENCE) end
    entry.job:cancel()
    finish(entry)
  end
end

local endings = {
  function(slot) -- with its jobs in flight
    close(slot)
    return true
  end,
  function(slot)
    drop(slot)
    return true
  end,
  function(slot) -- when they have ended
    if #slot.entries > 0 then return false end
    close(slot)
    return true
  end,
}

-- Takes what has come; sometimes cancels a job.
local function take(slot)
  slot.client:step(0.005)
  collect(slot)
  local some = slot.entries[random(200)]
  if some then some.job:cancel() end
end

-- Gives whether the client lives on.
local function turn(slot)
  while budget >= 1 and slot.left > 0 and #slot.entries < ACTIVE do
    start(slot)
    budget = budget - 1
  end
  take(slot)
  return slot.left > 0 or not endings[slot.ending](slot)
end

function clients.start(g)
  gateway = g
  lasting = { client = new(true), entries = {}, left = math.huge }
end

function clients.turn(most)
  budget = most
  turn(lasting)
  for i = 1, SLOTS do
    slots[i] = slots[i] or begin()
    if not turn(slots[i]) then slots[i] = nil end
  end
  return budget
end

-- Waits a moment for what comes next.
function clients.wait()
  local list = { lasting.client }
  for i = 1, SLOTS do
    list[#list + 1] = slots[i] and slots[i].client
  end
  list[#list + 1] = 0.01
  cqueues.poll(table.unpack(list))
end

function clients.rest()
  for i = 1, SLOTS do
    if slots[i] then close(slots[i]) end
    slots[i] = nil
  end
  lasting.client:wait(PATIENCE)
  for _, entry in ipairs(lasting.entries) do entry.job:cancel() end
  while #lasting.entries > 0 do
    lasting.client:wait(PATIENCE)
    take(lasting)
  end
end

-- The lasting client has both of its threads, and connections that work.
function clients.touch()
  local timeout = { attempt = 60, stall = 30 } -- whatever else the machine does
  local task = assert(lasting.client:tasks("any-1", { timeout = timeout }))[1]
  assert(lasting.client:download(task, { path = jobs.folder .. "/touched",
    allow_private = true, sync = false, timeout = timeout }):result())
end

return clients
