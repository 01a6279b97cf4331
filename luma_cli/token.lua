-- SPDX-License-Identifier: MIT
-- The token from a file that nobody else can read.

local stop = require "luma_cli.stop".stop
local system = require "luma_cli.system"

return function(path)
  local file, why = io.open(path)
  if not file then stop(2, "cannot read the token file: " .. why) end
  local token = file:read "*l"
  file:close()
  token = token and token:match "^%s*(%S+)%s*$"
  if not token then
    stop(2, ("the first line of %s has to be the token"):format(path))
  end
  if system.others_can_read(path) then
    stop(2, ("others can read %s: chmod 600 it"):format(path))
  end
  return token
end
