-- SPDX-License-Identifier: MIT
-- Runs stress.lua in hosts of build.sh, each with a stub gateway:
--
--   lua5.4 spec/gcstress/run.lua ROUNDS FOLDER...     FOLDER/host is the host
--
-- Prints how often every part was run, and what went wrong.

local folder = require "spec.support.folder"
local gateway = require "spec.support.gateway"
local process = require "spec.support.process"

local SECONDS = 600 -- for each host

local function stress(host, rounds)
  local g, to = gateway.start(), folder.new()
  g:record(false)
  g:weather(1, 0)
  local ended = process.run {
    program = process.quote(host .. "/host"), "spec/gcstress/stress.lua",
    g.http, to.path, rounds, seconds = SECONDS,
  }
  g:stop()
  to:remove()
  return ended
end

local all_passed = true
for i = 2, #arg do
  local name = arg[i]:match "[^-]+$"
  local ended = stress(arg[i], arg[1])
  local ok = ended.code == 0 and ended.output:match "^(%d+ passed, 0 failed)\n$"
  if not ok then
    all_passed = false
    io.stderr:write(ended.output)
  end
  print(("gcstress-%s: %s"):format(name, ok or "0 passed, 1 failed"))
end
os.exit(all_passed)
