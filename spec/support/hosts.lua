-- SPDX-License-Identifier: MIT
-- Which programs and files the specs of hosts need. Where one is missing, the
-- spec is pending; with LUMA_HOSTS=all, as in the checks of a change, it fails.

local process = require "spec.support.process"

local hosts = {}

local function absent(what)
  for _, name in ipairs(what.programs or {}) do
    if not process.has(name) then return name .. " is not installed" end
  end
  for path, how in pairs(what.files or {}) do
    local file = io.open(path)
    if not file then return ("no %s: %s"):format(path, how) end
    file:close()
  end
end

-- What keeps a spec from being run here, if anything does. `what` has
-- `programs`, a list of names, and `files`, a map from a path to the command
-- that makes the file.
function hosts.obstacle(what)
  local why = absent(what)
  if why and os.getenv "LUMA_HOSTS" == "all" then error(why, 2) end
  return why
end

return hosts
