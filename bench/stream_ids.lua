-- SPDX-License-Identifier: MIT
-- Ids for which nginx needs only one file: see nginx.conf. It is in the syntax
-- of Lua 5.1, for every Lua.

local function stem()
  local random = math.random
  local function word() return random(0, 65535) end
  return ("%04x%04x-%04x-%04x-%04x-%04x%04x%x"):format(word(), word(), word(),
    word(), word(), word(), word(), random(0, 15))
end

return function(count)
  local ids = {}
  math.randomseed(count)
  for i = 0, count - 1, 100 do
    local first = stem()
    for j = 0, 99 do ids[i + j + 1] = ("%s%03d"):format(first, j) end
  end
  return ids
end
