-- SPDX-License-Identifier: MIT
-- Prints the descriptors that a child of this process has, before and while
-- luma works:
--   inherited.lua HTTP HTTPS CA LINK FOLDER [HOLES]
--
-- With HOLES, the process has a hundred descriptors of its own before, and so
-- many low numbers between them are free.
-- Without HTTPS, the host of the others has a name that is looked up for a long
-- time.

local http, https, ca, link, folder, holes = ...
local lfs = require "lfs"
local luma = require "luma"

local function descriptors()
  local pipe = io.popen "ls /proc/self/fd"
  local list = pipe:read "*a"
  pipe:close()
  return (list:gsub("\n", " "))
end

local function wait_until(f, what)
  local deadline = os.time() + 20
  while not f() do
    assert(os.time() < deadline, what)
    os.execute "sleep 0.01"
  end
end

local own = {}
for i = 1, holes and 100 or 0 do own[i] = assert(io.open("/dev/null")) end
for i = 2, 1 + (holes or 0) do own[i]:close() end

local before = descriptors()
print(before)

-- Downloads and tasks have threads of their own, and each name gets one or, in
-- newer versions of libcurl, one for each family of addresses.
if https == "" then
  local client = luma.client {
    token = "token", base_url = http, plain_http = true,
  }
  client:fetch({ "a" }, { on_done = print })
  local job = client:download(link, folder .. "/clip.mp4")
  wait_until(function()
    local threads = 0
    for name in lfs.dir "/proc/self/task" do
      if name:find "^%d" then threads = threads + 1 end
    end
    return threads >= 5
  end, "no name is looked up")
  wait_until(function() return descriptors() == before end, "inherited")
  print(descriptors())
  job:cancel()
  os.exit(0)
end

local clients = {}
for i, url in ipairs { http, https, http } do
  clients[i] = luma.client { token = "token", base_url = url, ca_file = ca }
  clients[i]:fetch({ "a", "b" }, { on_done = print })
end
local job = clients[1]:download(link, {
  path = folder .. "/clip.mp4", allow_private = true,
})
wait_until(function() return job:progress().bytes > 0 end, "no bytes")
for _, client in ipairs(clients) do
  wait_until(function() return client:stats().requests > 0 end, "no request")
end
print(descriptors())
os.exit(0)
