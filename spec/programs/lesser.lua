-- SPDX-License-Identifier: MIT
-- What luma does with a libcurl that lacks something:
--   lesser.lua URL CA_FILE|'' http2|''

local url, ca, http2 = ...
local ok, luma = pcall(require, "luma")
if not ok then return print(luma) end
local made, client = pcall(luma.client, {
  token = "token", base_url = url, ca_file = ca ~= "" and ca or nil,
  http2 = http2 == "http2",
})
if not made then return print(client) end
local tasks, err = client:tasks "a"
print(tasks and tasks[1].id or err)
