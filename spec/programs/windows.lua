-- SPDX-License-Identifier: MIT
-- Makes Unix look like Windows to a Lua program, and runs it:
--
--   lua spec/programs/windows.lua 'Z:\folder\program' ARGUMENT...
--
-- Paths may have backslashes and a drive (Z: is the root), C modules end in
-- .dll, /dev is missing, `seek` works on pipes, cmd.exe knows mkdir, and
-- luasystem knows consoles. The variable LIKE_WINDOWS has words that change it:
--
--   old-luasystem   luasystem 0.2.1, which does not know consoles
--   no-escapes      a console that knows no escape sequences
--   page=NUMBER     the code page of the console (437)
--   columns=NUMBER  its width (60)
--   reader-gone     writing fails as it does when nobody reads the pipe

-- luacheck: ignore 122 143

local unpack = table.unpack or unpack -- luacheck: ignore
local words = " " .. (os.getenv "LIKE_WINDOWS" or "") .. " "
local function has(word) return words:find(" " .. word .. " ", 1, true) end
local function number(name) return tonumber(words:match(name .. "=(%d+)")) end

package.config = package.config:gsub("^/", "\\")

-- Files

local function unix(path)
  if path == "NUL" then return "/dev/null" end
  return (path:gsub("\\", "/"):gsub("^Z:", ""))
end

local open, remove, popen = io.open, os.remove, io.popen

function io.open(path, mode)
  if path:find "^/dev/" then return open(path .. ": not on Windows", mode) end
  return open(unix(path), mode)
end

function os.remove(path) return remove(unix(path)) end

-- The rest would be a command that Windows does not have.
function io.popen(line)
  local path = line:match '^mkdir "([^"%%]+)" 2>&1$'
  assert(path and not path:find "/", "cmd.exe is not to run: " .. line)
  return popen(("mkdir -p '%s' 2>&1"):format(unix(path)))
end

-- Modules

local function search(name, templates)
  for template in templates:gmatch "[^;]+" do
    local path = unix(template:gsub("%?", (name:gsub("%.", "/"))))
    local file = open(path)
    if file then
      file:close()
      return path
    end
  end
end

local function find_lua(name)
  local path = search(name, package.path)
  return path and assert(loadfile(path)) or "\n\tno Lua file"
end

local function find_c(name)
  local path = search(name, (package.cpath:gsub("%.dll", ".so")))
  return path and package.loadlib(path, "luaopen_" .. name:gsub("%.", "_"))
    or "\n\tno DLL"
end

local searchers = package.searchers or package.loaders
searchers[2], searchers[3], searchers[4] = find_lua, find_c, nil

-- The search paths of this machine, as they would be on Windows.
local function windows(templates)
  return templates:gsub("/", "\\"):gsub("%.so", ".dll")
end

package.path, package.cpath = windows(package.path), windows(package.cpath)

-- luasystem

local VIRTUAL_TERMINAL = 4

local function console(system)
  local isatty = require "term".isatty
  local function flags_of(stream)
    if isatty(stream) then return 3 end
    return nil, "failed to get console mode"
  end
  system.COF_VIRTUAL_TERMINAL_PROCESSING = VIRTUAL_TERMINAL
  system.getconsoleflags = flags_of
  function system.setconsoleflags(stream, flags)
    assert(flags_of(stream) and flags == 3 + VIRTUAL_TERMINAL)
    if has "no-escapes" then return nil, "failed to set console mode" end
    return true
  end
  function system.getconsoleoutputcp() return number "page" or 437 end
  function system.termsize()
    if not isatty(io.stdout) then return nil, "Failed to get terminal size." end
    return 24, number "columns" or 60
  end
end

function package.preload.system()
  package.preload.system, package.loaded.system = nil, nil
  local real, system = require "system", {}
  for _, name in ipairs { "monotime", "gettime", "sleep" } do
    system[name] = real[name]
  end
  if not has "old-luasystem" then console(system) end
  return system
end

-- Streams

local methods = getmetatable(io.stdout).__index
local seek = methods.seek

function methods.seek(file, ...)
  local position, why, code = seek(file, ...)
  if why == "Illegal seek" then return 0 end
  return position, why, code
end

if has "reader-gone" then
  function methods.flush() return nil, "Invalid argument", 22 end
end

for at = 0, #arg do arg[at] = arg[at + 1] end
assert(loadfile(unix(arg[0])))(unpack(arg))

