-- SPDX-License-Identifier: MIT
-- The options of the command line, and the help.

local argparse = require "argparse"
local luma = require "luma"
local system = require "luma_cli.system"

local WINDOW = 10000 -- ids

local EXIT_CODES = [[
Exit codes (that of the most serious problem):
  0 everything worked             4 the gateway does not know an id
  1 the gateway or the network    5 out of time
  2 usage, input or folder        130 interrupted
  3 a task failed]]

local ENVIRONMENT = [[
Environment:
  LUMA_GATEWAY_TOKEN   the token; there is no option for it, because other users
                       of the machine can read the options of a program
  LUMA_GATEWAY_URL     the gateway, if --url is not given
  NO_COLOR             no colours, if --color is not given]]

-- Examples of commands. The shells of Windows (cmd.exe, PowerShell) have other
-- quotation marks, and PowerShell has no `<`; `type` is in both.
local EXAMPLES = system.is_windows and {
  get = [[
  luma get --file ids.txt > tasks.jsonl
  type ids.txt | luma get --table -]],
  watch = [[
  type ids.txt | luma watch - > ended.jsonl]],
  download = [[
  type ids.txt | luma download --what thumbnail -]],
  request = [[
  luma request GET /luma/generations
  type body.json | luma request POST /luma/generations -]],
} or {
  get = [[
  luma get --file ids.txt > tasks.jsonl
  luma get - < ids.txt | jq -r '(.data // .).video.url'
  luma get --table --color=always - < ids.txt | less -R]],
  watch = [[
  luma watch - < ids.txt > ended.jsonl]],
  download = [[
  luma download --what thumbnail - < ids.txt]],
  request = [[
  luma request POST /luma/generations '{"prompt":"a cat dances"}'
  luma request POST /luma/generations - < body.json | luma download -]],
}

-- argparse would print the text and end the program, even if it cannot write.
-- So the text is stored here, and an error leaves the parser.
local text_to_print

local function print_later(make)
  return function(_, _, word)
    text_to_print = make(word)
    error "text_to_print is set"
  end
end

local function with_help(command)
  return command:add_help {
    action = print_later(function() return command:get_help() end),
  }
end

local known_commands = {}

