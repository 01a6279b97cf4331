-- SPDX-License-Identifier: MIT
-- Streams many tasks, and prints how many bytes luma holds half way and when
-- all are delivered: lua5.4 stream.lua CPATH URL each|on_task COUNT
--
-- What malloc has given out is counted, less what Lua's own heap has of it.
-- The size of the process would say more about the collector's pause, and
-- about the order in which two threads free, than about luma.

local cpath, url, way, n = ...
package.cpath = cpath .. ";" .. package.cpath
local luma = require "luma"
local posix = require "posix"

local function used()
  collectgarbage()
  collectgarbage()
  return posix.allocated() - collectgarbage "count" * 1024
end

local client = luma.client { token = "token", base_url = url, connections = 2 }
client:tasks { "first" } -- the thread, the connection, their buffers
local ids = {}
for i = 1, tonumber(n) do
  ids[i] = ("%08d-7641-4809-a133-10786201bb56"):format(i)
end
local before = used()
local count, half = 0, nil
local function on_task()
  count = count + 1
  if count == n / 2 then half = used() - before end
end
local each = way == "each"
local job = client:fetch(ids, not each and { on_task = on_task } or nil)
if each then
  for _ in job:each() do on_task() end
end
assert(job:result())
print(("%d tasks %d bytes %d bytes"):format(count, half, used() - before))
