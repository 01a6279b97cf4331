-- SPDX-License-Identifier: MIT
-- Writes a value to a file as indented JSON with sorted names, for small diffs.

local cjson = require "cjson"

local function sorted_names(object)
  local names = {}
  for name in pairs(object) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function text(value, indent)
  if math.type(value) == "float" then return ("%.5g"):format(value) end
  if type(value) ~= "table" then
    return (cjson.encode(value):gsub("\\/", "/"))
  end
  local parts, inner = {}, indent .. "  "
  for i, item in ipairs(value) do parts[i] = inner .. text(item, inner) end
  if #value > 0 then
    return "[\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "]"
  end
  for i, name in ipairs(sorted_names(value)) do
    parts[i] = ('%s"%s": %s'):format(inner, name, text(value[name], inner))
  end
  return "{\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "}"
end

return function(name, value)
  local file = assert(io.open(name, "w"))
  assert(file:write(text(value, ""), "\n"))
  assert(file:close())
end
