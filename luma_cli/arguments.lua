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
  LUMA_GATEWAY_TOKEN   the token, if there is no --token-file; no option has the
                       token itself, because other users can read the options
  LUMA_GATEWAY_URL     the gateway, if --url is not given
  LUMA_LOG             a file that gets a line for each attempt of a request
  NO_COLOR             no colours, if --color is not given
  COLORTERM            with truecolor, pictures have their own colours
  XDG_CONFIG_HOME      its file luma/config has defaults (else in ~/.config)]]

-- Examples of commands. The shells of Windows (cmd.exe, PowerShell) have other
-- quotation marks, and PowerShell has no `<`; `type` is in both.
local EXAMPLES = system.is_windows and {
  get = [[
  luma get --file ids.txt > tasks.jsonl
  type ids.txt | luma get --table -]],
  url = [[
  type ids.txt | luma url -]],
  watch = [[
  type ids.txt | luma watch - > ended.jsonl]],
  download = [[
  type ids.txt | luma download --what thumbnail -]],
  generate = [[
  luma generate "a cat dances" --aspect 16:9 -o cat.mp4
  type prompt.txt | luma generate --dir clips -]],
  request = [[
  luma request GET /luma/generations
  type body.json | luma request POST /luma/generations -]],
} or {
  get = [[
  luma get --file ids.txt > tasks.jsonl
  luma get --format '{id} {state} {url}' - < ids.txt
  luma get --jsonl - < ids.txt | jq -r 'select(.state == "failed") | .error'
  luma get --table --color=always - < ids.txt | less -R]],
  url = [[
  luma url - < ids.txt | xargs -n 1 mpv]],
  watch = [[
  luma watch - < ids.txt > ended.jsonl]],
  download = [[
  luma download --what thumbnail - < ids.txt]],
  generate = [[
  luma generate "a cat dances" --aspect 16:9 -o cat.mp4
  luma generate --dir clips - < prompt.txt]],
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
local function add_seconds(command, name, may_be_zero, most)
  most = most or 1e9
  local least = may_be_zero and "from 0 to" or "above 0, at most"
  return command:option(name):argname "<seconds>":convert(function(word)
    local number = tonumber(word)
    if number == 0 and may_be_zero
        or number and number > 0 and number <= most then
      return number
    end
    return nil, ("%s: '%s' is not a number %s %.0f")
      :format(name, word, least, most)
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

-- `tasks`: the command prints tasks, so that it has forms of its own for them.
local function add_output(command, tasks)
  local json = command:flag(tasks and "--json --raw" or "--json")
    :description(tasks and "Print the gateway's own JSON, one task a line."
      or "Print JSON, one object a line, also on a terminal.")
  local table_form = command:flag "--table"
    :description "Print the table, also without a terminal."
  if tasks then
    command:mutex(json, table_form,
      command:flag "--jsonl"
        :description "Print JSON in one form, whatever the gateway's.",
      command:option "--format":argname "<text>"
        :description "Print a line for each task, such as {id}={state}.")
    command:option "--fields":argname "<names>"
      :description "Print these fields, with tabs, or the members of --jsonl."
  else
    command:mutex(json, table_form)
  end
end

local function add_progress(command)
  command:option "--color"
    :argname "<when>":choices { "auto", "always", "never" }:default "auto"
    :description "Use colours: auto, always or never."
  command:flag "-q --quiet"
    :description "Show no progress, only errors."
  command:flag "--verbose"
    :description "Report each attempt of a request on standard error."
end

local function add_connection(command)
  command:option "--url":argname "<url>"
    :description "URL of the gateway."
  command:option "--ca-file":argname "<file>"
    :description "PEM file of trusted issuers."
  command:option "--proxy":argname "<url>"
    :description "URL of a proxy."
  command:option "--token-file":argname "<file>"
    :description "File with the token, which nobody else can read."
  command:option "--header":argname "<name: value>":count "*":target "headers"
    :description "Another header of each request to the gateway."
  add_seconds(command, "--timeout", false, 86400)
    :description "Time limit for one attempt of a request (30)."
  add_count(command, "--attempts", 5)
    :description "Number of attempts of a request, at most 5 (3)."
  command:flag "--plain-http"
    :description "Allow http:// to other machines than this one."
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

local function add_exec(command)
  command:option "--exec":argname "<line>"
    :description "Run a program for each result, such as mpv {path}."
  command:flag "--shell"
    :description "Run the line of --exec in a shell."
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

local function add_url(parser)
  local url = new_command(parser, "url")
    :summary "Print the links of tasks."
    :description "Print the best link of each task, in the order of the ids."
    :epilog(EXAMPLES.url)
  add_ids(url, WINDOW)
  url:option "--what":argname "<what>":default "video"
    :choices { "video", "thumbnail", "last_frame" }
    :description "The link to print: video, thumbnail or last_frame."
  return url
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
  add_exec(watch)
  return watch
end

local function add_file(command)
  add_count(command, "--max-bytes", 2 ^ 53)
    :description "The largest file to accept."
  command:flag "--allow-private"
    :description "Allow links to private and loopback addresses."
end

local function add_download(parser)
  local download = new_command(parser, "download")
    :summary "Download videos."
    :description "Wait until tasks are completed, then download their files."
    :epilog([[
The name of a file is the id of its task, unless --output or --name says
otherwise. A file that is there is kept, and an interrupted download resumes
when you run the same command again. --deadline includes the files. Without it,
the tasks of a window have 600 seconds, and then each file has 600 seconds.

  luma download --dir clips 4665a07c-7641-4809-a133-10786201bb56
]] .. EXAMPLES.download)
  add_ids(download, 1000)
  add_interval(download)
  download:mutex(
    download:option "-o --output":argname "<file>"
      :description "Name of the file, for a single id.",
    download:option "--dir":argname "<dir>"
      :description "Folder for the files; created if it does not exist (.)."
  )
  download:option "--name":argname "<text>"
    :description "Names of the files, such as {id}-{prompt:20}."
  download:flag "--force"
    :description "Download again what is there already."
  download:option "--what":argname "<what>":default "video"
    :choices { "video", "thumbnail", "last_frame" }
    :description "What to download: video, thumbnail or last_frame."
  add_count(download, "--jobs", 64):default "4"
    :description "Number of downloads at the same time."
  add_file(download)
  add_exec(download)
  return download
end

local function add_generate(parser)
  local generate = new_command(parser, "generate")
    :summary "Submit a generation and follow its task."
    :description("Submit a generation, follow its task until it is completed "
      .. "or failed, and save its file.")
    :epilog([[
The generation is submitted once. If the connection breaks then, luma says so
and does not submit it again. The default of --deadline is 600 seconds.

]] .. EXAMPLES.generate)
  generate:argument "prompt"
    :description "What to generate; use - to read it from standard input."
  generate:mutex(
    generate:option "-o --output":argname "<file>"
      :description "Save the file under this name.",
    generate:option "--dir":argname "<dir>"
      :description "Save the file in this folder, named after its id."
  )
  generate:option "--what":argname "<what>"
    :choices { "video", "thumbnail", "last_frame" }
    :description "What to save: video, thumbnail or last_frame."
  generate:option "--aspect":argname "<ratio>"
    :description "Aspect ratio, such as 16:9."
  generate:option "--model":argname "<name>"
    :description "Model, such as ray-v2."
  generate:option "--resolution":argname "<size>"
    :description "Resolution, such as 720p."
  generate:option "--duration":argname "<time>"
    :description "Duration, such as 5s."
  generate:option "--image":argname "<url>"
    :description "URL of the first picture."
  generate:option "--end-image":argname "<url>"
    :description "URL of the last picture."
  generate:option "--hook":argname "<url>"
    :description "URL that the gateway calls when the task changes."
  generate:flag "--loop":description "Make a video that loops."
  generate:flag "--expand":description "Let the gateway extend the prompt."
  generate:option "--param":argname "<name=value>":count "*":target "params"
    :description "Another parameter; a value that is JSON is sent as such."
  add_file(generate)
  add_exec(generate)
  add_interval(generate)
  return generate
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

-- The script is also for `source`, where zsh must not call its function.
local SOURCED = [=[
if [[ $funcstack[1] == _luma ]]; then
  _luma
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _luma luma
fi]=]

local function completion_of(parser, shell)
  local script = parser["get_" .. shell .. "_complete"](parser):gsub("\n+$", "")
  if shell == "zsh" then script = script:gsub("\n_luma$", "\n" .. SOURCED) end
  return script
end

local function add_completion(parser)
  new_command(parser, "completion")
    :description "Print a shell completion script."
    :argument "shell":choices { "bash", "zsh", "fish" }
    :description "The shell to print it for."
    :action(print_later(function(shell) return completion_of(parser, shell) end))
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
  get = add_get, url = add_url, watch = add_watch, download = add_download,
  generate = add_generate, request = add_request,
}
local ORDER = { "get", "url", "watch", "download", "generate", "request" }
local TAKES_IDS = { get = true, url = true, watch = true, download = true }
local PRINTS_TASKS = { get = true, watch = true, generate = true }

local function build()
  local parser = with_help(argparse "luma"
    :description "Get many Luma (Dream Machine) tasks from a gateway."
    :epilog(EXIT_CODES .. "\n\n" .. ENVIRONMENT)
    :command_target "command":require_command(true))
  parser:help_max_width(80):usage_max_width(80)
    :help_description_margin(28)
  for _, name in ipairs(ORDER) do
    local command = COMMANDS[name](parser)
    if name ~= "url" then add_output(command, PRINTS_TASKS[name]) end
    add_progress(command)
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
  if args.command == "download" and args.output
      and (#args.ids ~= 1 or args.ids[1] == "-" or #args.files > 0) then
    return nil, "--output is for a single id" .. hint(args.command)
  end
  if args.output and args.name then
    return nil, "--name is for the files in --dir" .. hint(args.command)
  end
  if TAKES_IDS[args.command] and #args.ids == 0 and #args.files == 0 then
    return nil, "no ids; use - to read them from standard input"
      .. hint(args.command)
  end
  return args
end

return arguments
