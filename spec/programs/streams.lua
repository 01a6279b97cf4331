-- SPDX-License-Identifier: MIT
-- Fetches and downloads in a process whose standard streams may be closed, and
-- writes into a file what became of it and of them:
--   streams.lua BASE_URL LINK FOLDER [POSIX]
--
-- With the path of the module posix, the process closes 0 and 1 itself after it
-- has fetched tasks, and again after its first download.

local lfs = require "lfs"
local url, link, folder, module = ...

-- What reading and writing come to: the system's own words, or "works".
local function tried()
  local _, read = io.stdin:read(1)
  io.stdout:write "x"
  local _, wrote = io.stdout:flush()
  local _, complained = io.stderr:write "x"
  return ("%s, %s, %s"):format(read or "works", wrote or "works",
    complained or "works")
end

-- What 0, 1 and 2 are: "open" as at the start, "closed", or a file's name.
local function kind(n)
  local there = lfs.symlinkattributes("/proc/self/fd/" .. n)
  return there and there.target or "closed"
end

local function kinds() return { kind(0), kind(1), kind(2) } end

local before, said = kinds(), tried()
local luma = require "luma"
local client = luma.client { token = "token", base_url = url }
local lines = {}

local function note(...)
  lines[#lines + 1] = table.concat({ ... }, " ")
end

local function fetch()
  local tasks, err = client:tasks { "a", "b" }
  note("tasks", tasks and #tasks or tostring(err))
end

-- The host writes meanwhile: no byte of it may reach the file.
local function download(name)
  local job = client:download(link, {
    path = folder .. "/" .. name, allow_private = true,
  })
  repeat
    io.stdout:write "x"
    io.stdout:flush()
    client:wait(0.01)
    client:step()
  until job:done()
  local path, why = job:result()
  note("file", path and "whole" or tostring(why))
end

local function look(was)
  local now = kinds()
  for n = 1, 3 do
    note(n - 1, now[n] == was[n] and now[n] ~= "closed" and "as before"
      or now[n])
  end
end

fetch()
if module then
  local posix = assert(package.loadlib(module, "luaopen_posix"))()
  for _, name in ipairs { "first", "second" } do
    posix.close(0)
    posix.close(1)
    download(name)
    look { "", "", before[3] }
  end
else
  download "first"
  look(before)
  note(tried() == said and "fail as before" or tried())
end
client:close()

local file = assert(io.open(folder .. "/report", "w"))
file:write(table.concat(lines, "\n"), "\n")
file:close()
