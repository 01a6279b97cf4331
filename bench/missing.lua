-- SPDX-License-Identifier: MIT
-- missing(name, command) returns why the contestant `name` is not measured, or
-- nil if `command`, which loads its modules, works.

local reasons = { lua_curl = "its source is absent" }

return function(name, command)
  if os.execute(command .. " >/dev/null 2>&1") then return nil end
  return "not measured: " .. (reasons[name] or "it is not installed")
end
