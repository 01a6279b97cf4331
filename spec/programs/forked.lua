-- SPDX-License-Identifier: MIT
-- Forks with requests on their way, and looks at both processes:
--   lua5.4 forked.lua CPATH BASE_URL CA_FILE COUNT WAY
--
-- Prints one line for each child that did not end as it should. The child
-- holds a copy of the parent's client, without its thread.

local cpath, url, ca, count, way = ...
package.cpath = cpath .. ";" .. package.cpath
local luma = require "luma"
local posix = require "posix"

local function new(path)
  return luma.client {
    token = "token", base_url = url .. (path or ""), ca_file = ca,
  }
end

local client, silent = new(), new "/silent"
local job = silent:fetch { "late" }
local jobs = { client:fetch { "a" }, client:fetch({}) }
assert(jobs[1]:result())

local function refused(f, ...)
  local ok, why = pcall(f, ...)
  assert(not ok and why:find "belongs to another process", why)
end

local ways = {}

function ways.use()
  for _, name in ipairs { "step", "wait", "stats", "fd", "dirty" } do
    refused(client[name], client)
  end
  refused(client.fetch, client, { "b" })
  refused(client.tasks, client, { "b" })
  for _, name in ipairs { "done", "result", "each", "progress", "cancel" } do
    refused(job[name], job)
  end
  assert(tostring(client) and tostring(job))
  os.exit(5)
end

function ways.close()
  for _, each in ipairs { client, silent, client } do each:close() end
  os.exit(5, true)
end

function ways.drop()
  client, silent, job, jobs[1], jobs[2] = nil, nil, nil, nil, nil
  collectgarbage()
  collectgarbage()
  os.exit(5)
end

function ways.exit() os.exit(5) end

function ways.exit_and_close() os.exit(5, true) end

function ways.quit() posix.quit(5) end

function ways.new()
  local own = new()
  assert(own:tasks({ "b" })[1].id == "b")
  os.exit(5, true)
end

for i = 1, tonumber(count) do
  local pid = posix.fork()
  if pid == 0 then
    local _, why = pcall(ways[way])
    print(why)
    posix.quit(1)
  end
  local kind, code = posix.wait(pid)
  if kind ~= "exit" or code ~= 5 then print(way, i, kind, code) end
end

-- The parent's work is not disturbed.
assert(not job:done())
assert(client:tasks({ "c" })[1].id == "c")
print "release"
io.stdout:flush()
assert(job:result()[1].id == "late")
