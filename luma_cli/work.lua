-- SPDX-License-Identifier: MIT
-- Runs jobs: starts them, draws progress, and reports their results.

local hints = require "luma_cli.hints"
local stopping = require "luma_cli.stop"

local STEP_TIME = 0.05 -- seconds of one client:step
local WAIT_TIME = 0.1  -- seconds of one client:wait

local stop = stopping.stop

local work = {}

-- Calls client:verb(…). An error that it raises is wrong usage of the command.
function work.start(app, verb, ...)
  local method = app.client[verb]
  if not method then stop(1, "this luma module has no " .. verb) end
  local ok, job, err = stopping.try(method, app.client, ...)
  if not ok then stop(2, hints.of_misuse(job)) end
  return job or stop(1, hints.of_error(err))
end

-- The decoder of main.lua cannot fail. If it raised an error, it was Ctrl-C.
local function end_if_interrupted(err)
  for _, failure in pairs(err and err.failed or {}) do
    if failure.code == "decode" then stopping.interrupt() end
  end
end

-- Checks for Ctrl-C if the job of the window has more failures than before.
function work.check_failures(window)
  local failed = window.job:progress().failed or 0
  if failed > (window.failures or 0) then
    local tasks, err = window.job:result(0)
    if not tasks then end_if_interrupted(err) end
  end
  window.failures = failed
end

-- Delivers events, draws the lines of make_lines(), and waits for a moment:
-- for an event or for `fd`, if there is one.
function work.turn(app, make_lines, fd)
  app.client:step(STEP_TIME)
  app.out.flush()
  app.live:draw(function()
    local lines = make_lines()
    lines[#lines + 1] = app.requests:line()
    return lines
  end)
  app.client:wait(WAIT_TIME, fd)
end

-- Waits for input while there is nothing else to do.
function work.wait_for(app, fd)
  app.live:clear()
  app.out.flush()
  app.client:wait(WAIT_TIME, fd)
end

-- Takes turns while is_running() is true. `window` is given if its job has a
-- decoder.
function work.drive(app, is_running, make_lines, window)
  while is_running() do
    work.turn(app, make_lines)
    if window then work.check_failures(window) end
  end
end

-- A window of ids, and the number of all ids, if that is known.
function work.window(app, list, total)
  return { ids = list, total = total, before = work.answered(app) }
end

-- Ends the program if a whole window failed, as the next ones would as well.
local function stop_early(window, err)
  stop(1, hints.of_error(err)
    .. (window.total and "" or "; later ids were not requested"))
end

local function list_set(list)
  local set = {}
  for _, value in ipairs(list or {}) do set[value] = true end
  return set
end

-- Reports an id that is neither a task nor missing, with its last known state.
local function report(app, id, err, state)
  if err.code == "deadline" then return app.outcome:add_late(id, state) end
  app.outcome:add_failure(id, err)
end

-- The last known state of an open id, and the gateway's own word if it differs.
local function last_state(err, id)
  local state, word = (err.states or {})[id], (err.words or {})[id]
  if not state then return "no state" end
  if not word or word:lower() == state then return state end
  return ("%s, the gateway says %s"):format(state, word)
end

local function report_failures(app, ids, err)
  local pending = list_set(err.pending)
  local failed, reported = err.failed or {}, {}
  for _, id in ipairs(ids) do
    if not reported[id] and (pending[id] or failed[id]) then
      reported[id] = true
      report(app, id, failed[id] or err,
        pending[id] and last_state(err, id))
    end
  end
  if not next(reported) then app.outcome:add_error(hints.of_error(err)) end
end

-- Whether the job has an answer for one of its ids.
local function has_answer(job)
  local p = job:progress()
  return p.tasks + p.missing > 0
end

-- Takes the result of a finished job, whose tasks have been shown. Shows
-- missing ids and reports failures. `may_stop`: if no id of several had an
-- answer, the program ends.
function work.settle(app, job, show, window, may_stop)
  local tasks, missing = job:result()
  local err = not tasks and missing or nil
  if err then missing = err.missing or {} end
  for _, id in ipairs(missing) do show:missing(id) end
  if not err then return end
  if may_stop and not has_answer(job) and err.code ~= "deadline"
    and #window.ids > 1 then
    stop_early(window, err)
  end
  report_failures(app, window.ids, err)
end

-- The number of ids with an answer.
function work.answered(app) return app.outcome.tasks + app.outcome.missing end

return work
