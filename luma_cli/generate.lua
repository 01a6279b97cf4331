-- SPDX-License-Identifier: MIT
-- luma generate: submits a generation, follows its task, and saves its file.

local luma = require "luma"
local Board = require "luma_cli.board"
local exec = require "luma_cli.exec"
local facts_of = require "luma_cli.facts"
local make_folder = require "luma_cli.folder"
local hints = require "luma_cli.hints"
local saved = require "luma_cli.saved"
local Show = require "luma_cli.show"
local source = require "luma_cli.source"
local stopping = require "luma_cli.stop"
local watching = require "luma_cli.watching"
local work = require "luma_cli.work"

local CANCEL_TIME = 0.2 -- seconds

-- Options of the command, and the parameters that they become.
local PARAMETERS = {
  aspect = "aspect_ratio", model = "model_name", duration = "duration",
  resolution = "resolution", image = "image_url", end_image = "image_end_url",
  hook = "notify_hook", loop = "loop", expand = "expand_prompt",
}

local function read_prompt(word)
  local prompt = source.text_of(word, "the prompt"):gsub("%s+$", "")
  if prompt == "" then stopping.stop(2, "the prompt is empty") end
  return prompt
end

-- "steps=4" is a number, "style=anime" a text.
local function add_parameter(params, word)
  local name, value = word:match "^([%w_.-]+)=(.*)$"
  if not name then
    stopping.stop(2, ("--param: '%s' is not NAME=VALUE"):format(word))
  end
  local decoded, err = luma.decode(value, { nulls = true })
  if err then decoded = value end
  params[name] = decoded
end

local function parameters_of(args)
  local params = { user_prompt = read_prompt(args.prompt) }
  for option, name in pairs(PARAMETERS) do params[name] = args[option] end
  for _, word in ipairs(args.params) do add_parameter(params, word) end
  return params
end

local function options_of(app, seen)
  local args = app.args
  local options = watching.options(args)
  options.path, options.dir, options.what = args.output, args.dir, args.what
  options.max_bytes = args.max_bytes
  -- A user's file may say this for all commands.
  if args.output or args.dir then options.allow_private = args.allow_private end
  function options.on_update(task, id, state)
    local facts = type(task) == "table" and facts_of(task, id, state)
    seen.facts = facts or { id = id, state = state }
    if not seen.board then
      seen.board = Board.new(app.screen)
      seen.board:add { id }
    end
    seen.board:update(seen.facts)
  end
  function options.on_progress(progress)
    if progress.tasks > 0 then seen.file = progress end
  end
  return options
end

local function lines(app, job, seen)
  if seen.file and (seen.file.bytes or 0) > 0 then
    return { saved.line(app, seen.facts.id, seen.file) }
  end
  if seen.facts then
    return seen.board:lines(1)
  end
  local words = job:progress().requests > 0 and "submitted" or "connecting"
  return { { ("%s, %.0f s"):format(words, app.live:elapsed()) } }
end

-- The job's error has the task if it is completed, but its file is not here.
local function has_task(err) return (err.tasks or {})[1] ~= nil end

-- Whoever stops waiting has to know that the task goes on.
local function say_how_to_go_on(app, job, err)
  local id, command = job:progress().id, has_task(err) and "download" or "watch"
  if id then
    app.live:say(("luma: to go on: luma %s %s"):format(command,
      app.screen:safe(id)))
  elseif job:progress().requests > 0 then
    app.live:say "luma: the generation may have been submitted"
  end
end

local function drive(app, job, seen)
  local ok, err = pcall(work.drive, app,
    function() return not job:done() end,
    function() return lines(app, job, seen) end)
  if ok then return end
  if stopping.is_interruption(err) then
    app.live:clear()
    job:cancel()
    local _, cancelled = job:result(CANCEL_TIME) -- its id may have come
    say_how_to_go_on(app, job, cancelled or {})
  end
  error(err, 0)
end

local function show_failure(app, job, err)
  if err.code == "decode" then stopping.interrupt() end
  if err.code == "deadline" and err.id then
    app.outcome:add_late(err.id, has_task(err) and "the file is not complete"
      or (err.states or {})[err.id] or "no state")
    return say_how_to_go_on(app, job, err)
  end
  app.outcome:add_error(hints.of_error(err))
  if err.id then say_how_to_go_on(app, job, err) end
end

-- A task is its JSON text where that is printed.
local function decoded(task)
  return type(task) == "string" and luma.decode(task) or task
end

return function(app)
  local args, seen = app.args, {}
  local run = exec.new(app, args.output or args.dir)
  if args.dir then make_folder(args.dir) end
  local job = work.start(app, "generate", parameters_of(args),
    options_of(app, seen))
  drive(app, job, seen)
  local task, path = job:result()
  if not task then return show_failure(app, job, path) end
  local id = job:progress().id
  local state = luma.state(task) or seen.facts.state
  if path then
    app.outcome:add_task(state)
    saved.show(app, id, path, job:progress().bytes)
  else
    Show.new(app, true):task(task, id, state)
  end
  if not run then return end
  local facts = facts_of(decoded(task), id, state)
  run { id = id, state = state, url = facts.url, prompt = facts.prompt,
    path = path }
end
