-- SPDX-License-Identifier: MIT
-- Scenarios of spec/native/oom.c about tasks. What `act` could not do, `check`
-- can do with memory again, and nothing is lost or comes twice.

local oom = require "spec.programs.oom-shared" (...)
local scenario, IDS = oom.scenario, oom.IDS

scenario("fetch and result", {
  act = function(s)
    s.job, s.err = s.client:fetch(IDS)
    s.job:result()
  end,
  check = function(s)
    assert(s.err == nil)
    if s.job then oom.complete(s.job:result()) end
    oom.works(s.client)
  end,
})

scenario("tasks", {
  act = function(s) s.client:tasks(IDS) end,
  check = function(s) oom.works(s.client) end,
})

scenario("step", {
  prepare = oom.fetched(6),
  act = function(s) s.client:step() end,
  check = function(s)
    oom.complete(s.job:result())
    oom.works(s.client)
  end,
})

scenario("callbacks", {
  prepare = oom.fetched(6, oom.counters),
  act = function(s) s.client:step() end,
  check = function(s)
    oom.finish(s.client)
    oom.counted_once(s)
    assert(s.job:progress().tasks == 3)
    oom.works(s.client)
  end,
})

scenario("callbacks in a coroutine", {
  prepare = oom.fetched(6, oom.counters),
  act = function(s)
    local thread = coroutine.create(function() s.client:step(0.01) end)
    local ok, why = coroutine.resume(thread)
    if not ok then error(why, 0) end
  end,
  check = function(s)
    oom.finish(s.client)
    oom.counted_once(s)
    oom.works(s.client)
  end,
})

scenario("each", {
  prepare = function()
    local s = { client = oom.new(), n = 0, tasks = { false, false, false } }
    s.job = s.client:fetch(IDS)
    return s
  end,
  act = function(s)
    for task in s.job:each() do
      s.n = s.n + 1
      s.tasks[s.n] = task
    end
  end,
  check = function(s)
    for task in s.job:each() do
      s.n = s.n + 1
      s.tasks[s.n] = task
    end
    table.sort(s.tasks, function(a, b) return a.id < b.id end)
    oom.complete(s.tasks)
    assert(#s.job:result() == 0)
    oom.works(s.client)
  end,
})

scenario("the rest behind a loop", {
  prepare = function()
    local s = { client = oom.new() }
    s.job = s.client:fetch(IDS)
    oom.arrived(s.client, 6)
    s.task = s.job:each()()
    oom.finish(s.client)
    return s
  end,
  act = function(s) s.job:result() end,
  check = function(s)
    local tasks = s.job:result()
    tasks[3] = s.task
    table.sort(tasks, function(a, b) return a.id < b.id end)
    oom.complete(tasks)
    oom.works(s.client)
  end,
})

scenario("watch", {
  prepare = function()
    local s = { client = oom.new() }
    local options = oom.counters(s)
    options.on_update = function() s.seen = s.seen + 1 end
    options.interval = 0.001
    s.options = options
    return s
  end,
  manner = "links",
  act = function(s)
    s.job = s.client:watch(IDS, s.options)
    s.job:result()
  end,
  check = function(s)
    oom.finish(s.client)
    if s.job then
      oom.counted_once(s)
      assert(s.seen == 3, "a change was not told once")
    end
    oom.works(s.client)
  end,
})

scenario("cancel", {
  manner = "stalls",
  act = function(s)
    s.job = s.client:fetch(IDS)
    s.job:cancel()
    s.job:result()
  end,
  check = function(s)
    if not s.job then return end
    s.job:cancel()
    assert(#select(2, s.job:result()).cancelled == 3)
  end,
})

scenario("decode", {
  prepare = function()
    local s = { asked = 0 }
    s.client = oom.new { decode = function(text)
      s.asked = s.asked + 1
      return { id = text:match '"id":"(.-)"' }
    end }
    s.job = s.client:fetch(IDS)
    oom.arrived(s.client, 6)
    return s
  end,
  act = function(s) s.client:step() end,
  check = function(s)
    oom.complete(assert(s.job:result()))
    assert(s.asked >= 3)
    oom.works(s.client)
  end,
})

scenario("attempts", {
  prepare = function()
    local s = { attempts = 0, bytes = 0 }
    s.client = oom.new { on_attempt = function(attempt)
      s.attempts, s.bytes = s.attempts + 1, s.bytes + attempt.bytes
    end }
    s.job = s.client:fetch(IDS)
    oom.arrived(s.client, 8)
    return s
  end,
  act = function(s) s.client:step() end,
  check = function(s)
    oom.complete(s.job:result())
    assert(s.attempts == 2 and s.bytes > 0, "an attempt was not told once")
    oom.works(s.client)
  end,
})

-- ---- failures -------------------------------------------------------------

scenario("errors as texts", {
  manner = "refuses",
  prepare = oom.fetched(3),
  act = function(s)
    s.job:result()
    s.text = tostring(select(2, s.job:result()))
  end,
  check = function(s)
    local tasks, err = s.job:result()
    assert(not tasks and err.code == "rejected")
    for _, id in ipairs(IDS) do assert(err.failed[id].status == 400) end
    assert(tostring(err):find "HTTP 400")
    assert(not s.text or s.text == tostring(err))
  end,
})

scenario("missing", {
  manner = "knows none",
  prepare = oom.fetched(3),
  act = function(s) s.job:result() end,
  check = function(s)
    local tasks, missing = s.job:result()
    assert(#tasks == 0 and #missing == 3)
  end,
})

scenario("pending", {
  manner = "stalls",
  prepare = function()
    local s = { client = oom.new() }
    s.job = s.client:fetch(IDS)
    return s
  end,
  act = function(s)
    s.job:result(0)
    s.job:progress()
    s.client:stats()
    tostring(s.job)
    tostring(s.client)
  end,
  check = function(s)
    assert(#select(2, s.job:result(0)).pending == 3)
    s.client:close()
  end,
})

return oom.scenarios
