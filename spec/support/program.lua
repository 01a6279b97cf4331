-- SPDX-License-Identifier: MIT
-- C programs with luma linked in: builds them with the sanitizers of the
-- suite. Runs on every Lua the specs do.

local process = require "spec.support.process"

local program = {}

-- `build/lua5.4` or, with a sanitizer, `build/lua5.4-thread`.
local BUILD = os.getenv "LUMA_BUILD" or "build/lua5.4"
local LUA = BUILD:match "([^/-]+)[^/]*$"
local SAN = os.getenv "LUMA_SAN" or ""

local CC = "cc -g -std=c11 -D_GNU_SOURCE"
if SAN ~= "" and SAN ~= "valgrind" then
  CC = CC .. " -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize="
    .. SAN
end

local HOST = "cc -o build/host spec/native/%s.c %s build/lua5.4/libluma.a"
  .. " $(pkg-config --cflags --libs lua5.4 libcurl) -ldl -lpthread -lm"

local LIBRARY = "cc -o build/library spec/native/%s.c %s -shared -fPIC"
  .. " -Wl,-soname,%s -Wl,--version-script,%s"

local quote = process.quote

local function shell(line) return process.run { line = line } end

-- What nm says about files of the build.
function program.nm(flags, files)
  local words = { "nm", flags }
  for file in files:gmatch "%S+" do
    words[#words + 1] = quote(BUILD) .. "/" .. file
  end
  local ended = shell(table.concat(words, " "))
  assert(ended.code == 0, ended.output)
  return ended.output
end

-- Runs a command as it is documented, `cc -o build/NAME …` with build/lua5.4
-- and lua5.4 in it, for this suite. Gives the program's path, and a function
-- that removes it.
function program.build(command, path)
  path = path or os.tmpname()
  command = command:gsub("^cc %-o %S+", function()
    return CC .. " -o " .. quote(path)
  end)
  command = command:gsub("build/lua5%.4", function() return quote(BUILD) end)
  command = command:gsub("lua5%.4 ", LUA .. " ")
  local ended = shell(command)
  assert(ended.code == 0, ended.output)
  return path, function() os.remove(path) end
end

-- The flag for sources that define all these names.
local function define(names)
  return " -DNAMES='NAME(" .. table.concat(names, ") NAME(") .. ")'"
end

-- Builds a host of spec/native, with more flags, and with the names.
function program.host(name, flags, names)
  flags = (flags or "") .. (names and define(names) or "")
  return program.build(HOST:format(name, flags))
end

-- Builds a library of spec/native as `file`, with those names under that
-- version. Gives the folder it is in, and a function that removes both.
function program.library(name, file, version, names)
  local folder = os.tmpname()
  os.remove(folder)
  local map, path = folder .. "/map", folder .. "/" .. file
  local ended = shell(("mkdir %s && echo '%s { global: *; };' >%s")
    :format(folder, version, map))
  assert(ended.code == 0, ended.output)
  program.build(LIBRARY:format(name, define(names), file, map), path)
  return folder, function()
    for _, each in ipairs { map, path, folder } do os.remove(each) end
  end
end

return program
