-- SPDX-License-Identifier: MIT
-- The collectors that this Lua can choose from, each with a function that turns
-- it on.

local function generational() collectgarbage "generational" end
local function incremental() collectgarbage("incremental", 100, 25) end
local function as_it_is() end

if not pcall(generational) then
  return { kinds = { ["as it is"] = as_it_is }, usual = as_it_is }
end
return {
  kinds = {
    generational = generational,
    ["incremental without a pause"] = incremental,
  },
  usual = generational,
}
