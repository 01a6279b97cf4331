-- SPDX-License-Identifier: MIT
-- What differs between Unix and Windows. Only this module and bin/luma, which
-- has to find it, ask Lua which system it is.
--
-- luasystem knows consoles from version 0.4 on. With an older one, a console of
-- Windows has no colours, no progress and 80 columns.

local luasystem = require "system"
local term = require "term"

local UTF8_PAGE = 65001
local EINVAL, EPIPE = 22, 32

local system = {}

system.is_windows = package.config:sub(1, 1) == "\\"

-- A file that is always empty.
system.null_file = system.is_windows and "NUL" or "/dev/null"

-- What standard input has, at most `most` bytes; "" at the end. If it has
-- nothing yet, this waits for it. Lua's own read waits for all bytes or for a
-- line, so dd does it, which reads once. Nil: there is no dd, or it has failed.
function system.read_some(most)
  local pipe = io.popen(("dd bs=%d count=1 2>/dev/null && printf ."):format(most))
  local bytes = pipe and pipe:read "*a" or ""
  if pipe then pipe:close() end
  return bytes:sub(-1) == "." and bytes:sub(1, -2) or nil
end

-- A variable of the environment, or nil if it is not set or empty.
function system.env(name)
  local value = os.getenv(name)
  return value and value ~= "" and value or nil
end

-- The flags of a console of Windows, or nil for anything else.
local function console_flags(stream)
  local get = luasystem.getconsoleflags
  local ok, flags = pcall(get, stream)
  return ok and flags or nil
end

-- In the C library of Windows, NUL is a terminal as well.
function system.is_terminal(stream)
  if system.is_windows and luasystem.getconsoleflags then
    return console_flags(stream) ~= nil
  end
  return term.isatty(stream)
end

-- Whether a terminal obeys escape sequences. A console of Windows does so after
-- it was told to, and not before Windows 10.
function system.enable_escapes(stream)
  if not system.is_windows then return true end
  local flags = console_flags(stream)
  return flags ~= nil and luasystem.setconsoleflags(stream,
    flags + luasystem.COF_VIRTUAL_TERMINAL_PROCESSING) == true
end

-- Whether the terminal shows UTF-8. A console of Windows has a code page. It
-- does not look at the variables of Unix, which shells of Unix set there too.
function system.is_utf8()
  local page = luasystem.getconsoleoutputcp
  local is_console = system.is_windows and page
    and (console_flags(io.stdout) or console_flags(io.stderr))
  if is_console then return page() == UTF8_PAGE end
  local env = system.env
  local locale = env "LC_ALL" or env "LC_CTYPE" or env "LANG" or ""
  return locale:lower():find "utf%-?8" ~= nil
end

-- A word for a shell of Unix, which reads nothing in it.
function system.quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

-- Whether other users of the machine can read a file. On Windows, its folder
-- decides that.
function system.others_can_read(path)
  if system.is_windows then return false end
  local pipe = io.popen("ls -ldL -- " .. system.quote(path))
  local mode = pipe and pipe:read "*l" or ""
  if pipe then pipe:close() end
  return mode:sub(5, 10) ~= "------"
end

local function size_from_stty()
  local pipe = io.popen "{ stty size </dev/tty; } 2>/dev/null"
  local answer = pipe and pipe:read "*l" or ""
  if pipe then pipe:close() end
  local rows, columns = answer:match "^(%d+) (%d+)$"
  return tonumber(rows), tonumber(columns)
end

-- Rows and columns of the terminal, or nil. luasystem needs no other process to
-- know them, but stdout must be the terminal.
function system.terminal_size()
  if luasystem.termsize then
    local rows, columns = luasystem.termsize()
    if rows then return rows, columns end -- else a message is the second
  end
  if not system.is_windows then return size_from_stty() end
end

-- Whether a write failed because nobody reads the pipe any more. `number` is
-- the number of the error. Windows has its own error for that, which its C
-- library does not know and calls EINVAL.
function system.is_broken_pipe(number)
  return number == EPIPE or system.is_windows and number == EINVAL
end

return system
