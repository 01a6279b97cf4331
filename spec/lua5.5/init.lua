-- SPDX-License-Identifier: MIT
-- Lets the specs run in Lua 5.5: every Lua 5.5 runs this first (LUA_INIT_5_5).
--
-- Debian's libraries are those of Lua 5.4. Of its C libraries, luafilesystem
-- and lua-cjson are compiled for 5.5; for the others, stand-ins have only what
-- most specs call. A spec that calls more is pending, and says what it called.

local LIBRARIES = "/usr/share/lua/5.4"

-- Compiles text that assigns to the variable of a `for`, which 5.5 does not
-- allow: the body of that loop gets a variable of its own.
local function compile(text, name)
  local chunk, why = load(text, "@" .. name)
  while not chunk do
    local line, variable = why:match
      ":(%d+): attempt to assign to const variable '([%w_]+)'"
    if not line then error(why, 0) end
    local lines, loop = {}, nil
    for each in (text .. "\n"):gmatch "(.-)\n" do
      lines[#lines + 1] = each
      if #lines <= tonumber(line)
        and each:find("%f[%w_]for%f[^%w_].*%f[%w_]" .. variable .. "%f[^%w_]")
      then
        loop = #lines
      end
    end
    lines[loop] = lines[loop]:gsub("%f[%w_]do%f[^%w_]",
      ("do local %s = %s"):format(variable, variable), 1)
    text = table.concat(lines, "\n")
    chunk, why = load(text, "@" .. name)
  end
  return chunk
end

local stand_ins = {}

-- The last one, so that a spec can have other files in its LUA_PATH.
table.insert(package.searchers, function(module)
  if stand_ins[module] then return stand_ins[module] end
  local path, why = package.searchpath(module,
    LIBRARIES .. "/?.lua;" .. LIBRARIES .. "/?/init.lua")
  if not path then return why end
  local file <close> = assert(io.open(path))
  return compile(file:read "a", path), path
end)

-- What is called when a stand-in lacks a function: see pending.lua.
local lacking = { call = function() end }
package.loaded.lacking = lacking

local function lack(what)
  what = ("Lua 5.5 has no %s here"):format(what)
  lacking.call(what)
  error(what, 3)
end

-- A library that has only these functions.
local function stand_in(name, functions)
  functions.is_stand_in = true
  stand_ins[name] = function()
    return setmetatable(functions, { __index = function(_, key)
      return function() lack(name .. "." .. key) end
    end })
  end
end

local native = require "native"

stand_in("system", { gettime = os.time, monotime = native.now,
  sleep = native.sleep, termsize = false }) -- Debian 12's has none either
stand_in("term", { isatty = native.isatty })
-- Waits for one object to be readable, outside of any loop.
local function poll(object, seconds, ...)
  if ... or type(seconds or 0) ~= "number" then
    lack "cqueues.poll of several objects"
  end
  local fd = object.pollfd
  if type(fd) == "function" then fd = fd(object) end
  return native.readable(fd, seconds) and object or seconds
end

stand_in("cqueues", { monotime = native.now, sleep = native.sleep,
  poll = poll })
for _, name in ipairs { "cqueues.signal", "cqueues.condition",
  "cqueues.errno" } do
  stand_in(name, {})
end

-- As much of a socket as spec/support/gateway.lua uses.
local Socket = {}
Socket.__index = Socket

function Socket.onerror() end

function Socket.setmode() end

function Socket.setmaxline() end

function Socket:connect()
  self.from, self.to = native.connect(self.port)
  return true
end

function Socket:xwrite(text) return self.to:write(text) and self.to:flush() end

function Socket:read(format) return self.from:read(format) end

function Socket:close()
  self.from:close()
  self.to:close()
end

stand_in("cqueues.socket", {
  connect = function(to)
    return setmetatable({ port = math.tointeger(tonumber(to.port)) }, Socket)
  end,
})
