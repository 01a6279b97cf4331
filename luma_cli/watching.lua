-- SPDX-License-Identifier: MIT
-- The options of a watch, for the commands that have one.

local watching = {}

-- The module's defaults, in seconds. If one is given, the other one adapts.
local INTERVAL, MAX_INTERVAL = 5, 15

function watching.options(args)
  local interval, max_interval = args.interval, args.max_interval
  return {
    deadline = args.deadline, missing_grace = args.missing_grace,
    interval = interval or max_interval and math.min(INTERVAL, max_interval),
    max_interval = max_interval
      or interval and math.max(MAX_INTERVAL, interval),
  }
end

return watching
