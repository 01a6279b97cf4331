-- SPDX-License-Identifier: MIT
-- The end in Neovim of editor.lua: listens on loopback, says where and its
-- pid, and runs each line it is sent, a JSON string of Lua, in the main loop.
-- Answers with a line of JSON; ends Neovim when the connection ends, or when
-- none comes within half a minute.

local uv = vim.loop

local FIRST = 30000 -- milliseconds

local server = uv.new_tcp()
local patience = uv.new_timer()

local quit = vim.schedule_wrap(function() vim.cmd "qall!" end)

local function obey(line)
  local chunk, wrong = loadstring(vim.json.decode(line))
  local ok, value = pcall(chunk or error, wrong)
  if not ok then value = tostring(value) end
  return vim.json.encode { ok = ok, value = value } .. "\n"
end

local function serve(conn)
  local input = ""
  conn:read_start(function(_, bytes)
    if not bytes then return quit() end
    input = input .. bytes
    local line, rest = input:match "^([^\n]*)\n(.*)$"
    if not line then return end
    input = rest
    vim.schedule(function() conn:write(obey(line)) end)
  end)
end

assert(server:bind("127.0.0.1", 0))
assert(server:listen(1, function()
  local conn = uv.new_tcp()
  server:accept(conn)
  patience:stop()
  serve(conn)
end))
patience:start(FIRST, 0, quit)
io.stdout:write(("%d %d\n"):format(server:getsockname().port, uv.os_getpid()))
io.stdout:flush()
