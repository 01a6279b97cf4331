-- SPDX-License-Identifier: MIT
-- Ends, in one of many ways, with 20 downloads on their way, and a task:
--   lua5.4 leave-files.lua BASE_URL CA_FILE FOLDER WAY MILLISECONDS [CPATH]

local luma = require "luma"

local url, ca, folder, way, ms, cpath = ...

local client = luma.client {
  token = "token", base_url = url, ca_file = ca, connections = 20,
}
local held = {}

local function start(options)
  for i = 1, 20 do
    local o = { path = folder .. "/clip-" .. i, allow_private = true }
    for key, value in pairs(options or {}) do o[key] = value end
    held[i] = client:download(url .. "/clip", o)
  end
  held[21] = client:fetch { "a" }
end

local ways = {
  exit = function() os.exit(7) end,
  exit_and_close = function() os.exit(7, true) end,
  ["end"] = function() end,
  drop = function()
    client, held = nil, nil
    collectgarbage()
    collectgarbage()
  end,
  close = function()
    client:close()
    for _, job in ipairs(held) do assert(job:done()) end
  end,
}

-- The child has copies of everything but the threads; what it does must not
-- touch the parent's files.
function ways.fork()
  package.cpath = cpath .. ";" .. package.cpath
  local posix = require "posix"
  local pid = posix.fork()
  if pid == 0 then
    assert(not pcall(held[1].result, held[1]))
    client, held = nil, nil
    collectgarbage()
    collectgarbage()
    os.exit(5, true)
  end
  local kind, code = posix.wait(pid)
  assert(kind == "exit" and code == 5, code)
  for _, job in ipairs(held) do assert(job:result()) end
end

if way == "in_callback" then
  start { on_progress = ways.exit }
  while client:step() > 0 do client:wait() end
else
  start()
  client:wait(ms / 1000)
  ways[way]()
end
