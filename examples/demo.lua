-- SPDX-License-Identifier: MIT
-- Fetches tasks and prints them. With ids as arguments, it uses the gateway and
-- the token in LUMA_GATEWAY_TOKEN. Without ids, it uses the stub gateway.
local luma = require "luma"
local show = require "examples.show"

if #arg > 0 then
  os.exit(show(luma.client(), arg), true)
end

local gateway = require("spec.support.gateway").start {
  unknown = { "no-such-task" },
}
gateway:default { states = { ["still-running"] = "processing" } }
local client = luma.client {
  token = "any-will-do-here",
  base_url = gateway.https,
  ca_file = gateway.ca,
}
local good = show(client, {
  "4665a07c-7641-4809-a133-10786201bb56",
  "00000000-0000-4000-8000-000000000002",
  "no-such-task",
  "00000000-0000-4000-8000-000000000003",
  "still-running",
})
client:close()
gateway:stop()
os.exit(good, true)
