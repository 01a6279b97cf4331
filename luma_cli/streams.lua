-- SPDX-License-Identifier: MIT
-- Standard streams that were closed before the program started (`luma >&-`).
-- The system gives the next file or socket the lowest free number, so results
-- would go into whatever got number 1. This module is loaded first: it opens
-- /dev/null in place of each closed stream, in the wrong direction, so that
-- the number is taken and every read or write still fails.

local EBADF = 9

local streams = {}

local placeholders = {} -- are not collected, or they would be closed

-- In the order of their numbers: each /dev/null gets the lowest free one.
for _, stream in ipairs {
  { name = "stdin", mode = "w" }, { name = "stdout", mode = "r" },
  { name = "stderr", mode = "r" },
} do
  local position, _, number = io[stream.name]:seek()
  if number == EBADF then
    placeholders[stream.name] = io.open("/dev/null", stream.mode)
  end
  streams[stream.name .. "_has_position"] = position ~= nil
end

function streams.is_closed(name) return placeholders[name] ~= nil end

return streams
