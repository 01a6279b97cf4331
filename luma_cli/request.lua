-- SPDX-License-Identifier: MIT
-- luma request: sends one request to any endpoint and prints the response.

local hints = require "luma_cli.hints"
local indent = require "luma_cli.indent"
local source = require "luma_cli.source"
local stopping = require "luma_cli.stop"
local work = require "luma_cli.work"

local stop = stopping.stop

local function progress_line(app, path)
  local where = app.screen:safe(path)
  return { ("%s, %.0f s"):format(where, app.live:elapsed()) }
end

-- After a status 2xx, the gateway may have done what it was asked for, whatever
-- else is wrong. The response may have the id of a task.
local function has_been_done(err)
  return err.status and err.status >= 200 and err.status < 300
end

local function show(app, value)
  local screen = app.screen
  local json = screen:json(value)
  app.out:line(screen.as_json and json or indent(screen, json))
end

return function(app)
  local args = app.args
  local job = work.start(app, "request", args.method:upper(), args.path,
    source.text_of(args.body, "the body"), { deadline = args.deadline, retry = args.retry })
  work.drive(app, function() return not job:done() end, function()
    return { progress_line(app, args.path) }
  end)
  local reply, err = job:result()
  if reply then return show(app, reply) end
  if err.code == "decode" then stopping.interrupt() end
  if err.value and has_been_done(err) then show(app, err.value) end
  stop(err.code == "deadline" and 5 or 1, hints.of_error(err))
end
