-- SPDX-License-Identifier: MIT
-- Ends, in one of many ways, with 50 requests on their way:
--   lua5.4 leave.lua BASE_URL CA_FILE WAY MILLISECONDS

local luma = require "luma"

local url, ca, way, ms = ...

local client = luma.client {
  token = "token", base_url = url, ca_file = ca, connections = 50,
  batch_size = 1, timeout = { connect = 60, attempt = 60, stall = 60 },
}
local ids = {}
local held = {} -- luacheck: ignore
for i = 1, 50 do ids[i] = "id-" .. i end

-- At the first task, or after a while when none comes.
local function in_callback(act)
  client:fetch(ids, { on_task = act })
  client:wait(ms / 1000)
  client:step()
  act()
end

local ways = {
  exit = function() os.exit(7) end,
  exit_and_close = function() os.exit(7, true) end,
  error = function() error "the end" end,
  ["end"] = function() end,
  drop = function()
    client, held[1] = nil, nil
    collectgarbage()
    collectgarbage()
  end,
  close = function() client:close() end,
  in_callback = function() os.exit(7) end,
  in_callback_and_close = function() os.exit(7, true) end,
  in_callback_error = function() error "the end" end,
  in_callback_finalise = function()
    local meta = getmetatable(client)
    if type(meta) == "table" and meta.__gc then meta.__gc(client) end
  end,
  in_coroutine = function()
    coroutine.wrap(function() os.exit(7, true) end)()
  end,
}

if way:find "^in_callback" then
  in_callback(ways[way])
else
  held[1] = client:fetch(ids)
  client:wait(ms / 1000)
  ways[way]()
end
