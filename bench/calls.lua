-- SPDX-License-Identifier: MIT
-- Measures the calls that promise not to wait, and close, while 50 requests get
-- no response. Prints medians, 99th percentiles and worst cases.
local luma = require "luma"
local clock = require "clock"
local gateway = require("spec.support.gateway").start {}

local function print_row(name, seconds)
  table.sort(seconds)
  local n = #seconds
  print(("%-14s %10.2f %10.2f %10.2f us"):format(name, seconds[(n + 1) // 2]
    * 1e6, seconds[math.ceil(n * 0.99)] * 1e6, seconds[n] * 1e6))
end

local function stalled_client(url)
  local client = luma.client {
    token = "t", base_url = url, ca_file = gateway.ca, connections = 50,
    batch_size = 1,
  }
  local ids = {}
  for i = 1, 50 do ids[i] = "id-" .. i end
  gateway:reset()
  gateway:default { stall = "request" }
  local job = client:fetch(ids)
  gateway:wait("stalled", 50, 20)
  return client, job
end

local function measure_calls()
  local client, job = stalled_client(gateway.http)
  local jobs = {}
  local worst = 0
  local calls = {
    { "fetch", function(i) jobs[i] = client:fetch { "x" } end },
    { "step", function() client:step() end },
    { "step(0.001)", function() client:step(0.001) end },
    { "progress", function() job:progress() end },
    { "cancel", function(i) jobs[i]:cancel() end },
  }
  for _, call in ipairs(calls) do
    local seconds = {}
    for i = 1, 1000 do
      local start = clock.wall()
      call[2](i)
      seconds[i] = clock.wall() - start
      worst = math.max(worst, seconds[i])
    end
    print_row(call[1], seconds)
  end
  client:close()
  print(("the worst of %d calls took %.2f ms"):format(1000 * #calls,
    worst * 1e3))
end

local function measure_close(name, url)
  local seconds = {}
  for i = 1, 50 do
    local client = stalled_client(url)
    local start = clock.wall()
    client:close()
    seconds[i] = clock.wall() - start
  end
  print_row(name, seconds)
end

print(("%-14s %10s %10s %10s"):format("", "median", "p99", "worst"))
measure_calls()
measure_close("close, http", gateway.http)
measure_close("close, https", gateway.https)
gateway:stop()
