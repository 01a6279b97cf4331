-- SPDX-License-Identifier: MIT
-- The options of a watch, for the commands that have one.

local watching = {}

function watching.options(args)
  return {
    deadline = args.deadline, missing_grace = args.missing_grace,
    interval = args.interval, max_interval = args.max_interval,
  }
end

return watching
