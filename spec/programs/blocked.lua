-- SPDX-License-Identifier: MIT
-- Prints its pid, calls what blocks, prints what that raised, and goes on:
--   lua5.4 blocked.lua CPATH BASE_URL tasks|result|each|wait

local cpath, url, way = ...
package.cpath = cpath .. ";" .. package.cpath
local luma = require "luma"
local posix = require "posix"

posix.default(posix.SIGPIPE)
posix.catch(posix.SIGCHLD)
io.stdout:setvbuf "line"
print(posix.pid())

local client = luma.client { token = "token", base_url = url }
local job
local calls = {
  tasks = function() return client:tasks { "a", "b" } end,
  result = function() return job:result() end,
  each = function()
    for _ in job:each() do error "no task can have come" end
  end,
  wait = function() return client:wait() end,
}
if way ~= "tasks" then job = client:fetch { "a", "b" } end
local ok, why = pcall(calls[way])
print(ok, why)
local tasks = way == "tasks" and client:tasks { "a", "b" } or job:result()
print(#tasks)
