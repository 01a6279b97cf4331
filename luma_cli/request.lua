-- SPDX-License-Identifier: MIT
-- luma request: sends one request to any endpoint and prints the response.

local hints = require "luma_cli.hints"
local indent = require "luma_cli.indent"
local stopping = require "luma_cli.stop"
local text = require "luma_cli.text"
local work = require "luma_cli.work"

local stop = stopping.stop

local function body_of(word)
  if word ~= "-" then return word end
  local body, why = io.read "*a"
  if not body then stop(2, ("cannot read standard input: %s"):format(why)) end
  return body
end

local function progress_line(app, path)
  local where = app.screen:safe(path)
  return { ("%s, %.0f s"):format(where, app.live:elapsed()) }
end

return function(app)
  local args, screen = app.args, app.screen
  local job = work.start(app, "request", args.method:upper(), args.path,
    body_of(args.body), { deadline = args.deadline, retry = args.retry })
  work.drive(app, function() return not job:done() end, function()
    return { progress_line(app, args.path) }
  end)
  local reply, err = job:result()
  if not reply then
    if err.code == "decode" then stopping.interrupt() end
    if err.code == "deadline" then stop(5, hints.of_error(err)) end
    stop(1, hints.of_error(err))
  end
  if screen.out_is_terminal then reply = text.safe_json(reply) end
  app.out:line(screen.as_json and reply or indent(screen, reply))
end
