-- SPDX-License-Identifier: MIT
-- Does what luma can do, so that libcurl is told all that luma ever tells it:
--   options-of-curl.lua HTTP HTTPS PROXY CA_FILE FOLDER

local luma = require "luma"

local http, https, proxy, ca_file, folder = ...

local function client_of(options)
  options.token = "token"
  return luma.client(options)
end

local function use(client, base_url)
  assert(client:tasks { "a", "b" })
  for _, method in ipairs { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" } do
    local body = method ~= "GET" and method ~= "HEAD" and { a = 1 } or nil
    client:request(method, "/other", body):result()
  end
  assert(client:download(base_url .. "/clip", {
    path = os.tmpname():gsub(".*/", folder .. "/"), allow_private = true,
  }):result())
  client:close()
end

use(client_of { base_url = http }, http)
use(client_of { base_url = https, ca_file = ca_file }, https)
use(client_of { base_url = https, ca_file = ca_file, http2 = true }, https)
use(client_of { base_url = http, proxy = proxy, plain_http = true }, http)
