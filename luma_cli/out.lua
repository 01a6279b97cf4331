-- SPDX-License-Identifier: MIT
-- Writes the results to stdout. If the reader has closed the pipe, the program
-- ends silently, as a program of Unix that SIGPIPE ends. Other failures have a
-- message.

local is_broken_pipe = require "luma_cli.system".is_broken_pipe
local stop = require "luma_cli.stop".stop

local READER_GONE = 128 + 13 -- the exit code of a shell for SIGPIPE

local Out = {}
Out.__index = Out

function Out.new(screen, live)
  return setmetatable({ screen = screen, live = live }, Out)
end

local function check(ok, message, number)
  if ok then return end
  if is_broken_pipe(number) then stop(READER_GONE) end
  stop(1, ("cannot write: %s"):format(message))
end

function Out:line(s)
  if self.screen.out_is_terminal then self.live:clear() end
  check(io.stdout:write(s, "\n"))
end

-- Each flush is checked, because the next one succeeds after a failure.
function Out.flush() check(io.stdout:flush()) end

return Out
