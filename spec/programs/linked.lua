-- SPDX-License-Identifier: MIT
-- Fetches three tasks, one of which fails to come, and prints how many came:
--   HOST linked.lua BASE_URL

local luma = require "luma"

local client = luma.client { token = "token", base_url = ..., batch_size = 1 }
local tasks, missing = assert(client:tasks { "a", "nobody", "b" })
assert(tasks[1].id == "a" and tasks[2].id == "b" and missing[1] == "nobody")
print(#tasks .. " tasks")
client:close()
