-- SPDX-License-Identifier: MIT
-- Forks so many times while its threads shake hands, and prints which child did
-- not end as it should:
--   lua5.4 forked-in-tls.lua CPATH BASE_URL CA_FILE COUNT WAY FIRST_MS
--
-- The gateway closes each connection after its response. The first fork is
-- FIRST_MS after the first job, the others up to 12 ms apart.

local cpath, url, ca, count, way, first_ms = ...
package.cpath = cpath .. ";" .. package.cpath
local luma = require "luma"
local posix = require "posix"

local HANG = 20 -- seconds

local function new()
  return luma.client {
    token = "token", base_url = url, ca_file = ca ~= "" and ca or nil,
    plain_http = true, batch_size = 1, connections = 6,
  }
end

local clients, unfinished = {}, 0
for i = 1, 3 do clients[i] = new() end

local function keep_busy()
  for _, client in ipairs(clients) do
    if unfinished < 6 then
      local ids = {}
      for i = 1, 30 do ids[i] = "id-" .. i end
      unfinished = unfinished + 1
      client:fetch(ids, {
        on_task = function() end,
        on_done = function() unfinished = unfinished - 1 end,
      })
    end
    client:step()
  end
end

local function wait(ms)
  local done = ms / 1000 + posix.now()
  repeat
    keep_busy()
    clients[1]:wait(math.max(0, math.min(0.001, done - posix.now())))
  until posix.now() >= done
end

local ways = {}

function ways.exit() os.exit(0) end

function ways.new()
  local tasks, err = new():tasks { "own" }
  if not tasks then print(err) end
  os.exit(tasks and tasks[1].id == "own" and 0 or 1)
end

local longest = 0
wait(tonumber(first_ms))
for i = 1, tonumber(count) do
  local before = posix.now()
  local pid = posix.fork()
  if pid == 0 then
    posix.alarm(HANG)
    ways[way]()
  end
  longest = math.max(longest, posix.now() - before)
  local kind, code = posix.wait(pid)
  if kind ~= "exit" or code ~= 0 then print(way, i, kind, code) end
  wait(i * 7 % 13)
end
if longest > 1.5 then print("fork took", longest) end
-- The parent's work is not disturbed.
assert(clients[1]:tasks({ "c" })[1].id == "c")
os.exit(0)
