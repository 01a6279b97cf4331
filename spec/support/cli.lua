-- SPDX-License-Identifier: MIT
-- Runs the command line in processes of its own: with files for its streams,
-- or on a terminal of a given size.

local cli = {}

local LUA = os.getenv "LUMA_LUA"
local NEVER_INHERITED = { -- what would change what is printed, or who is asked
  "NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "LUMA_GATEWAY_TOKEN",
  "LUMA_GATEWAY_URL",
}

local function quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

local function read_and_remove(path)
  local file = assert(io.open(path, "rb"))
  local content = file:read "*a"
  file:close()
  os.remove(path)
  return content
end

local function write(path, content)
  local file = assert(io.open(path, "wb"))
  file:write(content)
  file:close()
  return path
end

-- The shell's words for luma with these arguments, on the gateway; `program`
-- is luma's own in the source tree, unless it is given.
local function command(gateway, words, env, program)
  local parts = { "env" }
  for _, name in ipairs(NEVER_INHERITED) do
    parts[#parts + 1] = "-u " .. name
  end
  local set = {
    LUMA_GATEWAY_URL = gateway.http, LUMA_GATEWAY_TOKEN = "token",
    LC_ALL = "C.UTF-8", TERM = "xterm-256color",
  }
  for name, value in pairs(env or {}) do set[name] = value end
  for name, value in pairs(set) do
    parts[#parts + 1] = quote(name .. "=" .. value)
  end
  parts[#parts + 1] = program or LUA .. " bin/luma"
  for _, word in ipairs(words) do parts[#parts + 1] = quote(word) end
  return table.concat(parts, " ")
end

-- Runs a shell's line; what it printed and how it ended: { out =, code = }.
function cli.shell(line)
  local pipe = assert(io.popen(line .. "\necho =$?"))
  local out, code = pipe:read("*a"):match "^(.*)=(%d+)\n$"
  pipe:close()
  return { out = out, code = tonumber(code) }
end

-- Runs luma: { out =, err =, code = }. `more` has `env`, `stdin` (text),
-- `program`, and `before` and `after`, what the shell's line has around it.
function cli.run(gateway, words, more)
  more = more or {}
  local input = more.stdin and write(os.tmpname(), more.stdin)
  local err = os.tmpname()
  local ended = cli.shell(("{ %s %s %s; } <%s 2>%s"):format(
    more.before or "", command(gateway, words, more.env, more.program),
    more.after or "",
    input or "/dev/null", err))
  if input then os.remove(input) end
  ended.err = read_and_remove(err)
  return ended
end

-- Runs luma on a terminal, both streams of it unless `more.err` is a path for
-- stderr: { screen =, code = }. Lines end as they do in files.
function cli.on_terminal(gateway, columns, words, more)
  more = more or {}
  local script = write(os.tmpname(), ("stty cols %d rows 24\nexec %s %s\n")
    :format(columns, command(gateway, words, more.env),
      more.err and "2>" .. quote(more.err) or ""))
  local ended = cli.shell(
    ("script -qec 'sh %s' /dev/null </dev/null"):format(script))
  os.remove(script)
  return { screen = (ended.out:gsub("\r\n", "\n")), code = ended.code }
end

-- Starts luma in the background: its pid and end(), which waits for it and
-- gives { err =, code = }. What it prints goes to `out`, a path.
function cli.start(gateway, words, out)
  local err = os.tmpname()
  local pipe = assert(io.popen(("%s >%s 2>%s & echo $!; wait $!; echo $?")
    :format("exec " .. command(gateway, words), out or "/dev/null", err)))
  local pid = pipe:read "*l"
  return pid, function()
    local code = tonumber(pipe:read "*l")
    pipe:close()
    return { err = read_and_remove(err), code = code }
  end
end

-- Starts luma with a pipe to its standard input: a function that writes text
-- into it, and one that closes it and gives the code. What it prints is lost.
function cli.feed(gateway, words)
  local code = os.tmpname()
  local pipe = assert(io.popen(("%s >/dev/null; echo $? >%s")
    :format(command(gateway, words), code), "w"))
  local function write_now(content)
    assert(pipe:write(content))
    assert(pipe:flush())
  end
  return write_now, function()
    pipe:close()
    return tonumber(read_and_remove(code))
  end
end

-- Installs the program and its modules, but not luma itself, under `prefix`.
-- Gives the program's path.
function cli.install(prefix)
  local modules = prefix .. "/share/lua/" .. _VERSION:match "%d+%.%d+"
  local program = prefix .. "/bin/luma"
  local line = ("mkdir -p %s/bin %s && cp -R luma_cli %s && "
    .. "sed '1s|.*|#!/usr/bin/env -S %s|' bin/luma >%s && chmod 755 %s")
  local folder, file = quote(modules), quote(program)
  local made = cli.shell(line:format(quote(prefix), folder, folder, LUA, file,
    file))
  assert(made.code == 0, made.out)
  return program
end

-- Runs the example for GNU parallel on these lines.
function cli.workers(gateway, lines)
  local input = write(os.tmpname(), lines)
  local ended = cli.shell(("env LUMA_GATEWAY_URL=%s LUMA_GATEWAY_TOKEN=t "
    .. "LUMA=%s sh examples/parallel.sh <%s 2>/dev/null")
    :format(gateway.http, quote(LUA .. " bin/luma"), input))
  os.remove(input)
  return ended
end

-- Text without colours.
function cli.plain(s) return (s:gsub("\27%[[%d;]*m", "")) end

return cli
