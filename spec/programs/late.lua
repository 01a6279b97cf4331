-- SPDX-License-Identifier: MIT
-- Uses luma in an exit handler that was registered before luma's, and so runs
-- after it:
--   lua5.4 late.lua CPATH BASE_URL CA_FILE FOLDER WAY
--
-- The gateway answers the first request only. Prints what the call returns, the
-- code instead of an error.

local cpath, url, ca, folder, way = ...
package.cpath = cpath .. ";" .. package.cpath
local posix = require "posix"

local HANG = 20 -- seconds

local client, job
local ways = {}
posix.at_exit(function()
  posix.alarm(HANG)
  local value, err = ways[way]()
  print(value, type(err) == "table" and err.code or err)
end)

local luma = require "luma"
local function new()
  return luma.client { token = "token", base_url = url, ca_file = ca }
end

client = new()
assert(client:tasks { "a" })
job = client:fetch({ "b" })
assert(not job:done())

local function download()
  return client:download(url .. "/clip", folder .. "late.mp4")
end

function ways.result() return job:result() end
function ways.result_in_time() return job:result(1) end
function ways.done() client:step() return job:done() end
function ways.step() return client:step() end
function ways.wait() return client:wait(1) end
function ways.progress() client:step() return job:progress().cancelled end
function ways.fetch() return client:fetch { "c" } end
function ways.tasks() return client:tasks { "c" } end
function ways.watch() return client:watch { "c" } end
function ways.download() return download() end
function ways.request() return client:request("GET", "/luma") end
function ways.new() return new():tasks { "c" } end
function ways.each()
  local next_task = job:each()
  if next_task() then return "a task" end
  return job:result()
end
function ways.close()
  client:close()
  return job:result()
end
function ways.drop()
  client, job = nil, nil
  collectgarbage()
  collectgarbage()
  return "dropped"
end

os.exit(0)
