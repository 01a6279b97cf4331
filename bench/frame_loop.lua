-- SPDX-License-Identifier: MIT
-- A game's loop. It runs 60 frames a second until all tasks have arrived. Each
-- frame has one step and a busy loop of the same length.
--   frame_loop.lua CONTESTANT URL CA [OPTION=VALUE...]
-- Options: tasks, keep (the number of tasks to keep), heap (MiB of tables of
-- the game), collector, stepmul (of the collector). It prints the seconds of
-- the start. For each frame it prints the seconds of the step, of the busy loop
-- and of the step's CPU time, and the number of tasks. It is in the syntax of
-- Lua 5.1, for every Lua.

local clock = require "clock"
local stream_ids = require "stream_ids"

local who, url, ca = arg[1], arg[2], arg[3]
local options = {
  tasks = 100000, keep = 0, heap = 0, collector = "incremental", stepmul = 0,
}
for i = 4, #arg do
  local name, value = arg[i]:match "^(%l+)=(.+)$"
  options[name] = tonumber(value) or value
end

local FRAME, BUDGET, BATCH = 1 / 60, 0.001, 100

-- ---- the game -------------------------------------------------------------

local game = { tasks = 0, kept = {} }

local function on_task(task, id)
  game.tasks, game.last = game.tasks + 1, id
  if game.tasks <= options.keep then game.kept[game.tasks] = task end
end

-- Makes about `mib` MiB of tables of the game: rooms of a thousand entities.
-- (The collector walks through one table without a pause, so a single array of
-- all entities would take 7 ms in a frame.)
local function make_world(mib)
  local world, size = {}, collectgarbage "count" + mib * 1024
  while collectgarbage "count" < size do
    local room = {}
    for i = 1, 1000 do
      room[i] = { x = i, y = -i, name = "entity " .. #world .. i, parts = {} }
    end
    world[#world + 1] = room
  end
  return world
end

-- The other versions have only the incremental collector.
local function choose_collector()
  if _VERSION == "Lua 5.4" then
    collectgarbage(options.collector, 0, options.stepmul) -- 0: unchanged
  end
end

-- Frees the list of ids. The large string makes the C library merge the freed
-- blocks now, which takes 2 ms, and not in a frame.
local function free_ids()
  game.ids = nil
  collectgarbage()
  return ("x"):rep(65536)
end

-- ---- contestants ----------------------------------------------------------

-- Each takes the list of ids. It returns a function that steps and returns
-- whether tasks are outstanding. The modules are loaded before.
local contestants = {}
local modules = { luma = "luma", by_hand = "frame_by_hand", lua_curl = "lcurl" }

function contestants.luma(ids)
  local client = require "luma".client {
    base_url = url, ca_file = ca, token = "bench",
  }
  client:fetch(ids, {
    on_task = on_task,
    on_done = function(tasks, missing)
      assert(tasks, missing)
      assert(#missing == 0, "tasks are missing")
    end,
  })
  return function() return client:step(BUDGET) > 0 end
end

-- The bodies of all requests.
local function bodies_of(ids)
  local bodies = {}
  for i = 1, #ids, BATCH do
    bodies[#bodies + 1] = '{"ids":["'
      .. table.concat(ids, '","', i, i + BATCH - 1) .. '"]}'
  end
  return bodies
end

local function on_reply(tasks)
  for i = 1, #tasks do on_task(tasks[i], tasks[i].id) end
end

function contestants.by_hand(ids)
  local step = require "frame_by_hand" (url .. "/luma/tasks", ca,
    require "cjson".decode, bodies_of(ids))
  return function() return step(BUDGET, on_reply) end
end

function contestants.lua_curl(ids)
  local cjson, curl = require "cjson", require "lcurl"
  local bodies, sent, multi = bodies_of(ids), 0, curl.multi()
  local chunks = {} -- by easy handle

  local function send(easy)
    if sent == #bodies then return end
    sent = sent + 1
    chunks[easy] = {}
    easy:setopt_postfields(bodies[sent])
    easy:setopt_writefunction(table.insert, chunks[easy])
    multi:add_handle(easy)
  end

  -- Takes one response if one is complete.
  local function take()
    local easy, ok, err = multi:info_read(true)
    if easy == 0 then return false end
    assert(ok, err)
    on_reply(cjson.decode(table.concat(chunks[easy])))
    send(easy)
    return true
  end

  for _ = 1, 8 do
    send(curl.easy {
      url = url .. "/luma/tasks", cainfo = ca,
      buffersize = 128 * 1024, failonerror = true,
      httpheader = { "Content-Type: application/json", "Expect:" },
    })
  end
  return function()
    local start = clock.wall()
    local running, took
    repeat
      running = multi:perform()
      took = take()
    until not took or clock.wall() - start >= BUDGET
    return running > 0 or took
  end
end

-- ---- the loop -------------------------------------------------------------

local steps, busy, cpu, tasks = {}, {}, {}, {}

local function step_once(step, i)
  local before, thread, wall = game.tasks, clock.thread(), clock.wall()
  local more = step()
  steps[i] = clock.wall() - wall
  cpu[i] = clock.thread() - thread
  tasks[i] = game.tasks - before
  return more
end

local function burn_once(i)
  local wall = clock.wall()
  clock.burn(BUDGET)
  busy[i] = clock.wall() - wall
end

-- The step and the busy loop take turns in being first. A missed frame is
-- skipped.
local function run(step)
  local due, i, more = clock.wall(), 0, true
  while more do
    i = i + 1
    due = due + FRAME * math.max(1, math.ceil((clock.wall() - due) / FRAME))
    clock.sleep_until(due)
    if i % 2 == 0 then burn_once(i) end
    more = step_once(step, i)
    if i % 2 == 1 then burn_once(i) end
  end
end

choose_collector()
game.world = make_world(options.heap)
game.ids = stream_ids(options.tasks)
local last = game.ids[options.tasks]
require(modules[who])
local start = clock.wall()
local step = contestants[who](game.ids)
start = clock.wall() - start
free_ids()
run(step)
assert(game.tasks == options.tasks and #game.last == #last, "tasks are missing")
print(start)
for i = 1, #steps do
  print(("%.7f %.7f %.7f %d"):format(steps[i], busy[i], cpu[i], tasks[i]))
end
