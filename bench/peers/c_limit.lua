-- SPDX-License-Identifier: MIT
-- The module limit (see limit.c): "both" threads, only the "transfer", or only
-- the "build". Its input is prepared before the clocks start.

local cjson = require "cjson"
local harness = require "harness"
local limit = require "limit"

local what = arg[4]
local bodies = what ~= "build" and harness.bodies() or nil
local sample

-- Whole numbers as integers and no nulls, like luma.
local function native(value)
  if value == cjson.null then return nil end
  if type(value) ~= "table" then return math.tointeger(value) or value end
  for name, member in pairs(value) do value[name] = native(member) end
  return value
end

if what ~= "transfer" then
  local file = assert(io.open "spec/stub/tasks-200.json")
  sample = native(cjson.decode(file:read "a")[1])
  file:close()
end

harness.run(function()
  local bytes, tasks = limit(harness.url .. "/luma/tasks", harness.ca, bodies,
    harness.ids, sample)
  return tasks or {}, { bytes = bytes }
end)
