-- SPDX-License-Identifier: MIT
-- Lua states in threads of their own that use luma and are closed, with work
-- in flight; the process goes on:  lua5.4 states.lua CPATH URL CA_FILE COUNT
--
-- This state does not load luma, so nothing but the module itself keeps it in
-- memory when the last of the others is gone.

local cpath, url, ca, count = ...
package.cpath = cpath .. ";" .. package.cpath
local posix = require "posix"

local code = ([[
  local luma = require "luma"
  local client = luma.client {
    token = "token", base_url = "%s", ca_file = "%s", batch_size = 1,
  }
  local ids = {}
  for i = 1, 20 do ids[i] = "id-" .. i end
  assert(#client:tasks(ids) == 20)
  silent = luma.client {
    token = "token", base_url = "%s/silent", ca_file = "%s", batch_size = 1,
    connections = 50,
  }
  for i = 1, 50 do ids[i] = "id-" .. i end
  job = silent:fetch(ids)
  silent:fetch(ids, { on_done = print })
  client:fetch(ids, { on_task = function() end })
  client:step()
]]):format(url, ca, url, ca)

-- The kernel's count. A list of /proc/self/task may leave a thread out while
-- another one ends.
local function threads()
  for line in io.lines "/proc/self/status" do
    local number = line:match "^Threads:%s*(%d+)"
    if number then return tonumber(number) end
  end
end

for _ = 1, 3 do posix.states(tonumber(count), code) end
local own = os.getenv "LUMA_SAN" == "thread" and 2 or 1
local deadline = os.time() + 10
local others
repeat
  others = threads() - own
until others == 0 or os.time() > deadline
print(others .. " threads")
for line in io.lines "/proc/self/maps" do
  if line:find "/luma.so" then
    print "mapped"
    break
  end
end
