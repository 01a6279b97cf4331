-- SPDX-License-Identifier: MIT
-- A client that has a hundred transfers in flight, ten of them downloads. No
-- answer is expected of the gateway: it is waited for until all have begun.

local cqueues = require "cqueues"
local luma = require "luma"

local REQUESTS, DOWNLOADS = 90, 10
local SETTLE = 0.05 -- seconds to get from a beginning into the middle

local function never(...) error(tostring(select(2, ...))) end

return function(url, ca, folder)
  local client = luma.client {
    token = "token", base_url = url, ca_file = ca, plain_http = true,
    connections = REQUESTS, batch_size = 1,
    timeout = { connect = 60, attempt = 60, stall = 60 },
  }
  local ids = {}
  for i = 1, REQUESTS do ids[i] = "id-" .. i end
  client:fetch(ids, { on_done = never })
  local start = cqueues.monotime() -- the client before may still write
  for i = 1, DOWNLOADS do
    client:download(url .. "/clip", {
      path = ("%s/%f-%d.mp4"):format(folder, start, i), allow_private = true,
      on_done = never,
    })
  end
  local deadline = start + 20
  while client:stats().active < REQUESTS + DOWNLOADS do
    assert(cqueues.monotime() < deadline, "not all transfers begin")
    cqueues.sleep(0.005)
  end
  cqueues.sleep(SETTLE)
  return client
end
