-- SPDX-License-Identifier: MIT
-- Fetches a task, through a proxy if there is one; what comes of it:
--   through.lua URL CA_FILE [PROXY]

local luma = require "luma"

local url, ca, proxy = ...
local client = luma.client {
  token = "token", base_url = url, ca_file = ca, proxy = proxy, attempts = 1,
  plain_http = true,
}
local tasks, err = client:tasks "a"
print(tasks and tasks[1].id or err)
