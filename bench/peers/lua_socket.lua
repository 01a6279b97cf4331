-- SPDX-License-Identifier: MIT
-- LuaSocket's http, LuaSec's https, and lua-cjson. Requests run one after
-- another, each on a new connection, because these libraries keep none.

local cjson = require "cjson"
local harness = require "harness"
local http = require "socket.http"
local https = require "ssl.https"
local ltn12 = require "ltn12"

local request = harness.url:match "^https" and https.request or http.request

local function post(body)
  local chunks = {}
  local ok, status = request {
    url = harness.url .. "/luma/tasks",
    method = "POST",
    headers = {
      ["content-type"] = "application/json", ["content-length"] = #body,
    },
    source = ltn12.source.string(body),
    sink = ltn12.sink.table(chunks),
    verify = "peer", cafile = harness.ca, -- for LuaSec
  }
  assert(ok and status == 200, status)
  return cjson.decode(table.concat(chunks))
end

harness.run(function()
  local replies = {}
  for i, body in ipairs(harness.bodies()) do replies[i] = post(body) end
  return harness.join(replies)
end)
