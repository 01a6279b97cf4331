-- SPDX-License-Identifier: MIT
-- Jobs from their start to what they came to, while progress is drawn.

local hints = require "luma_cli.hints"
local stopping = require "luma_cli.stop"

local SLICE = 0.05 -- seconds of deliveries between two looks at progress
local PAUSE = 0.1  -- seconds to wait for more

local stop = stopping.stop

local work = {}

-- client:verb(…); what it raises is a mistake on the command line.
function work.start(app, verb, ...)
  local method = app.client[verb]
  if not method then stop(1, "this luma module has no " .. verb) end
  local ok, job, err = stopping.try(method, app.client, ...)
  if not ok then stop(2, hints.of_misuse(job)) end
  return job or stop(1, hints.of_error(err))
end

-- Our decoder cannot fail by itself: if it did, Ctrl-C was pressed in it.
local function end_if_interrupted(err)
  for _, failure in pairs(err and err.failed or {}) do
    if failure.code == "decode" then stopping.interrupt() end
  end
end

-- Looks for that once there are more than `before` failures; returns how many
-- there are.
local function look_at_failures(job, before)
  local failed = job:progress().failed or 0
  if failed > before then
    local tasks, err = job:result(0)
    if not tasks then end_if_interrupted(err) end
  end
  return failed
end

-- Delivers as long as goes_on() is true, drawing the lines of make(). `job`
-- is one that has a decoder.
function work.drive(app, goes_on, make, job)
  local failed = 0
  while goes_on() do
    app.client:step(SLICE)
    if job then failed = look_at_failures(job, failed) end
    app.out.flush()
    if goes_on() then
      app.live:draw(make)
      app.client:wait(PAUSE)
    end
  end
end

-- One window's turn: its ids, the number of all ids once that is known (the
-- last window has been read then), and how many have had an answer before.
function work.turn(app, window, total)
  return { ids = window, total = total, before = work.answered(app) }
end

-- What stopped a whole window would stop the next ones as well.
local function give_up(turn, err)
  stop(1, hints.of_error(err)
    .. (turn.total and "" or "; later ids were not requested"))
end

local function list_set(list)
  local set = {}
  for _, value in ipairs(list or {}) do set[value] = true end
  return set
end

-- An id that is neither a task nor missing, and the last that was seen of it.
local function tell(app, id, err, state)
  if err.code == "deadline" then return app.outcome:is_late(id, state) end
  app.outcome:has_failed(id, err)
end

-- The state in which an open id was seen last, and the gateway's own word for
-- it where that is another.
local function last_state(err, id)
  local state, word = (err.states or {})[id], (err.words or {})[id]
  if not state then return "no state" end
  if not word or word:lower() == state then return state end
  return ("%s, the gateway says %s"):format(state, word)
end

local function tell_failures(app, ids, err)
  local pending = list_set(err.pending)
  local failed, told = err.failed or {}, {}
  for _, id in ipairs(ids) do
    if not told[id] and (pending[id] or failed[id]) then
      told[id] = true
      tell(app, id, failed[id] or err,
        pending[id] and last_state(err, id))
    end
  end
  if not next(told) then app.outcome:broke(hints.of_error(err)) end
end

-- Takes what a finished job came to, whose tasks have been shown: shows the
-- missing and tells the rest.
function work.settle(app, job, show, turn)
  local tasks, missing = job:result()
  local err = not tasks and missing or nil
  if err then missing = err.missing or {} end
  for _, id in ipairs(missing) do show:missing(id) end
  if not err then return end
  if work.answered(app) == turn.before and err.code ~= "deadline"
      and #turn.ids > 1 then
    give_up(turn, err)
  end
  tell_failures(app, turn.ids, err)
end

-- How many ids have had an answer.
function work.answered(app) return app.outcome.tasks + app.outcome.missing end

return work
