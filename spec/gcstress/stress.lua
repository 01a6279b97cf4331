-- SPDX-License-Identifier: MIT
-- Calls every function of luma, and looks at what it gives, in a Lua whose
-- collector runs far more often than usual (see run.lua):
--
--   HOST stress.lua URL FOLDER ROUNDS     URL: a gateway of stub/weather.lua
--
-- A program of its own, since the heap has to be small.

local luma = require "luma"
local values = require "spec.gcstress.values"

local url, folder, rounds = ...

local IDS = { "a-1", "missing-2", "failed-3", "b-4", "a-1" }
local FOUND = { "a-1", "failed-3", "b-4" }
local QUICK = { interval = 0.01, max_interval = 0.01, deadline = 60 }

-- Which functions there are, and how often each was called.
local calls, counted = {}, {}

local function count_calls(of, functions)
  if counted[functions] then return end
  counted[functions] = true
  for name, f in pairs(functions) do
    if type(f) == "function" then
      local key = of .. "." .. name
      calls[key] = 0
      functions[name] = function(...)
        calls[key] = calls[key] + 1
        return f(...)
      end
    end
  end
end

local function count_methods(of, object)
  count_calls(of, debug.getmetatable(object).__index)
  return object
end

local function new(options)
  options = options or {}
  options.token, options.batch_size = "token", 2
  options.base_url = options.base_url or url
  return count_methods("client", assert(luma.client(options)))
end

local function with(more)
  local all = {}
  for _, from in ipairs { QUICK, more } do
    for name, value in pairs(from) do all[name] = value end
  end
  return all
end

local function finish(client)
  while client:step() > 0 do client:wait() end
end

