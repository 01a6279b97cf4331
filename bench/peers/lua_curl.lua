-- SPDX-License-Identifier: MIT
-- Lua-cURLv3's multi interface with eight easy handles, and lua-cjson. Read
-- buffers of 16 to 512 KiB, a Lua function that collects the chunks, and taking
-- all complete responses before libcurl works again all need the same time.

local cjson = require "cjson"
local curl = require "lcurl"
local harness = require "harness"

harness.run(function()
  local bodies, replies = harness.bodies(), {}
  local multi, sent = curl.multi(), 0
  local chunks, number = {}, {} -- by easy handle

  local function send(easy)
    if sent == #bodies then return end
    sent = sent + 1
    chunks[easy], number[easy] = {}, sent
    easy:setopt_postfields(bodies[sent])
    easy:setopt_writefunction(table.insert, chunks[easy])
    multi:add_handle(easy)
  end

  local function take()
    local easy, ok, err = multi:info_read(true)
    if easy == 0 then return false end
    assert(ok, err)
    replies[number[easy]] = cjson.decode(table.concat(chunks[easy]))
    send(easy)
    return true
  end

  for _ = 1, 8 do
    send(curl.easy {
      url = harness.url .. "/luma/tasks", cainfo = harness.ca,
      buffersize = 128 * 1024, failonerror = true,
      httpheader = { "Content-Type: application/json", "Expect:" },
    })
  end
  repeat
    local running = multi:perform()
    local took = take()
    if running > 0 and not took then multi:wait(1000) end
  until running == 0 and not took
  return harness.join(replies)
end)
