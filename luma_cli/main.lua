-- SPDX-License-Identifier: MIT
-- Runs the program: from its arguments to its exit code.

local luma = require "luma"
local arguments = require "luma_cli.arguments"
local read_config = require "luma_cli.config"
local headers = require "luma_cli.headers"
local hints = require "luma_cli.hints"
local lines = require "luma_cli.lines"
local Live = require "luma_cli.live"
local Out = require "luma_cli.out"
local Outcome = require "luma_cli.outcome"
local requests = require "luma_cli.requests"
local Screen = require "luma_cli.screen"
local stopping = require "luma_cli.stop"
local streams = require "luma_cli.streams"
local system = require "luma_cli.system"
local read_token = require "luma_cli.token"

local INTERRUPTED = 130

-- What the user's file says, where neither an option nor the environment does.
local function complete(args)
  local values = read_config()
  if system.env "LUMA_GATEWAY_URL" then values.url = nil end
  if system.env "LUMA_GATEWAY_TOKEN" then values.token_file = nil end
  for name, value in pairs(values) do
    if args[name] == nil or name == "headers" and #args.headers == 0 then
      args[name] = value
    end
  end
  if args.token_file then args.token = read_token(args.token_file) end
end

local function client_of(options)
  local ok, client, err = stopping.try(luma.client, options)
  if not ok then stopping.stop(2, hints.of_misuse(client)) end
  if not client then stopping.stop(1, hints.of_error(err)) end
  return client
end

local function options_of(args, app)
  local as_text = not (args.command == "download" or app.lines)
    and (app.screen.as_json or args.command == "request")
  return {
    token = args.token, attempts = args.attempts, plain_http = args.plain_http,
    timeout = args.timeout
      and { attempt = args.timeout, stall = args.timeout },
    base_url = args.url, ca_file = args.ca_file, proxy = args.proxy,
    batch_size = args.batch_size, connections = args.connections,
    headers = headers.of(args.headers), on_attempt = app.requests.on_attempt,
    decode = as_text and function(json) return json end or nil,
  }
end

-- If stdout is closed, the result of a request would be lost. So this is
-- checked before the first request.
local function run(args, app)
  if streams.is_closed "stdout" then
    stopping.stop(1, "cannot write: standard output is closed")
  end
  if args.text then
    app.out:line(args.text)
  elseif args.manual then
    require "luma_cli.manual"(app, args.manual)
  else
    complete(args)
    app.lines = lines.new(args, app.screen)
    app.requests = requests.new(app)
    app.client = client_of(options_of(args, app))
    require("luma_cli." .. args.command)(app)
  end
  app.live:clear()
  app.out.flush()
  return app.outcome:code()
end

-- After Ctrl-C: what was settled by then, and how to have the rest.
local GOES_ON = {
  watch = "run the command again for the rest",
  download = "the same command goes on with the rest",
}

local function say_what_was_settled(app)
  local advice = GOES_ON[app.args.command]
  if not advice or app.outcome:total() == 0 then return end
  io.stderr:write(("luma: interrupted: %s; %s\n"):format(
    app.outcome:summary(), advice))
end

local function code_of(err, app)
  app.live:clear()
  if stopping.is_interruption(err) then
    say_what_was_settled(app)
    return INTERRUPTED
  end
  if not stopping.is_stop(err) then error(err, 0) end
  if err.message then
    io.stdout:flush() -- may fail; the message below matters more
    io.stderr:write("luma: ", app.screen:safe(err.message), "\n")
  end
  return err.code
end

return function(words)
  local args, why = arguments.parse(words)
  if not args then
    io.stderr:write("luma: ", why, "\n")
    return 2
  end
  local app = { args = args, screen = Screen.new(args) }
  app.live = Live.new(app.screen)
  app.out = Out.new(app.screen, app.live)
  app.outcome = Outcome.new(app.screen, app.live)
  local ok, result = pcall(run, args, app)
  return ok and result or code_of(result, app)
end