local function new_command(parser, name)
  local command = with_help(parser:command(name))
  known_commands[#known_commands + 1] = command
  return command
end

-- Adds an option with a time. The limits are those of the module.
local function add_seconds(command, name, may_be_zero)
  local least = may_be_zero and "from 0 to" or "above 0, at most"
  return command:option(name):argname "<seconds>":convert(function(word)
    local number = tonumber(word)
    if number == 0 and may_be_zero
        or number and number > 0 and number <= 1e9 then
      return number
    end
    return nil, ("%s: '%s' is not a number %s 1000000000")
      :format(name, word, least)
  end)
end

-- Adds an option with a whole number.
local function add_count(command, name, max)
  return command:option(name):argname "<n>":convert(function(word)
    local number = word:find "^%d+$" and tonumber(word)
    if number and number >= 1 and number <= max then return number end
    return nil, ("%s: '%s' is not a whole number from 1 to %d")
      :format(name, word, max)
  end)
end

local function add_output(command)
  command:mutex(
    command:flag "--json"
      :description "Print JSON, one object a line, also on a terminal.",
    command:flag "--table"
      :description "Print the table, also without a terminal."
  )
  command:option "--color"
    :argname "<when>":choices { "auto", "always", "never" }:default "auto"
    :description "Use colours: auto, always or never."
  command:flag "-q --quiet"
    :description "Show no progress, only errors."
end

local function add_connection(command)
  command:option "--url":argname "<url>"
    :description "URL of the gateway."
  command:option "--ca-file":argname "<file>"
    :description "PEM file of trusted issuers."
  command:option "--proxy":argname "<url>"
    :description "URL of a proxy."
  add_seconds(command, "--deadline")
    :description "Time limit for a window of ids, or for the request."
end

local function add_ids(command, window)
  command:argument "id":args "*":target "ids"
    :description "Task ids; use - to read them from standard input."
  command:option "--file":argname "<file>":count "*":target "files"
    :description "Read ids from a file: lines, commas or JSON."
  add_count(command, "--window", WINDOW):default(tostring(window))
    :description "Number of ids to read and request at once."
  add_count(command, "--batch-size", 10000)
    :description "Number of ids in one request (100)."
  add_count(command, "--connections", 256)
    :description "Number of requests at the same time (8)."
end

local function add_interval(command)
  add_seconds(command, "--interval")
    :description "Pause between two rounds while tasks change (5)."
  add_seconds(command, "--max-interval")
    :description "Longest pause while nothing changes (15)."
  add_seconds(command, "--missing-grace", true)
    :description "Time until an id that is left out counts as missing (60)."
end

local function add_get(parser)
  local get = new_command(parser, "get")
    :summary "Show tasks."
    :description "Request each task once and show it."
    :epilog([[
A single id on the command line is shown in detail, several ids as a table. In
a pipe, each task is one JSON object on one line, as soon as it arrives.

  luma get 4665a07c-7641-4809-a133-10786201bb56
]] .. EXAMPLES.get)
  add_ids(get, WINDOW)
  get:flag "-l --long":description "Show each task in detail."
  return get
end

local function add_watch(parser)
  local watch = new_command(parser, "watch")
    :summary "Follow tasks until they are completed or failed."
    :description "Follow tasks until each is completed or failed."
    :epilog([[
A task is shown when it is completed or failed. In a pipe, it is one JSON object
on one line. The default of --deadline is 600 seconds.

  luma watch --deadline 3600 4665a07c-7641-4809-a133-10786201bb56
]] .. EXAMPLES.watch)
  add_ids(watch, WINDOW)
  add_interval(watch)
  watch:flag "-l --long":description "Show each task in detail."
  return watch
end

local function add_download(parser)
  local download = new_command(parser, "download")
    :summary "Download videos."
    :description "Wait until tasks are completed, then download their files."
    :epilog([[
The name of a file is the id of its task. An interrupted download resumes when
you run the same command again. --deadline includes the files. Without it, the
tasks of a window have 600 seconds, and then each file has 600 seconds.

  luma download --dir clips 4665a07c-7641-4809-a133-10786201bb56
]] .. EXAMPLES.download)
  add_ids(download, 1000)
  add_interval(download)
  download:option "--dir":argname "<dir>":default "."
    :description "Folder for the files; created if it does not exist."
  download:option "--what":argname "<what>":default "video"
    :choices { "video", "thumbnail", "last_frame" }
    :description "What to download: video, thumbnail or last_frame."
  add_count(download, "--jobs", 64):default "4"
    :description "Number of downloads at the same time."
  download:flag "--allow-private"
    :description "Allow links to private and loopback addresses."
  return download
end

local function add_request(parser)
  local request = new_command(parser, "request")
    :summary "Call another endpoint of the gateway."
    :description "Send one request and print the response."
    :epilog(EXAMPLES.request)
  request:argument "method":description "HTTP method, such as GET or POST."
  request:argument "path":description "Path on the gateway; starts with a slash."
  request:argument "body":args "?"
    :description "JSON body; use - to read it from standard input."
  request:flag "--retry"
    :description "Retry after temporary failures, with any method."
  return request
end

local function add_completion(parser)
  new_command(parser, "completion")
    :description "Print a shell completion script."
    :argument "shell":choices { "bash", "zsh", "fish" }
    :description "The shell to print it for."
    :action(print_later(function(shell)
      return (parser["get_" .. shell .. "_complete"](parser):gsub("\n$", ""))
    end))
end

-- The help of all commands. luma_cli.manual prefers the manual page.
local manual

local function add_manual(parser)
  new_command(parser, "help")
    :description "Show the manual page."
    :action(function()
      local texts = { parser:get_help() }
      for _, command in ipairs(known_commands) do
        texts[#texts + 1] = command:get_help()
      end
      manual = table.concat(texts, "\n\n")
      error "manual is set"
    end)
end

local COMMANDS = {
  get = add_get, watch = add_watch, download = add_download,
  request = add_request,
}

local function build()
  local parser = with_help(argparse "luma"
    :description "Get many Luma (Dream Machine) tasks from a gateway."
    :epilog(EXIT_CODES .. "\n\n" .. ENVIRONMENT)
    :command_target "command":require_command(true))
  parser:help_max_width(80):usage_max_width(80)
    :help_description_margin(28)
  for _, name in ipairs { "get", "watch", "download", "request" } do
    local command = COMMANDS[name](parser)
    add_output(command)
    add_connection(command)
  end
  add_completion(parser)
  add_manual(parser)
  parser:flag "-v --version":description "Show the version and exit."
    :action(print_later(function() return "luma " .. luma._VERSION end))
  return parser
end

local arguments = {}

-- The second line of an error message.
local function hint(word)
  return ("\nTry: luma %s--help"):format(COMMANDS[word] and word .. " " or "")
end

-- Returns the arguments, or nil and a message. For help, version and
-- completion, the only argument is `text`, which is to be printed.
function arguments.parse(words)
  local parser = build()
  local finished, ok, args = pcall(parser.pparse, parser, words)
  if text_to_print then return { text = text_to_print, color = "never" } end
  if manual then return { manual = manual, color = "never" } end
  if not finished then error(ok, 0) end
  if not ok then
    return nil, args .. hint(words[1])
  end
  local takes_ids = args.command ~= "request"
  if takes_ids and #args.ids == 0 and #args.files == 0 then
    return nil, "no ids; use - to read them from standard input"
      .. hint(args.command)
  end
  return args
end

return arguments
