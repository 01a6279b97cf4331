-- SPDX-License-Identifier: MIT
-- Results, on stdout. A reader that went away ends the program quietly, as
-- the signal would; any other failed write ends it with a sentence.

local stop = require "luma_cli.stop".stop

local READER_GONE = 128 + 13 -- what a shell makes of SIGPIPE
local EPIPE = 32

local Out = {}
Out.__index = Out

function Out.new(screen, live)
  return setmetatable({ screen = screen, live = live }, Out)
end

local function check(ok, message, number)
  if ok then return end
  if number == EPIPE then stop(READER_GONE) end
  stop(1, ("cannot write: %s"):format(message))
end

function Out:line(s)
  if self.screen.out_is_terminal then self.live:clear() end
  check(io.stdout:write(s, "\n"))
end

-- Every flush is checked: after one that failed, the next one succeeds.
function Out.flush() check(io.stdout:flush()) end

return Out
