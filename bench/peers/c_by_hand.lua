-- SPDX-License-Identifier: MIT
-- The module by_hand (see by_hand.c), used from Lua.

local by_hand = require "by_hand"
local cjson = require "cjson"
local harness = require "harness"

harness.run(function()
  local replies = by_hand(harness.url .. "/luma/tasks", harness.ca,
    harness.bodies(), cjson.decode)
  return harness.join(replies)
end)
