-- SPDX-License-Identifier: MIT
-- Works while only so many descriptors are left, and prints what comes of it:
--   shortage.lua WHAT LEFT BASE_URL CA
--
-- WHAT is "client", "download", or "tasks", where the threads run already.

local what, left, url, ca = ...
local luma = require "luma"

local function client_of()
  return luma.client {
    token = "token", base_url = url, ca_file = ca, attempts = 1,
    plain_http = true,
  }
end

local function show(good, err)
  print(good and "works" or err.code .. " " .. tostring(err.retryable),
    good and "" or tostring(err))
end

local client = what ~= "client" and client_of()
if what == "tasks" then
  -- Starts the thread. The server does not answer, so that no connection is left.
  local job = client:request("GET", "/silent")
  job:cancel()
  job:result()
end

local held = {}
repeat
  local file = io.open "/dev/null"
  held[#held + 1] = file
until not file
for _ = 1, tonumber(left) do table.remove(held):close() end

local function try()
  if what == "client" then return show(client_of()) end
  if what == "tasks" then return show(client:tasks { "b" }) end
  show(client:download(url .. "/clip", "/nowhere/clip.mp4"))
end

try()
for _, file in ipairs(held) do file:close() end
try()
