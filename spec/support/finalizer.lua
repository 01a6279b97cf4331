-- SPDX-License-Identifier: MIT
-- Lets the collector call a function, once and soon. In Lua 5.1 only userdata
-- have finalizers.

-- luacheck: read globals newproxy
return function(f)
  if not newproxy then
    setmetatable({}, { __gc = f })
    return
  end
  getmetatable(newproxy(true)).__gc = f
end
