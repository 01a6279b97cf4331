-- SPDX-License-Identifier: MIT
-- Loads luma in a host that forbids things, and prints how many descriptors
-- it has come to hold:  sandbox sandboxed.lua WAY BASE_URL
--
-- The ways: to "load" it is killed by any socket or thread, to "work" too,
-- which cannot go well; "threads" or "sockets" are refused once it is loaded.

local way, url = ...
local forbid = _G.forbid -- the host's
local lfs = require "lfs"

local function descriptors()
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do count = count + 1 end
  return count
end

local function must(what, how)
  if forbid(what, how) then return end
  print "no filters"
  os.exit(0)
end

if way == "load" or way == "work" then must("both", "kill") end
local before = descriptors()
local luma = require "luma"
print("require", descriptors() - before)
local client = luma.client { token = "token", base_url = url }
print("client", descriptors() - before)

if way == "threads" or way == "sockets" then must(way, "refuse") end
if way ~= "load" then
  local tasks, err = client:tasks { "a" }
  print(tasks and #tasks or err.code, err)
end
client:close()
client = nil -- luacheck: ignore
collectgarbage()
collectgarbage()
local deadline = os.time() + 20 -- the thread closes some of them
while descriptors() > before and os.time() < deadline do end
print("end", descriptors() - before)