local function check_found(tasks, missing)
  assert(#tasks == #FOUND and #missing == 1 and missing[1] == "missing-2")
  for i, task in ipairs(tasks) do values.check_task(task, FOUND[i]) end
end

local parts = {}

function parts.values()
  values.check_json()
  values.check_readers()
end

function parts.tasks()
  local client <close> = new { nulls = true, headers = { ["X-Any"] = "1" } }
  check_found(client:tasks(IDS))
  assert(client:tasks("a-1")[1].thumbnail.palette == luma.null)
  assert(client:fd() == client:getfd() and client:pollfd() == client:fd())
  assert(client:events() == "r" and client:timeout() == nil)
  assert(client:dirty() == false and client:wait(0) == false)
  assert(client:stats().tasks == 4)
  assert(tostring(client):find "luma")
end

function parts.job()
  local client <close> = new()
  local job = count_methods("job", client:fetch(IDS))
  local _, err = job:result(0)
  assert(err.code == "pending" and #err.tasks + #err.pending <= 4)
  check_found(job:result())
  check_found(job:result())
  local p = job:progress()
  assert(p.ids == 4 and p.tasks == 3 and p.missing == 1 and job:done())
  job:cancel()
  assert(tostring(job):find "luma")
end

-- A callback raises, starts, cancels and calls what it may not.
function parts.callbacks()
  local client <close> = new()
  local seen, inner, raised, done = {}, {}, 0, 0
  client:fetch(IDS, {
    on_task = function(task, id, state)
      values.check_task(task, id)
      assert(state == luma.state(task) and not seen[id])
      seen[id] = true
      inner[#inner + 1] = client:fetch { "inner-" .. id }
      assert(not pcall(client.tasks, client, "x"))
      assert(not pcall(inner[1].result, inner[1]))
      assert(client:step() > 0)
      error { id }
    end,
    on_progress = function(p) error("progress " .. p.tasks) end,
    on_done = function(tasks, missing)
      done = done + 1
      assert(#tasks == 0 and missing[1] == "missing-2")
    end,
  })
  repeat
    local ok, left = pcall(client.step, client)
    if not ok then raised = raised + 1 end
    if ok and left > 0 then client:wait() end
  until ok and left == 0
  assert(seen["a-1"] and seen["b-4"] and seen["failed-3"] and done == 1)
  assert(raised >= 4)
  for _, job in ipairs(inner) do assert(#job:result() == 1) end
end

function parts.each()
  local client <close> = new()
  local job, count = client:fetch(IDS), 0
  values.check_task(job:each()())
  for task, id in job:each() do
    values.check_task(task, id)
    count = count + 1
  end
  assert(count == 2 and #job:result() == 0)
  local left = coroutine.wrap(function()
    for _, id in client:fetch(IDS):each() do coroutine.yield(id) end
  end)
  assert(left())
end

function parts.decode()
  local client <close> = new { decode = function(text)
    if text:find('"b-4"', 1, true) then error {} end
    return { text }
  end }
  local tasks, err = client:tasks(IDS)
  assert(not tasks and #err.tasks == 2 and err.failed["b-4"].code == "decode")
  assert(luma.decode(err.tasks[1][1]).id == "a-1")
end

function parts.attempts()
  local list = {}
  local client <close> = new { on_attempt = function(a)
    list[#list + 1] = a
  end }
  check_found(client:tasks(IDS))
  assert(list[1].method == "POST" and list[1].path == "/luma/tasks")
  assert(list[1].status == 200 and list[1].host:find "127")
end

function parts.watch()
  local client <close> = new()
  local id = luma.id(client:request("POST", "/luma/generations", {}):result())
  local updates, seen = 0, nil
  local job = client:watch({ id, "failed-1" }, with {
    on_update = function() updates = updates + 1 end,
    on_task = function(task, of)
      values.check_task(task, of)
      if of == id then seen = luma.state(task) end
    end,
  })
  finish(client)
  assert(seen == "completed" and updates >= 2 and job:result())
  local _, err = client:watch("missing-1", with { deadline = 0.02 }):result()
  assert(err.code == "deadline" and err.pending[1] == "missing-1")
end

function parts.request()
  local client <close> = new()
  local heard
  local job = client:request("POST", "/any", { list = { 1, { x = "y" } } }, {
    on_done = function(value) heard = value[1] end,
  })
  local value = job:result()
  assert(value[1] == "any" and value[3] == luma.null and heard == "any")
  assert(not pcall(client.request, client, "POST", "/any", { print }))
end

function parts.download()
  local client <close> = new()
  local path, heard = folder .. "/clip.mp4", nil
  local task = client:tasks("a-1")[1]
  local job = client:download(task, path, {
    allow_private = true, sync = false, on_progress = function(p)
      assert(p.bytes <= 31000)
    end, on_done = function(...) heard = { ... } end,
  })
  local to, bytes = job:result()
  assert(to == path and bytes == 31000)
  assert(heard[1] == path and heard[2] == bytes)
  local _, err = client:download(task, { dir = folder }):result()
  assert(err.code == "address" and tostring(err):find "address")
end

function parts.generate()
  local client <close> = new()
  local updates = 0
  local job = client:generate({ user_prompt = "a cat" }, with {
    dir = folder, allow_private = true, sync = false,
    on_update = function() updates = updates + 1 end,
  })
  local task, path = job:result()
  values.check_task(task, job:progress().id)
  assert(updates >= 2 and path:find(luma.id(task), 1, true))
  os.remove(path)
end

function parts.failures()
  local client <close> = new { base_url = "http://127.0.0.1:1", attempts = 1 }
  local tasks, err = client:tasks(IDS)
  assert(not tasks and err.code == "connect" and err.retryable)
  for _, id in ipairs(FOUND) do assert(err.failed[id].code == "connect") end
  assert(tostring(err):find "connect")
  for _, wrong in ipairs { { token = 1 }, { timeout = { x = 1 } }, { x = 1 } }
  do
    local ok, why = pcall(luma.client, wrong)
    assert(not ok and why:find "%(")
  end
  assert(not pcall(client.fetch, client, { "a", false }))
end

-- What has not come is cancelled, also where a callback closes the client.
function parts.close()
  local client = new()
  local job = client:fetch(IDS, { on_task = function() client:close() end })
  pcall(finish, client)
  assert(not pcall(client.step, client))
  local tasks, err = job:result()
  assert(tasks or err.code == "cancelled" and tostring(err))
  local p = job:progress()
  assert(p.tasks + p.missing + p.cancelled == 4 and p.tasks >= 1)
end

function parts.drop()
  do
    local client = new()
    client:fetch(IDS, { on_done = function() end })
    client:watch("missing-1", { on_update = function() end })
    client:download(url .. "/files/7.mp4", folder .. "/left.mp4", {
      allow_private = true, on_progress = function() end,
    })
    client:step()
  end
  collectgarbage()
  local job = new():fetch(IDS) -- only the job is held
  collectgarbage()
  check_found(job:result())
end

-- A finalizer that calls luma, wherever the collector may call one.
function parts.finalizers()
  local client <close> = new()
  local turns, alive = 0, true
  local function arm()
    setmetatable({}, { __gc = function()
      if not alive then return end
      turns = turns + 1
      client:step()
      if turns % 50 == 0 then client:fetch { "dropped" } end
      assert(tostring(client) and client:stats())
      arm()
    end })
  end
  arm()
  for _ = 1, 3 do check_found(client:fetch(IDS):result()) end
  while turns == 0 do collectgarbage() end
  alive = false
end

local function run(name, part)
  local ok, why = xpcall(part, debug.traceback)
  collectgarbage()
  if not ok then print(name, why) end
  return ok
end

local function check_calls()
  for name, count in pairs(calls) do
    assert(count > 0, name .. " was not called")
  end
end

count_calls("luma", luma)
count_methods("job", new():fetch {})
local passed, failed = 0, 0
for round = 1, tonumber(rounds) do
  collectgarbage(round % 2 == 0 and "incremental" or "generational")
  for name, part in pairs(parts) do
    if run(name, part) then passed = passed + 1 else failed = failed + 1 end
  end
end
if not run("calls", check_calls) then failed = failed + 1 end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0, true)
