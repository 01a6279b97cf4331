-- SPDX-License-Identifier: MIT
-- Writes the results to stdout. If the reader has closed the pipe, the program
-- ends silently, as SIGPIPE would end it. Other failures have a message.

local stop = require "luma_cli.stop".stop

local READER_GONE = 128 + 13 -- the exit code of a shell for SIGPIPE
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

-- Each flush is checked, because the next one succeeds after a failure.
function Out.flush() check(io.stdout:flush()) end

return Out
