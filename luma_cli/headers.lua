-- SPDX-License-Identifier: MIT
-- Headers of the command line and of the user's file: "Name: value". The module
-- checks them.

local stop = require "luma_cli.stop".stop

-- Returns a table of names and values. A second one of the same name would be
-- lost in it, so it is refused here.
return function(list)
  local headers, seen = {}, {}
  for _, line in ipairs(list) do
    local name, value = line:match "^%s*([^:%s]+)%s*:%s*(.-)%s*$"
    if not name then stop(2, "--header: NAME: VALUE expected") end
    if seen[name:lower()] then
      stop(2, ("--header: %s is there twice"):format(name))
    end
    seen[name:lower()], headers[name] = true, value
  end
  return headers
end
