-- SPDX-License-Identifier: MIT
-- Runs scripts in processes of their own, several at a time, and tells how
-- each of them ended.

local process = require "spec.support.process"

local children = {}

local AT_ONCE = 4

-- Starts Lua with the words as its arguments; the fields are those of
-- process.lua.
function children.start(words)
  words.program = process.LUA
  return process.start(words)
end

-- Waits for the end: { output =, kind = "exit" or "signal", code = }.
function children.finish(child)
  local ended = child:finish()
  return {
    output = ended.output, kind = ended.signal and "signal" or "exit",
    code = ended.signal or ended.code,
  }
end

-- Runs all of them; the list of ends is in the same order.
function children.run(list)
  local started, ends = {}, {}
  for i = 1, #list + AT_ONCE do
    if list[i] then started[i] = children.start(list[i]) end
    local done = i - AT_ONCE
    if started[done] then ends[done] = children.finish(started[done]) end
  end
  return ends
end

return children
