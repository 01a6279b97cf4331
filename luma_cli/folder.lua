-- SPDX-License-Identifier: MIT
-- The folder for downloads: makes it, and checks that files can be made in it.

local stop = require "luma_cli.stop".stop
local system = require "luma_cli.system"

-- For Unix: makes a folder in it and removes it again. The permissions are not
-- enough to know: the disk may be full or read-only, and root ignores them.
local SCRIPT = [[{
  LC_ALL=C; export LC_ALL
  %s tried=$(mktemp -d %s/.luma.XXXXXX) && rmdir "$tried" &&
  echo ok
} 2>&1]]

local function quote(path)
  if not path:find "^/" then path = "./" .. path end
  return system.quote(path)
end

local function output_of(line)
  local pipe, why = io.popen(line)
  local output = pipe and pipe:read "*a" or why
  if pipe then pipe:close() end
  return output
end

local function problem_on_unix(dir, is_there)
  local quoted = quote(dir)
  local make = is_there and "" or "mkdir -p " .. quoted .. " &&"
  local output = output_of(SCRIPT:format(make, quoted))
  if output == "ok\n" then return nil end
  local reason = output:match ": ([^:\n]+)\n*$" or output
  return reason == "File exists" and "it is not a folder" or reason
end

-- Makes a file in the folder and removes it again.
local function can_make_a_file(dir)
  local slash = dir:find "[/\\:]$" and "" or "\\"
  local path = ("%s%s.luma.%x.tmp"):format(dir, slash, os.time())
  local file, why = io.open(path, "wb")
  if not file then return false, why:match ": ([^:]+)$" end
  file:close()
  os.remove(path)
  return true
end

-- cmd.exe is asked only if the folder may be missing, because it changes some
-- names in spite of the quotation marks.
local function problem_on_windows(dir, is_there)
  local ok, why = can_make_a_file(dir)
  if ok then return nil end
  if is_there then return why end
  if dir:find '"' then -- "clips\" gives this
    return "a name cannot have a quotation mark; does a backslash precede it?"
  elseif dir:find "[%%%c]" then
    return why .. "; create it first, because cmd.exe changes such a name"
  end
  local output = output_of(('mkdir "%s" 2>&1'):format(dir:gsub("/", "\\")))
  ok, why = can_make_a_file(dir)
  if ok then return nil end
  return output:match "^%s*([ -~]+)" or why -- the system's language may differ
end

local problem = system.is_windows and problem_on_windows or problem_on_unix

-- Ends the program if no file can be made in `dir`. `is_there`: it must be there
-- already.
return function(dir, is_there)
  if dir == "" then stop(2, "--dir: must not be empty") end
  local reason = problem(dir, is_there)
  if not reason then return end
  stop(2, ("cannot write to the folder %s: %s"):format(dir, reason))
end
