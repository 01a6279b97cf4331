-- SPDX-License-Identifier: MIT
-- Other people's event loops, each as one function:
--   loops.luv(clients, woken, seconds)
-- polls the descriptors of the clients for so many seconds, calls woken(client)
-- each time one is readable, and ends when that returns true. Gives how often
-- it woke, and whether it was ended so.

local cqueues = require "cqueues"
local signal = require "cqueues.signal"

local now = cqueues.monotime

-- The library that each of them needs.
local LIBRARY = { cqueues = "cqueues", luv = "luv", select = "socket" }

local loops = {}

-- Gives the library of a loop, or nil and its name where this Lua has none.
-- luv lets SIGPIPE be ignored, which the specs' children would inherit.
function loops.load(kind)
  local name = LIBRARY[kind]
  local there, library = pcall(require, name)
  if there and library.is_stand_in then there = false end
  if there and name == "luv" then signal.default(signal.SIGPIPE) end
  if there then return library end
  return nil, name
end

function loops.cqueues(clients, woken, seconds)
  local loop, count, over = cqueues.new(), 0, false
  for _, client in ipairs(clients) do
    loop:wrap(function()
      while not over do
        cqueues.poll(client)
        count = count + 1
        over = woken(client) or over
      end
    end)
  end
  local deadline = now() + seconds
  while not over and now() < deadline do
    assert(loop:step(deadline - now()))
  end
  loop:close()
  return count, over
end

-- luv ends the process when a callback raises, so errors are carried out.
function loops.luv(clients, woken, seconds)
  local uv = loops.load "luv"
  local handles, count, over, why = {}, 0, false, nil
  local function stop()
    while handles[1] do table.remove(handles):close() end
  end
  for i, client in ipairs(clients) do
    handles[i] = assert(uv.new_poll(client:fd()))
    handles[i]:start("r", function()
      if over then return end
      count = count + 1
      local ok, result = pcall(woken, client)
      if not ok then why = { result } end
      over = result or not ok
      if over then stop() end
    end)
  end
  local timer = uv.new_timer()
  uv.update_time() -- the loop's clock has stood still since its last run
  timer:start(math.ceil(seconds * 1000), 0, stop)
  handles[#handles + 1] = timer
  uv.run()
  if why then error(why[1], 0) end
  return count, over
end

function loops.select(clients, woken, seconds)
  local socket = loops.load "select"
  local count, over = 0, false
  local deadline = now() + seconds
  repeat
    local left = math.max(0, deadline - now()) -- less than 0 is for ever
    for _, client in ipairs((socket.select(clients, nil, left))) do
      count = count + 1
      over = woken(client) or over
    end
  until over or now() >= deadline
  return count, over
end

-- A descriptor taken from a client once, as loops take it that keep no client.
function loops.descriptor(client)
  local fd = client:fd()
  return {
    pollfd = fd, events = "r",
    fd = function() return fd end, getfd = function() return fd end,
    dirty = function() return false end,
  }
end

return loops
