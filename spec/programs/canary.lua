-- SPDX-License-Identifier: MIT
-- Whether Lua holds a secret of a client that works, is closed, and is gone:
--   canary.lua GATEWAY PROXY <token, password and header, a line each
-- Prints for each of the three "nothing", or where it is.

local luma = require "luma"

local gateway, proxy = ...
local getupvalue, getuservalue = debug.getupvalue, debug.getuservalue

-- Backwards, so that what is looked for is not what looks.
local wanted = {}

local function read_secret()
  local secret = io.read "*l"
  wanted[#wanted + 1] = secret:sub(-12):reverse()
  return secret
end

local function has_secret(text)
  text = text:reverse()
  for _, each in ipairs(wanted) do
    if text:find(each, 1, true) then return true end
  end
  return false
end

-- Where it is found, from the value on.
local function find(value, seen, path)
  local kind = type(value)
  if kind == "string" then return has_secret(value) and path or nil end
  if seen[value] or kind == "number" or kind == "boolean" or kind == "nil" then
    return nil
  end
  seen[value] = true
  local found = find(debug.getmetatable(value), seen, path .. ".metatable")
  if kind == "table" then
    for key, item in next, value do
      local name = ("%s.%s"):format(path, tostring(key))
      found = found or find(key, seen, path .. ".key") or find(item, seen, name)
    end
  elseif kind == "userdata" then
    found = found or find(getuservalue(value), seen, path .. ".uservalue")
  elseif kind == "function" then
    local i = 1
    while not found and getupvalue(value, i) do
      local name, item = getupvalue(value, i)
      found = find(item, seen, path .. "." .. name)
      i = i + 1
    end
  end
  return found
end

local client

local function look()
  collectgarbage()
  collectgarbage()
  local shown = has_secret(tostring(client)) and "in its text"
  print(shown or find({ client, debug.getregistry(), _G }, {}, "it")
    or "nothing")
end

local function connect()
  local token, password, header = read_secret(), read_secret(), read_secret()
  client = luma.client {
    token = token, headers = { ["X-Key"] = header }, base_url = gateway,
    proxy = (proxy:gsub("//", "%0jane:" .. password .. "@", 1)),
    plain_http = true,
  }
end

connect()
assert(client:tasks { "a" })
look()
client:close()
look()
client = nil
look()
