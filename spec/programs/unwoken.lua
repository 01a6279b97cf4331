-- SPDX-License-Identifier: MIT
-- Does one job after another, and exits with 1 if one of them takes longer than
-- ten times what a lost wake-up may cost, or a loop that polls the descriptor
-- is not woken:
--   lua5.4 unwoken.lua BASE_URL PATH
--
-- At /silent there is no answer; /luma/generations has one.

local cqueues = require "cqueues"
local luma = require "luma"

local url, path = ...
local client = luma.client { token = "token", base_url = url }

local function check(good) if not good then os.exit(1) end end

for _ = 1, 2 do
  check(client:fetch({ "a", "b" }):result(10))
  check(client:watch("a", { interval = 0.01 }):result(10))
  check(client:request("POST", "/luma/tasks", { ids = { "a" } }):result(10))

  -- Its first step requests nothing.
  check(client:generate("a cat", {
    path = path, allow_private = true,
  }):result(10))

  local silent = client:request("GET", "/silent")
  silent:cancel()
  check(select(2, silent:result(10)).code == "cancelled")

  local job = client:fetch { "c" }
  while not job:done() do
    check(cqueues.poll({ pollfd = client:fd(), events = "r" }, 10) ~= 10)
    client:step()
  end
  check(job:result())
end
os.exit(0)
