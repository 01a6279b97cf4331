-- SPDX-License-Identifier: MIT
-- Downloads one file in a process of its own, and prints the code it ends
-- with and the error's text, or "ok" and the bytes:
--   lua5.4 bring.lua BASE_URL URL PATH [ATTEMPTS]

local luma = require "luma"

local base, url, path, attempts = ...

local client = luma.client {
  token = "token", base_url = base, attempts = tonumber(attempts or "3"),
}
local job = client:download(url, { path = path, allow_private = true })
local result, err = job:result()
print(result and "ok" or err.code, result and err or err.message)
client:close()
