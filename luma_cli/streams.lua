-- SPDX-License-Identifier: MIT
-- Handles standard streams that were closed before the start (`luma >&-`). The
-- next file or socket gets the lowest free descriptor, so results could go into
-- the file with number 1. This module is loaded first. It opens an empty file
-- for each closed stream, in the wrong direction: the number is taken, and
-- every read or write still fails.

local system = require "luma_cli.system"

local EBADF = 9

local streams = {}

local placeholders = {} -- referenced, so that the collector does not close them

-- In the order of the descriptors, because each open gets the lowest free one.
for _, stream in ipairs {
  { name = "stdin", mode = "w" }, { name = "stdout", mode = "r" },
  { name = "stderr", mode = "r" },
} do
  local position, _, number = io[stream.name]:seek()
  if number == EBADF then
    placeholders[stream.name] = io.open(system.null_file, stream.mode)
  end
  -- On Windows, `seek` also works on a pipe, where it means nothing.
  streams[stream.name .. "_has_position"] = position ~= nil
    and not system.is_windows
end

function streams.is_closed(name) return placeholders[name] ~= nil end

return streams
