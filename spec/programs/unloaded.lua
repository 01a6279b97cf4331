-- SPDX-License-Identifier: MIT
-- Asks for a task, and leaves it in flight:
--   HOST unloaded.lua BASE_URL

local luma = require "luma"

local client = luma.client { token = "token", base_url = ... }
client:fetch "a"
