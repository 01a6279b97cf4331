-- SPDX-License-Identifier: MIT
-- Does one job of each kind while the system refuses calls, and all of them
-- again when it does so no more. Prints how each of the first ended, and exits
-- with 1 after the first thing that is wrong:
--   refused.lua BASE_URL CA_FILE FOLDER MARK
--
-- The file MARK gets the name MARK.ready when luma is loaded: then a tracer has
-- to come. It gets the name MARK.over when the tracer has to go.

local cqueues = require "cqueues"
local luma = require "luma"
local files = require "spec.stub.files"

local url, ca, folder, mark = ...

local IDS = { "a", "b", "c" }
local CLIP = files.content("clip", 100000)
local IN_TIME = 20 -- seconds; no timeout of the client is so long

local said = {}

local function say(...) said[#said + 1] = table.concat({ ... }, " ") end

-- ---- the tracer -----------------------------------------------------------

-- The tracer may refuse to open or to read the file.
local function is_traced()
  local file = io.open "/proc/self/status"
  local text = file and file:read "a"
  if file then file:close() end
  return not text or text:match "TracerPid:%s*(%d+)" ~= "0"
end

-- What runs this ends it if the tracer does not come.
local function wait_for_tracer(there)
  while is_traced() ~= there do cqueues.sleep(0.002) end
end

local function begin()
  assert(os.rename(mark, mark .. ".ready"))
  wait_for_tracer(true)
end

local function over()
  os.rename(mark .. ".ready", mark .. ".over")
  wait_for_tracer(false)
end

-- Nothing can be printed while the tracer refuses it.
local function leave(code)
  print(table.concat(said, "\n"))
  os.exit(code)
end

local function check(good, ...)
  if good then return good end
  over()
  say("BAD", ...)
  leave(1)
end

-- ---- jobs -----------------------------------------------------------------

local function new()
  return luma.client {
    token = "token", base_url = url, ca_file = ca, attempts = 2,
    timeout = { connect = 1, attempt = 2, stall = 1 },
  }
end

local function file_options(name)
  return { path = folder .. "/" .. name, allow_private = true }
end

local kinds = {
  fetch = function(client) return client:fetch(IDS) end,
  watch = function(client)
    return client:watch(IDS, { interval = 0.01, deadline = 5 })
  end,
  request = function(client)
    return client:request("POST", "/luma/tasks", { ids = IDS },
      { retry = true })
  end,
  download = function(client)
    return client:download(url .. "/clip", file_options "clip.mp4")
  end,
  generate = function(client)
    local options = file_options "cat.mp4"
    options.interval, options.deadline = 0.01, 5
    return client:generate(mark, options)
  end,
  silent = function(client) return client:request("GET", "/silent") end,
}

local ORDER = { "fetch", "watch", "request", "download", "generate" }

-- Each id is in one place of the result.
local function check_outcomes(kind, tasks, rest)
  local counts = {}
  local function add(id) counts[id] = (counts[id] or 0) + 1 end
  local err = tasks and { missing = rest } or rest
  for _, task in ipairs(tasks or err.tasks) do add(luma.id(task)) end
  for _, id in ipairs(err.missing or {}) do add(id) end
  for _, id in ipairs(err.cancelled or {}) do add(id) end
  for _, id in ipairs(err.pending or {}) do add(id) end
  for id in pairs(err.failed or {}) do add(id) end
  for _, id in ipairs(IDS) do
    check(counts[id] == 1, kind, "id", id, "has", tostring(counts[id]))
  end
end

-- Waits for the job's end, and says what that is.
local function finish(kind, job)
  local first, second = job:result(IN_TIME)
  check(job:done(), kind, "hangs")
  if job:progress().ids == #IDS then check_outcomes(kind, first, second) end
  say(kind, first and "ok" or second.code, first and "" or second.message)
  return first, second
end

local function start(kind, client)
  local job, err = kinds[kind](client)
  if not job then say(kind, err.code, err.message) end
  return job
end

local function attempt(client)
  for _, kind in ipairs(ORDER) do
    local job = start(kind, client)
    if job then finish(kind, job) end
  end
  local job = start("silent", client)
  if job then
    job:cancel()
    finish("silent", job)
  end
end

-- A client that is closed while it works.
local function close_one()
  local client, err = new()
  if not client then return say("client", err.code, err.message) end
  local job = start("fetch", client)
  client:close()
  if job then finish("closed", job) end
end

-- ---- afterwards -----------------------------------------------------------

local function content(name)
  local file = io.open(folder .. "/" .. name, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

local function check_files()
  for _, name in ipairs { "clip.mp4", "cat.mp4" } do
    local text = content(name)
    check(not text or text == CLIP, name, "has", tostring(text and #text))
  end
end

local function check_again(client)
  for _, kind in ipairs(ORDER) do
    local job, why = kinds[kind](client)
    check(job, kind, "again", tostring(why))
    local good, err = job:result(IN_TIME)
    check(good, kind, "again", tostring(err))
  end
  for _, name in ipairs { "clip.mp4", "cat.mp4" } do
    check(content(name) == CLIP, name, "is not there")
  end
end

begin()
close_one()
local client, err = new()
if client then attempt(client) else say("client", err.code, err.message) end
over()
check_files()
check_again(client or assert(new()))
leave(0)
