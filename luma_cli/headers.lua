-- SPDX-License-Identifier: MIT
-- Headers of the command line and of the user's file: "Name: value". The module
-- checks them.

local stop = require "luma_cli.stop".stop

local headers = {}

-- The name and the value, or nil and what is expected.
function headers.parse(line)
  local name, value = line:match "^%s*([^:%s]+)%s*:%s*(.-)%s*$"
  if name then return name, value end
  return nil, "NAME: VALUE expected"
end

-- A table of names and values. A second one of the same name would be lost in
-- it, so it is refused here.
function headers.of(list)
  local values, seen = {}, {}
  for _, line in ipairs(list) do
    local name, value = headers.parse(line)
    if not name then stop(2, "--header: " .. value) end
    if seen[name:lower()] then
      stop(2, ("--header: %s is there twice"):format(name))
    end
    seen[name:lower()], values[name] = true, value
  end
  return values
end

return headers
