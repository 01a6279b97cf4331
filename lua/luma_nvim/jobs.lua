-- SPDX-License-Identifier: MIT
-- What :Luma get, watch and download do: a function each, which starts the
-- jobs and returns an object with
--
--   header()   the text of the view's first line
--   cancel()   ends what still runs
--
-- Each takes a table: the module `luma`, the `client`, the `ids`, the `options`
-- of the plugin, the folder `dir` of downloads, view(), which returns the view,
-- and tell(text, is_problem), for the end. The callbacks run in a step of the client, after the view was
-- opened. A wrong option raises an error.

local rows = require "luma_nvim.rows"

local jobs = {}

-- If the job failed, `err` also has the outcomes of the other ids.
local function show_end(view, good, rest)
  local err = not good and rest
  for _, id in ipairs(err and err.missing or rest) do
    view:set(id, { state = "missing", note = "not known to the gateway" })
  end
  for id, why in pairs(err and err.failed or {}) do
    view:set(id, { state = "error", note = tostring(why) })
  end
  view:finish(err and tostring(err))
end

local function of_tasks(job)
  return {
    header = function()
      local p = job:progress()
      return rows.header(p, "task", "tasks", ("%s, %.0f kB"):format(
        rows.count(p.requests, "request", "requests"), p.bytes / 1000))
    end,
    cancel = function() job:cancel() end,
  }
end

function jobs.get(c)
  return of_tasks(assert(c.client:fetch(c.ids, {
    on_task = function(task, id, state)
      c.view():set(id, rows.of(c.luma, task, state))
    end,
    on_progress = function() c.view():touch() end,
    on_done = function(good, rest) show_end(c.view(), good, rest) end,
  })))
end

-- How many tasks ended in which way.
local function summary(states, missing)
  local words = {}
  for _, state in ipairs { "completed", "failed" } do
    if states[state] then
      words[#words + 1] = ("%d %s"):format(states[state], state)
    end
  end
  if missing > 0 then words[#words + 1] = missing .. " missing" end
  return "watch has ended: " .. table.concat(words, ", ")
end

function jobs.watch(c)
  local states, options = {}, vim.tbl_extend("force", {}, c.options.watch)
  local function show(task, id, state)
    c.view():set(id, rows.of(c.luma, task, state))
  end
  options.on_update = show
  function options.on_task(task, id, state)
    states[state] = (states[state] or 0) + 1
    show(task, id, state)
  end
  function options.on_progress() c.view():touch() end
  function options.on_done(good, rest)
    show_end(c.view(), good, rest)
    if good then return c.tell(summary(states, #rest)) end
    if rest.code ~= "cancelled" then c.tell(tostring(rest), true) end
  end
  return of_tasks(assert(c.client:watch(c.ids, options)))
end

local function downloading(p)
  local row = { state = "downloading" }
  if p.total_bytes > 0 then
    row.note = ("%.0f %% of %.1f MB"):format(100 * p.bytes / p.total_bytes,
      p.total_bytes / 1e6)
  end
  return row
end

-- The progress of all downloads together.
local function sum(list, ended)
  local p = { ids = #list, tasks = ended.saved, missing = 0,
    failed = ended.failed, bytes = 0 }
  for _, job in ipairs(list) do p.bytes = p.bytes + job:progress().bytes end
  return p
end

local function told(list, ended)
  local text = ("%d of %s downloaded"):format(ended.saved,
    rows.count(#list, "file", "files"))
  return text, ended.failed > 0
end

-- A download is a job of one id. The result of one shows the path.
function jobs.download(c)
  local list, ended, left = {}, { saved = 0, failed = 0 }, #c.ids
  local function one_ended(id, path, err)
    left = left - 1
    local how = path and "saved" or "failed"
    ended[how] = ended[how] + 1
    c.view():set(id, path and { state = "saved", note = path, link = path }
      or { state = "error", note = tostring(err) })
    if left == 0 then
      c.view():finish()
      c.tell(told(list, ended))
    end
  end
  for i, id in ipairs(c.ids) do
    local options = vim.tbl_extend("force", {}, c.options.download,
      { dir = c.dir })
    function options.on_progress(p) c.view():set(id, downloading(p)) end
    function options.on_done(path, err) one_ended(id, path, err) end
    list[i] = assert(c.client:download({ id = id }, options))
  end
  return {
    header = function()
      local p = sum(list, ended)
      return rows.header(p, "file", "files",
        ("%.1f MB"):format(p.bytes / 1e6))
    end,
    cancel = function()
      for _, job in ipairs(list) do job:cancel() end
    end,
  }
end

return jobs
