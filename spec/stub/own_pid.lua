-- SPDX-License-Identifier: MIT
-- own_pid() gives the pid of this process, as text. Lua cannot tell it; a child
-- can.

return function()
  local pipe = io.popen "echo $PPID"
  local pid = pipe:read "l"
  pipe:close()
  return pid
end
