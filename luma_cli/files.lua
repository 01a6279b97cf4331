-- SPDX-License-Identifier: MIT
-- The queue of downloads: a few run at a time, the others wait.

local luma = require "luma"
local monotime = require "system".monotime
local exec = require "luma_cli.exec"
local facts_of = require "luma_cli.facts"
local names = require "luma_cli.names"
local saved = require "luma_cli.saved"
local system = require "luma_cli.system"
local units = require "luma_cli.units"
local work = require "luma_cli.work"

local DEADLINE = 600 -- seconds of a file, if --deadline is not given
local LATE = "the file is not complete"

local Files = {}
Files.__index = Files

local files = {}

function files.new(app)
  return setmetatable({
    app = app, waiting = {}, running = {}, first = 1, ids = {},
    done = 0, bytes = 0, kept = 0, saved = {}, run = exec.new(app, true),
    name = app.args.name and names.new(app.args.name, app.args.what),
  }, Files)
end

-- Adds a completed task to the queue. The requested id names the file, because
-- a number in the task may have lost digits.
-- `ends` is that of its window.
function Files:add(task, id, ends)
  if luma.id(task) ~= id then task.task_id = id end
  self.waiting[#self.waiting + 1] = { task = task, id = id, ends = ends }
  self.ids[id] = true
end

-- Whether the file of this id is being downloaded, or waits for that.
function Files:has(id) return self.ids[id] ~= nil end

local function count_waiting(self) return #self.waiting - self.first + 1 end

-- The number of files that are not saved yet, or whose program has not run.
function Files:unsettled()
  return #self.running + count_waiting(self) + #self.saved
end

-- A program may take its time, so it is run between two deliveries.
local function note_saved(self, file, path)
  if not self.run then return end
  file.values.path = path
  self.saved[#self.saved + 1] = file.values
end

-- Runs the program for the files that were saved since the last time.
function Files:run_programs()
  local list = self.saved
  self.saved = {}
  for _, values in ipairs(list) do self.run(values) end
end

local function finish(self, file, path, err)
  self.ids[file.id] = nil
  for i, other in ipairs(self.running) do
    if other == file then table.remove(self.running, i) end
  end
  local bytes = file.progress and file.progress.bytes
  if not path and err.code == "deadline" then
    return self.app.outcome:add_late(file.id, LATE)
  end
  if not path then return self.app.outcome:add_failure(file.id, err) end
  if file.job:progress().requests == 0 then
    self.kept = self.kept + 1
    note_saved(self, file, path)
    return saved.show(self.app, file.id, path, nil, "kept")
  end
  self.done, self.bytes = self.done + 1, self.bytes + (bytes or 0)
  note_saved(self, file, path)
  saved.show(self.app, file.id, path, bytes)
end

-- When a window that begins now ends. --deadline is the time for all of its
-- tasks and files.
function Files:time_of_window()
  local seconds = self.app.args.deadline
  return seconds and monotime() + seconds
end

-- Where the file goes: into a folder, or under a name of one's own.
local function place_of(self, file)
  local args = self.app.args
  if args.output then return nil, args.output end
  if not self.name then return args.dir end
  local slash = args.dir:find(system.is_windows and "[/\\]$" or "/$") and ""
    or "/"
  return nil, args.dir .. slash .. self.name(file.values)
end

local function start_one(self, file)
  local args = self.app.args
  local facts = facts_of(file.task, file.id, "completed")
  file.values = {
    id = file.id, prompt = facts.prompt, state = facts.state, url = facts.url,
    created_at = facts.created,
  }
  local dir, output = place_of(self, file)
  file.started = monotime()
  local left = file.ends and file.ends - file.started or DEADLINE
  if left <= 0 then
    self.ids[file.id] = nil
    return self.app.outcome:add_late(file.id, LATE)
  end
  self.running[#self.running + 1] = file
  file.job = work.start(self.app, "download", file.task, {
    dir = dir, path = output, what = args.what, deadline = left,
    exists = args.force and "replace" or "skip",
    allow_private = args.allow_private, max_bytes = args.max_bytes,
    on_progress = function(p) file.progress = p end,
    on_done = function(path, err) finish(self, file, path, err) end,
  })
  file.task = nil -- the job has its own copy
end

-- Starts downloads up to the limit of --jobs.
function Files:start()
  while #self.running < self.app.args.jobs and count_waiting(self) > 0 do
    local file = self.waiting[self.first]
    self.waiting[self.first] = false
    self.first = self.first + 1
    start_one(self, file)
  end
  if count_waiting(self) == 0 then self.waiting, self.first = {}, 1 end
end

local function rate_of(file)
  local p = file.progress or {}
  if (p.rate or 0) > 0 then return p.rate end
  return (p.bytes or 0) / math.max(monotime() - file.started, 0.1)
end

-- An estimate of the bytes that are not received yet: files that wait count
-- with the mean size. nil while the size of a running one is not known.
local function bytes_left(self)
  local received, size, known = 0, self.bytes, self.done
  for _, file in ipairs(self.running) do
    local p = file.progress or {}
    local total = p.total_bytes or 0
    if total == 0 then return nil end
    received, size, known = received + (p.bytes or 0), size + total, known + 1
  end
  local all = self.done + #self.running + count_waiting(self)
  return math.max(size / known * all - self.bytes - received, 0)
end

-- "3 of 10 files, 4.2 MB/s, 0:12 left"
function Files:total_line(total)
  local rate = 0
  for _, file in ipairs(self.running) do rate = rate + rate_of(file) end
  local line = total and ("%s of %s"):format(units.count(self.done),
    units.plural(total, "file")) or units.plural(self.done, "file")
  if self:unsettled() == 0 then
    return { ("%s, %s"):format(line, units.clock(self.app.live:elapsed())) }
  end
  line = ("%s, %s/s"):format(line, units.bytes(rate))
  local left = bytes_left(self)
  if left and rate > 0 then
    line = ("%s, %s left"):format(line, units.clock(left / rate))
  end
  return { line }
end

-- A line for each running download.
function Files:lines()
  local lines = {}
  for i = 1, math.min(#self.running, self.app.live:room() - 1) do
    local file = self.running[i]
    local p = file.progress or {}
    lines[i] = saved.line(self.app, file.id, {
      bytes = p.bytes, total_bytes = p.total_bytes, rate = rate_of(file),
    })
  end
  return lines
end

function Files:sum_up()
  local app = self.app
  local parts = { units.plural(self.done, "file"), units.bytes(self.bytes) }
  local outcome = app.outcome
  for _, part in ipairs {
    { self.kept, "kept" }, { outcome.states.failed, "failed" },
    { outcome.missing, "missing" }, { outcome.late, "out of time" },
    { outcome.errors, outcome.errors == 1 and "error" or "errors" },
  } do
    if (part[1] or 0) > 0 then
      parts[#parts + 1] = units.count(part[1]) .. " " .. part[2]
    end
  end
  parts[#parts + 1] = units.time(app.live:elapsed())
  app.live:say(app.screen:paint_err("dim", table.concat(parts, ", ")))
end

return files
