-- SPDX-License-Identifier: MIT
-- Asks for tasks while downloads write to a slow disk, and prints the longest
-- time, in seconds, of a call that promises not to wait for it:
--   lua5.4 slow-disk.lua BASE_URL FOLDER

local cqueues = require "cqueues"
local luma = require "luma"

local url, folder = ...

local client = luma.client { token = "token", base_url = url }
local worst = 0

local function timed(f, ...)
  local start = cqueues.monotime()
  f(...)
  worst = math.max(worst, cqueues.monotime() - start)
end

assert(client:tasks { "warm" })
local jobs = {}
for i = 1, 4 do
  timed(function()
    jobs[i] = client:download(url .. "/clip", {
      path = folder .. "/" .. i, allow_private = true,
    })
  end)
end
for i = 1, 20 do
  timed(client.tasks, client, { "a" .. i })
  timed(client.step, client)
  cqueues.sleep(0.01)
end
jobs[1]:cancel()
timed(client.close, client)
print(worst)
