-- SPDX-License-Identifier: MIT
-- What luma says and sends in a host that calls setlocale:
--   lua5.4 foreign.lua LOCALE MOMENT BASE_URL
-- sets the locale at that moment, "before" require, "after" it, "between" two
-- rounds of calls, or "never" at all. The spec has the answers.

local name, moment, url = ...

local function set(now)
  if now == moment then assert(os.setlocale(name), "no locale " .. name) end
end

set "before"
local luma = require "luma"
set "after"

local WORDS = { "PENDING", "QUEUED", "NOT_START", "SUBMITTED", "COMPLETED",
  "SUCCESS", "SUCCEEDED", "FINISHED", "FAILED", "FAILURE",
  "CREATE_TASK_FAILED", "GENERATE_FAILED", "ERROR", "CANCEL",
  "CANCELLED", "CANCELED", "NOT_FOUND", "FINISH", "FAIL", "EXPIRED",
  "TIMED_OUT", "TERMINATED", "REJECTED", "IN_PROGRESS", "PROCESSING" }

-- Lua has read them before any locale was set.
local NUMBERS = { 0.1, 10.5, 1e300, 5e-324, 18446744073709551616,
  123456789012345678901234567890.5, 1.0000000000000002 }

local client = luma.client { token = "token", base_url = url, attempts = 2 }
local words = luma.client { token = "token", base_url = url .. "/words" }

local function get(path) return client:request("GET", path):result() end

local function say_words()
  local states = {}
  words:fetch(WORDS, { on_task = function(task, id, state)
    assert(luma.state(task) == state)
    states[id] = state
  end }):result()
  for _, word in ipairs(WORDS) do print(word, states[word]) end
end

local function say_numbers()
  for i, number in ipairs(get "/numbers") do
    print("number", i, number == NUMBERS[i])
  end
  local tasks = get "/progress"
  print("progress", luma.progress(tasks[1]) == 10.5,
    luma.progress(tasks[2]) == 49.725)
  print("waited", client:wait "0.001")
end

local function send_bodies()
  for _, body in ipairs { { 0.5, -1.25e-7, 1e300, 1 / 3, 10.0 },
    { half = 0.5 }, { [1.5] = 2.5 } } do
    client:request("POST", "/bodies", body):result()
  end
end

local function say_hints()
  for _, path in ipairs { "/seconds", "/date" } do
    local _, err = get(path)
    print(path, err.code, err.retry_after == 960,
      err.message:match "the server asks to wait .*$")
  end
end

local function say_files()
  for _, path in ipairs { "/CLIP", "/PAGE", "/PACKED" } do
    local to, err = client:download(url .. path, { path = os.tmpname(),
      allow_private = true, sync = false }):result()
    print(path, to and "brought" or err.code)
    if to then os.remove(to) end
  end
  local _, err = client:download(url .. "/CLIP", { path = "/no/such/clip.mp4",
    allow_private = true }):result()
  print(err.message:match ": (.*)$")
end

for _ = 1, 2 do
  say_words()
  say_numbers()
  send_bodies()
  say_hints()
  say_files()
  set "between"
end
client:close()
words:close()
