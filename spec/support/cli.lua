-- SPDX-License-Identifier: MIT
-- Runs the command line in processes of its own: with files for its streams,
-- or on a terminal of a given size.

local process = require "spec.support.process"

local cli = {}

local LUA = process.LUA
local NEVER_INHERITED = { -- what would change what is printed, or who is asked
  "NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "LUMA_GATEWAY_TOKEN",
  "LUMA_GATEWAY_URL", "LUMA_LOG", "COLORTERM",
}

local quote = process.quote

-- Luma with these arguments, on the gateway, as process.lua has it. `program`
-- is luma's own in the source tree, unless it is given.
local function luma(gateway, words, more)
  local what = {
    program = LUA .. " bin/luma", unset = NEVER_INHERITED, err = true,
    env = {
      LUMA_GATEWAY_URL = gateway.http, LUMA_GATEWAY_TOKEN = "token",
      LC_ALL = "C.UTF-8", TERM = "xterm-256color",
      XDG_CONFIG_HOME = "/nonexistent",
    },
  }
  for i, word in ipairs(words) do what[i] = word end
  for key, value in pairs(more or {}) do
    if key ~= "env" then what[key] = value end
  end
  for name, value in pairs(more and more.env or {}) do
    what.env[name] = value
  end
  return what
end

local function run(what)
  local ended = process.run(what)
  return { out = ended.output, err = ended.err, code = ended.code }
end

-- Runs a shell's line: { out =, err =, code = }.
function cli.shell(line) return run { line = line, err = true } end

-- Runs luma: { out =, err =, code = }. `more` has fields of process.lua.
function cli.run(gateway, words, more)
  return run(luma(gateway, words, more))
end

-- Runs luma on a terminal, both streams of it unless `more.err` is a path for
-- stderr: { screen =, code = }. Lines end as they do in files.
function cli.on_terminal(gateway, columns, words, more)
  more = more or {}
  local script = ("stty cols %d rows 24\nexec %s %s\n"):format(columns,
    process.command(luma(gateway, words,
      { env = more.env, program = more.program })),
    more.err and "2>" .. quote(more.err) or "")
  local ended = process.run { "script", "-qec", script, "/dev/null" }
  return { screen = (ended.output:gsub("\r\n", "\n")), code = ended.code }
end

-- Starts luma in the background: its pid and end(), which waits for it and
-- gives { err =, code = }. What it prints goes to `out`, a path.
function cli.start(gateway, words, out)
  local started = process.start {
    line = ("exec %s >%s & echo $!; wait $!"):format(
      process.command(luma(gateway, words)), quote(out or "/dev/null")),
    err = true,
  }
  return started:read "*l", function() return started:finish() end
end

-- Starts luma with a pipe to its standard input, as process.feed does. `more`
-- has fields of process.lua.
function cli.feed(gateway, words, more)
  local what = luma(gateway, words, more)
  what.err = nil
  return process.feed(what)
end

-- Installs the program and its modules, but not luma itself, under `prefix`.
-- Gives the program's path.
function cli.install(prefix)
  local modules = prefix .. "/share/lua/" .. _VERSION:match "%d+%.%d+"
  local program = prefix .. "/bin/luma"
  local line = ("mkdir -p %s/bin %s && cp -R luma_cli %s && "
    .. "sed '1s|.*|#!/usr/bin/env -S %s|' bin/luma >%s && chmod 755 %s")
  local folder, file = quote(modules), quote(program)
  local made = process.run { line = line:format(quote(prefix), folder, folder,
    LUA, file, file) }
  assert(made.code == 0, made.output)
  return program
end

-- Runs the example for GNU parallel on these lines.
function cli.workers(gateway, lines)
  return run {
    "sh", "examples/parallel.sh", stdin = lines, err = "/dev/null",
    env = { LUMA_GATEWAY_URL = gateway.http, LUMA_GATEWAY_TOKEN = "t",
      LUMA = LUA .. " bin/luma" },
  }
end

-- Text without colours.
function cli.plain(s) return (s:gsub("\27%[[%d;]*m", "")) end

return cli
