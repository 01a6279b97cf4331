-- SPDX-License-Identifier: MIT
-- Forks while downloads write to a slow disk, and prints the longest time, in
-- seconds, that a fork took:
--   lua5.4 forked-on-disk.lua CPATH BASE_URL FOLDER

local cpath, url, folder = ...
package.cpath = cpath .. ";" .. package.cpath
local luma = require "luma"
local posix = require "posix"

local client = luma.client { token = "token", base_url = url }
local jobs, worst, forks = {}, 0, 0
for i = 1, 4 do
  jobs[i] = client:download(url .. "/clip", {
    path = folder .. i, allow_private = true,
  })
end
while client:step() > 0 do
  local start = posix.now()
  local pid = posix.fork()
  if pid == 0 then posix.quit(0) end
  worst = math.max(worst, posix.now() - start)
  posix.wait(pid)
  forks = forks + 1
  client:wait(0.05)
end
for _, job in ipairs(jobs) do assert(job:result()) end
print(worst, forks)
