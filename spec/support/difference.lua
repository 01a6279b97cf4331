-- SPDX-License-Identifier: MIT
-- Where a value of luma is not lua-cjson's, or nil. Numbers are compared by
-- value, since lua-cjson has floats only; without `nulls`, null members are
-- absent.

local cjson = require "cjson"

local find

local function find_in(ours, theirs, nulls)
  for key, value in pairs(theirs) do
    if value == cjson.null and type(key) == "string" and not nulls then
      value = nil
    end
    local found = find(ours[key], value, nulls)
    if found then return "." .. tostring(key) .. found end
  end
  for key in pairs(ours) do
    if theirs[key] == nil then return "." .. tostring(key) .. ": too many" end
  end
end

function find(ours, theirs, nulls)
  if type(theirs) == "number" and math.type(ours) == "integer" then
    ours = ours + 0.0
  end
  if type(ours) == "table" and type(theirs) == "table" then
    return find_in(ours, theirs, nulls)
  end
  return ours ~= theirs and (": %s, %s"):format(tostring(ours),
    tostring(theirs)) or nil
end

return function(ours, theirs, nulls, name)
  local found = find(ours, theirs, nulls)
  return found and (name or "it") .. found
end
