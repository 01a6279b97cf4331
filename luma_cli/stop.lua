-- SPDX-License-Identifier: MIT
-- Ends the program from wherever it is: main.lua catches what this raises.

local Stop = {}
Stop.__index = Stop

-- Raises an exit code, and a sentence for stderr if there is anything to say.
local function stop(code, message)
  error(setmetatable({ code = code, message = message }, Stop), 0)
end

local function is_stop(value) return getmetatable(value) == Stop end

return { stop = stop, is_stop = is_stop }
