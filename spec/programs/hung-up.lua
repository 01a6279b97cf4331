-- SPDX-License-Identifier: MIT
-- Sends large requests to a server that hangs up, under the default SIGPIPE:
--   lua5.4 hung-up.lua CPATH HTTP_URL HTTPS_URL CA_FILE

local cpath, http, https, ca = ...
package.cpath = cpath .. ";" .. package.cpath
local luma = require "luma"
local posix = require "posix"

posix.default(posix.SIGPIPE)
local ids, failures = {}, 0
for i = 1, 20000 do ids[i] = ("%036d"):format(i) end
for i = 1, 40 do
  local client = luma.client {
    token = "token", base_url = i % 2 == 0 and http or https, ca_file = ca,
    batch_size = 10000, attempts = 1,
  }
  if not client:tasks(ids) then failures = failures + 1 end
  client:close()
end
print(failures .. " failures")
