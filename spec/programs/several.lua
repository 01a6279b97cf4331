-- SPDX-License-Identifier: MIT
-- What each of several states does: fetches its own ids, and leaves in a way of
-- its own:  several several.lua BASE_URL CA_FILE
--
-- The gateway never answers below /silent.

local number, url, ca = ...
local luma = require "luma"

local function new(path)
  return luma.client {
    token = "token", base_url = url .. path, ca_file = ca,
    batch_size = 5, connections = 4,
  }
end

local function list(count, prefix)
  local ids = {}
  for i = 1, count do ids[i] = prefix .. "-" .. i end
  return ids
end

local client = new ""
local mine, late = list(50, number), list(50, "late-" .. number)

-- Four requests of a client of its own are on their way.
local function silence()
  local silent = new "/silent"
  local job = silent:fetch(list(20, number))
  local deadline = os.time() + 20
  while silent:stats().active < 4 do
    assert(os.time() < deadline, "no requests")
    silent:wait(0.001)
  end
  return silent, job
end

local function all_cancelled(job)
  assert(#select(2, job:result()).cancelled == 20)
end

-- Delivers until f has been called, as on_task.
local function at_a_task(f)
  local called
  client:fetch(late, { on_task = function()
    called = true
    f()
  end })
  repeat
    client:wait()
    client:step()
  until called
end

-- What luma.held has lives as long as the state.
local ways = {
  function() client:close() end,
  function() end,
  function()
    local silent, job = silence()
    silent:close()
    all_cancelled(job)
  end,
  function()
    luma.held = { silence() }
    client:fetch(late, { on_task = error })
  end,
  function()
    silence()
    collectgarbage()
    collectgarbage()
  end,
  function()
    luma.held = { silence() }
    at_a_task(function() error("raised by 6", 0) end)
  end,
  function()
    at_a_task(function() client:close() end)
    assert(not pcall(client.step, client))
  end,
  function()
    local _, job = silence()
    job:cancel()
    all_cancelled(job)
  end,
}

local tasks = assert(client:tasks(mine))
for i, id in ipairs(mine) do assert(tasks[i].id == id) end
ways[tonumber(number)]()
