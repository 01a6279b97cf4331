-- SPDX-License-Identifier: MIT
-- The folder for downloads: made where it is missing, and tried.

local stop = require "luma_cli.stop".stop

-- Makes a folder in it and removes that again. What a test says of a folder's
-- permissions is not what the disk, or root, says.
local SCRIPT = [[{
  LC_ALL=C; export LC_ALL
  mkdir -p %s && tried=$(mktemp -d %s/.luma.XXXXXX) && rmdir "$tried" &&
  echo ok
} 2>&1]]

local function quote(path)
  if not path:find "^/" then path = "./" .. path end
  return "'" .. path:gsub("'", "'\\''") .. "'"
end

-- Ends the program where no file can be made in `dir`.
return function(dir)
  if dir == "" then stop(2, "--dir: must not be empty") end
  local word = quote(dir)
  local pipe, why = io.popen(SCRIPT:format(word, word))
  local answer = pipe and pipe:read "*a" or why
  if pipe then pipe:close() end
  if answer == "ok\n" then return end
  local reason = answer:match ": ([^:\n]+)\n*$" or answer
  if reason == "File exists" then reason = "it is not a folder" end
  stop(2, ("cannot write to the folder %s: %s"):format(dir, reason))
end
