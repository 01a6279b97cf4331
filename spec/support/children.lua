-- SPDX-License-Identifier: MIT
-- Runs scripts in processes of their own, several at a time, and tells how
-- each of them ended.

local children = {}

local AT_ONCE = 4

local LUA = os.getenv "LUMA_LUA"

local function quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

-- Starts Lua with the words as its arguments, and `env` as an assignment in
-- its environment, or a list of them; after `seconds` it is killed. The shell's
-- line has `before` in front of it and `after` behind it. The pipe has what it
-- prints.
function children.start(words)
  local env, parts = words.env or "LUMA_CHILD=1", { "env" }
  for _, variable in ipairs(type(env) == "table" and env or { env }) do
    parts[#parts + 1] = quote(variable)
  end
  if words.seconds then parts[#parts + 1] = "timeout " .. words.seconds end
  parts[#parts + 1] = LUA
  for _, word in ipairs(words) do parts[#parts + 1] = quote(word) end
  -- In Lua 5.1 the pipe does not tell how the child ended.
  return assert(io.popen(("{ %s %s %s; } 2>&1; echo =$?"):format(
    words.before or "", table.concat(parts, " "), words.after or "")))
end

-- Waits for the end: { output =, kind = "exit" or "signal", code = }.
function children.finish(pipe)
  local output, code = pipe:read("*a"):match "^(.*)=(%d+)\n$"
  pipe:close()
  code = tonumber(code)
  local signal = code > 128 and code - 128
  return {
    output = output, kind = signal and "signal" or "exit",
    code = signal or code,
  }
end

-- Runs all of them; the list of ends is in the same order.
function children.run(list)
  local pipes, ends = {}, {}
  for i = 1, #list + AT_ONCE do
    if list[i] then pipes[i] = children.start(list[i]) end
    local done = i - AT_ONCE
    if pipes[done] then ends[done] = children.finish(pipes[done]) end
  end
  return ends
end

return children
