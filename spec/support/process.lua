-- SPDX-License-Identifier: MIT
-- Runs commands in processes of their own, and tells what they printed and how
-- they ended. Runs on every Lua the specs do.
--
-- What to run is a table. Its array part has the words of the command; each is
-- quoted for the shell. Its fields, all optional:
--   program  what stands before the words and is not quoted; process.LUA is the
--            Lua that the specs run on
--   line     a line for the shell, instead of the words
--   env      a map of variables that are set; unset: a list of names that are
--            taken out
--   seconds  after so many it is killed
--   stdin    the text it reads; without it, there is none
--   before, after   what the shell's line has around the command
--   err      true: its errors are kept apart from its output; a path: they go
--            there
--   out      a path where its output goes

local process = { LUA = os.getenv "LUMA_LUA" }

function process.quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

local quote = process.quote

-- The shell's words for a command.
function process.command(what)
  if what.line then return what.line end
  local parts = { (what.env or what.unset) and "env" }
  for _, name in ipairs(what.unset or {}) do
    parts[#parts + 1] = "-u " .. name
  end
  for name, value in pairs(what.env or {}) do
    parts[#parts + 1] = quote(name .. "=" .. value)
  end
  if what.seconds then parts[#parts + 1] = "timeout " .. what.seconds end
  parts[#parts + 1] = what.program
  for _, word in ipairs(what) do parts[#parts + 1] = quote(word) end
  return table.concat(parts, " ")
end

local function write(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function read_and_remove(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  os.remove(path)
  return text
end

local Process = {}
Process.__index = Process

-- Starts it. Its output can be read until `finish` takes the rest.
function process.start(what)
  local input = what.stdin and write(what.stdin)
  local apart = what.err == true and os.tmpname()
  local err = apart or what.err
  -- In Lua 5.1 the pipe does not tell how a command ended, so the shell does.
  local line = ("{ %s %s %s\n} <%s %s 2>%s; echo \"=$?\""):format(
    what.before or "", process.command(what), what.after or "",
    input or "/dev/null", what.out and ">" .. quote(what.out) or "",
    err and quote(err) or "&1")
  return setmetatable({
    pipe = assert(io.popen(line)), input = input, apart = apart,
  }, Process)
end

-- Waits for its end: { output =, err =, code =, signal = }. The code of one
-- that a signal ended is 128 and the signal's number, as the shell has it.
function Process:finish()
  local output, code = self.pipe:read("*a"):match "^(.*)=(%d+)\n$"
  self.pipe:close()
  code = tonumber(code)
  if self.input then os.remove(self.input) end
  return {
    output = output, code = code,
    err = self.apart and read_and_remove(self.apart) or nil,
    signal = code > 128 and code - 128 or nil,
  }
end

-- What it prints next, as a file's `read` gives it.
function Process:read(format) return self.pipe:read(format) end

function process.run(what) return process.start(what):finish() end

-- What a line of the shell prints, errors included.
function process.output(line) return process.run({ line = line }).output end

-- Whether there is a program of this name.
function process.has(name)
  return process.run({ line = "command -v " .. quote(name) }).code == 0
end

-- Starts it with a pipe to its standard input: a function that writes text
-- into it, and one that closes it and gives the code. Its output is lost, unless
-- `out` is a path.
function process.feed(what)
  local code = os.tmpname()
  local pipe = assert(io.popen(("%s >%s; echo $? >%s"):format(
    process.command(what), quote(what.out or "/dev/null"), code), "w"))
  local function write_now(text)
    assert(pipe:write(text))
    assert(pipe:flush())
  end
  return write_now, function()
    pipe:close()
    return tonumber(read_and_remove(code))
  end
end

return process
