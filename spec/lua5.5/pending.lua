-- SPDX-License-Identifier: MIT
-- A helper of busted: a spec that calls what Lua 5.5 lacks here is pending.

local busted = require "busted"

local current

busted.subscribe({ "test", "start" }, function(element) current = element end)
busted.subscribe({ "test", "end" }, function() current = nil end)

-- Called by the stand-ins of init.lua.
function package.loaded.lacking.call(what)
  if current then current.env.pending(what) end
end
