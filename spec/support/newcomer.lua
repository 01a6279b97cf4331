-- SPDX-License-Identifier: MIT
-- Does what README.md tells a newcomer: runs each command of its ```sh blocks,
-- in order, in a copy of the source tree and with an empty home. Ends with what
-- the commands have left there.
--
--   lua5.4 spec/support/newcomer.lua      (make newcomer)
--
-- A command that is new in README.md is run without a change here.

local folder = require "spec.support.folder"
local pages = require "spec.support.pages"
local process = require "spec.support.process"

local SIZE = 100000 -- bytes of each clip of the stub

local STUB = [[make stub PORT=0 >stub.log 2>&1 & stub=$!
until url=$(grep -om1 'http://127[0-9.:]*' stub.log); do sleep 0.1; done]]

-- Commands that cannot be run as they stand: a pattern, and what is run instead
-- (false: nothing), and why.
local CHANGES = {
  { "^make test", false, "it would run the specs once more" },
  { "\226\128\166", "any", "a token is needed; the stub takes any" },
  { "^make stub.*$", STUB, "it runs until Ctrl-C; here on a free port" },
  { "http://127%.0%.0%.1:5862", "$url", "the same port" },
  { "^luma download ", "luma download --allow-private ",
    "the clips of the stub have a private address" },
  { "^luma generate ", "luma generate --allow-private ", "the same" },
}

-- What the text around the commands takes for granted
local GIVEN = { ["ids.txt"] = "cat-1\ncat-2\n" }

-- LuaRocks installs into the home, and Debian has what the command needs.
local ROCKS = [[
rocks_trees = { { name = "home", root = %q } }
]]

local function changed(line)
  for _, change in ipairs(CHANGES) do
    if line:find(change[1]) then
      if not change[2] then return nil end
      local instead = change[2]
      line = line:gsub(change[1], function() return instead end)
    end
  end
  return line
end

-- The commands of a block. One that goes on in the next line ends with "\".
local function commands(block)
  local list = {}
  for line in block.text:gsub("\\\n%s*", ""):gmatch "[^\n]+" do
    if not line:find "^%s*#" then list[#list + 1] = line end
  end
  return list
end

-- A shell script with all of them, and their number.
local function script()
  local out = { [[
set -eu
trap '[ -z "${stub-}" ] || kill $stub' EXIT
]] }
  local count = 0
  for _, block in ipairs(pages.blocks "README.md") do
    for _, line in ipairs(block.language == "sh" and commands(block) or {}) do
      local run = changed(line)
      out[#out + 1] = "echo " .. process.quote((run and "$ " or "# ") .. line)
      out[#out + 1] = run or ""
      count = count + (run and 1 or 0)
    end
  end
  return table.concat(out, "\n") .. "\n", count
end

local function copy_tree(to)
  local ended = process.run { line = "git ls-files -co --exclude-standard "
    .. "| tar c --ignore-failed-read -T - 2>/dev/null | tar x -C " .. to }
  assert(ended.code == 0, ended.output)
end

local function check_clips(dir)
  local found = process.output("find " .. dir.path .. " -name '*.mp4' -size "
    .. SIZE .. "c")
  local count = select(2, found:gsub("\n", ""))
  print("clips that were downloaded: " .. count)
  return count > 0
end

local dir = folder.new()
copy_tree(dir.path)
assert(dir:run "mkdir home")
for name, text in pairs(GIVEN) do dir:write(name, text) end
local home = dir:at "home"
dir:write("rocks.lua", dir:read "spec/support/debian-rocks.lua"
  .. ROCKS:format(home .. "/rocks"))
local text, count = script()
dir:write("newcomer.sh", text)
local ok = os.execute(process.command {
  "sh", "-c", "cd " .. dir.path .. " && exec sh newcomer.sh",
  unset = { "LUMA_GATEWAY_TOKEN", "LUMA_GATEWAY_URL", "LUA_PATH", "LUA_CPATH",
    "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES" },
  env = {
    HOME = home, LUAROCKS_CONFIG = dir:at "rocks.lua", MAKEFLAGS = "-sj2",
    PATH = ("%s/.local/bin:%s/rocks/bin:%s"):format(home, home,
      os.getenv "PATH"),
  },
}) and check_clips(dir)
dir:remove()
print(("newcomer: %d passed, %d failed"):format(ok and count or 0,
  ok and 0 or 1))
os.exit(ok, true)
