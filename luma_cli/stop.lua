-- SPDX-License-Identifier: MIT
-- Ends the program from any place. main.lua catches the errors that are raised
-- here, and the error that Lua raises on Ctrl-C.

local stopping = {}

local Stop = {}
Stop.__index = Stop

local INTERRUPTION = "interrupted!"

-- Raises an exit code, with a message for stderr if one is given.
function stopping.stop(code, message)
  error(setmetatable({ code = code, message = message }, Stop), 0)
end

function stopping.is_stop(value) return getmetatable(value) == Stop end

-- Ends the program as Ctrl-C does.
function stopping.interrupt() error(INTERRUPTION, 0) end

function stopping.is_interruption(err)
  return type(err) == "string" and err:find(INTERRUPTION, 1, true) ~= nil
end

-- Like pcall, but does not catch Ctrl-C.
function stopping.try(f, ...)
  local ok, a, b = pcall(f, ...)
  if not ok and stopping.is_interruption(a) then stopping.interrupt() end
  return ok, a, b
end

return stopping
