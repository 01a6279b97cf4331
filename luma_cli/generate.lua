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
local system = require "luma_cli.system"
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

-- A Lua table does not tell [] from {}, and a number has 64 bits.
local function check_exact(name, json)
  local rest = json:gsub('\\.', ""):gsub('"[^"]*"', '""')
  if rest:find "%[%s*%]" then
    stopping.stop(2, ("--param: %s: an empty array cannot be sent"):format(name))
  end
  for digits in rest:gmatch "%f[%w.]%d+%f[^%w.]" do
    if #digits > 15 and luma.encode(luma.decode(digits)) ~= digits then
      stopping.stop(2, ("--param: %s: %s has too many digits"):format(name,
        digits))
    end
  end
end

-- "steps=4" is a number, "style=anime" a text.
local function add_parameter(params, word)
  local name, value = word:match "^([%w_.-]+)=(.*)$"
  if not name then
    stopping.stop(2, ("--param: '%s' is not NAME=VALUE"):format(word))
  end
  local decoded, err = luma.decode(value, { nulls = true })
  if not err then check_exact(name, value) end
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

-- A command to be copied, whatever the gateway has put into the id.
local function line_of(words)
  local out = { "luma" }
  for i, word in ipairs(words) do
    if i == #words and word:find "^-" then out[#out + 1] = "--" end
    out[#out + 1] = word:find "^[%w@%%+=:,./_-]+$" and word or system.quote(word)
  end
  return table.concat(out, " ")
end

local function download_of(args, id)
  local words = { "download" }
  for _, name in ipairs { "output", "dir", "what" } do
    if args[name] then
      words[#words + 1], words[#words + 2] = "--" .. name, args[name]
    end
  end
  if args.allow_private then words[#words + 1] = "--allow-private" end
  words[#words + 1] = id
  return line_of(words)
end

-- Whoever stops waiting has to know that the task goes on.
local function say_how_to_go_on(app, job, err)
  local id = job:progress().id
  if id then
    app.live:say("luma: to go on: " .. app.screen:safe(
      has_task(err) and download_of(app.args, id) or line_of { "watch", id }))
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
  if err.code == "deadline" then stopping.stop(5, hints.of_error(err)) end
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
  if not path then
    Show.new(app, true):task(task, id, state)
  else
    app.outcome:add_task(state)
    if app.lines then
      app.out:line(app.lines(task, id, state))
    else
      saved.show(app, id, path, job:progress().bytes)
    end
  end
  local saves = args.output or args.dir
  if not run or saves and not path then return end
  local facts = facts_of(decoded(task), id, state)
  run { id = id, state = state, url = facts.url, prompt = facts.prompt,
    path = path }
end
