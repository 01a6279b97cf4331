-- SPDX-License-Identifier: MIT
-- luma. With "cjson" as last argument, lua-cjson makes the tables.

local harness = require "harness"
local luma = require "luma"
local decode = arg[4] == "cjson" and require "cjson".decode or nil

harness.run(function()
  local client = luma.client {
    base_url = harness.url, ca_file = harness.ca, token = "bench",
    decode = decode,
  }
  return assert(client:tasks(harness.ids))
end)
