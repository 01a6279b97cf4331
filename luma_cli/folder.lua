-- SPDX-License-Identifier: MIT
-- Makes the folder for downloads, and checks that it is writable.

local stop = require "luma_cli.stop".stop

-- Makes a folder in it and removes it again. The permissions are not enough to
-- know: the disk may be full or read-only, and root ignores them.
local SCRIPT = [[{
  LC_ALL=C; export LC_ALL
  mkdir -p %s && tried=$(mktemp -d %s/.luma.XXXXXX) && rmdir "$tried" &&
  echo ok
} 2>&1]]

local function quote(path)
  if not path:find "^/" then path = "./" .. path end
  return "'" .. path:gsub("'", "'\\''") .. "'"
end

-- Ends the program if no file can be made in `dir`.
return function(dir)
  if dir == "" then stop(2, "--dir: must not be empty") end
  local quoted = quote(dir)
  local pipe, why = io.popen(SCRIPT:format(quoted, quoted))
  local output = pipe and pipe:read "*a" or why
  if pipe then pipe:close() end
  if output == "ok\n" then return end
  local reason = output:match ": ([^:\n]+)\n*$" or output
  if reason == "File exists" then reason = "it is not a folder" end
  stop(2, ("cannot write to the folder %s: %s"):format(dir, reason))
end
