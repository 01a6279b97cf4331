-- SPDX-License-Identifier: MIT
-- Ends the program from wherever it is: main.lua catches what is raised here,
-- and what Lua raises when Ctrl-C is pressed.

local stopping = {}

local Stop = {}
Stop.__index = Stop

local INTERRUPTION = "interrupted!"

-- Raises an exit code, and a sentence for stderr if there is anything to say.
function stopping.stop(code, message)
  error(setmetatable({ code = code, message = message }, Stop), 0)
end

function stopping.is_stop(value) return getmetatable(value) == Stop end

-- Ends it as Ctrl-C does.
function stopping.interrupt() error(INTERRUPTION, 0) end

function stopping.is_interruption(err)
  return type(err) == "string" and err:find(INTERRUPTION, 1, true) ~= nil
end

-- Like pcall, but Ctrl-C gets through.
function stopping.try(f, ...)
  local ok, a, b = pcall(f, ...)
  if not ok and stopping.is_interruption(a) then stopping.interrupt() end
  return ok, a, b
end

return stopping
