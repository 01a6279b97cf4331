-- SPDX-License-Identifier: MIT
-- The jobs of the soak: jobs.start(client) starts one of any kind; once it has
-- ended, its `check` raises an error unless each id has exactly one outcome and
-- each file has the right bytes. jobs.counts is what was counted.

local luma = require "luma"
local weather = require "weather"

local random = math.random

local jobs = {
  counts = { ids = 0, jobs = 0, files = 0, bytes = 0, task = 0, missing = 0,
    failed = 0, cancelled = 0, pending = 0 },
  folder = nil, -- for the files
}

local counts = jobs.counts
local number = 0    -- grows, so that no id is in two jobs
local busy = {}     -- paths that are written to
local PATHS = 100   -- a part that was left is taken up by the next download

local function add(what, n) counts[what] = counts[what] + (n or 1) end

local function new_id(growing)
  number = number + 1
  local chance = random(100)
  if chance <= growing then return weather.growing(number) end
  local word = chance > 95 and "missing" or chance > 90 and "failed" or "any"
  return ("%s-%d"):format(word, number)
end

local function new_ids(growing)
  local ids = {}
  for i = 1, random(80) do ids[i] = new_id(growing) end
  return ids
end

-- ---- what must hold at the end ---------------------------------------------

-- Takes ids out of `open`, each of them once.
local function settle(open, what, ids)
  for _, id in ipairs(ids or {}) do
    if not open[id] then
      error(("%s has another outcome before: %s"):format(id, what), 0)
    end
    open[id] = nil
    add(what)
  end
end

local function ids_of(tasks)
  local ids = {}
  for i, task in ipairs(tasks or {}) do ids[i] = luma.id(task) end
  return ids
end

local function keys(map)
  local list = {}
  for key in pairs(map or {}) do list[#list + 1] = key end
  return list
end

local function check_ids(entry)
  if entry.loops then entry.loops() end
  local tasks, rest = entry.job:result()
  local open = {}
  for _, id in ipairs(entry.ids) do open[id] = true end
  settle(open, "task", entry.told)
  if tasks then rest = { tasks = tasks, missing = rest } end
  settle(open, "task", ids_of(rest.tasks))
  settle(open, "missing", rest.missing)
  settle(open, "failed", keys(rest.failed))
  settle(open, "cancelled", rest.cancelled)
  settle(open, "pending", rest.pending)
  local lost = next(open)
  if lost then error(("%s has no outcome"):format(lost), 0) end
  add("ids", #entry.ids)
end

local function check_file(path, id)
  local file <close> = assert(io.open(path, "rb"))
  local text = file:read "a"
  if text ~= weather.content(weather.number(id)) then
    error(("%s is not the file of %s"):format(path, id), 0)
  end
  os.remove(path)
  add "files"
  add("bytes", #text)
end

-- One outcome: a value, or an error with a code.
local function check_one(entry, value, err)
  if value == nil and not err.code then error("no outcome", 0) end
  add "ids"
  add(value ~= nil and "task" or err.code == "cancelled" and "cancelled"
    or "failed")
  if entry.path then busy[entry.path] = nil end
end

-- ---- kinds -----------------------------------------------------------------

local kinds = {}

local function told_by(entry)
  return function(task, id)
    if luma.id(task) ~= id then error(id .. " got another's task", 0) end
    table.insert(entry.told, id)
  end
end

local function heard_by(entry)
  return function() entry.ends = (entry.ends or 0) + 1 end
end

local function free_path()
  local path
  repeat path = ("%s/%d.mp4"):format(jobs.folder, random(PATHS))
  until not busy[path]
  busy[path] = true
  return path
end

function kinds.fetch(client)
  local entry = { ids = new_ids(0), told = {}, check = check_ids }
  local way = random(4)
  entry.job = client:fetch(entry.ids, { deadline = random(4),
    on_task = way <= 2 and told_by(entry) or nil,
    on_done = way <= 2 and heard_by(entry) or nil })
  entry.hears = way <= 2
  function entry.loops()
    local told = told_by(entry)
    for task, id in entry.job:each() do told(task, id) end
  end
  if way ~= 3 then
    entry.loops = nil
  elseif random(10) == 1 then
    entry.loops() -- from its first task on; else when all have come
  end
  return entry
end

function kinds.watch(client)
  local entry = { ids = new_ids(50), told = {}, check = check_ids, hears = true }
  entry.job = client:watch(entry.ids, {
    interval = 0.05, max_interval = 0.1, missing_grace = 0.2,
    deadline = random(4), on_task = told_by(entry), on_done = heard_by(entry),
    on_update = function(task) assert(luma.state(task)) end,
  })
  return entry
end

function kinds.request(client)
  return {
    job = client:request(random(2) == 1 and "GET" or "POST", "/any",
      nil, { deadline = random(4) }),
    check = function(entry) check_one(entry, entry.job:result()) end,
  }
end

function kinds.download(client)
  local id = "any-" .. random(1000)
  local n = weather.number(id)
  local entry = { path = free_path() }
  function entry.check()
    local path, err = entry.job:result()
    check_one(entry, path, err)
    if path then check_file(path, id) end
  end
  entry.job = client:download({ id = id, state = "completed",
    video = { url = ("/files/%d.mp4"):format(n) } }, {
    path = entry.path, allow_private = true, sync = false,
    deadline = random(4), on_progress = function() end,
  })
  return entry
end

function kinds.generate(client)
  local entry = { path = free_path(), hears = true }
  function entry.check()
    local task, path = entry.job:result()
    check_one(entry, task, path)
    if task then check_file(path, luma.id(task)) end
  end
  entry.job = client:generate({ user_prompt = "a \"cat\"" }, {
    path = entry.path, allow_private = true, sync = false, interval = 0.05,
    max_interval = 0.1, deadline = random(4), on_done = heard_by(entry),
  })
  return entry
end

local ORDER = { "fetch", "fetch", "watch", "request", "download", "generate" }

function jobs.start(client)
  local entry = kinds[ORDER[random(#ORDER)]](client)
  if not entry.job then error("no job", 0) end
  add "jobs"
  return entry
end

return jobs
