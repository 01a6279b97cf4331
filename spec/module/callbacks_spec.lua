-- SPDX-License-Identifier: MIT
-- Callbacks and decode hooks may call luma, raise and close the client. What
-- would block is refused, and nothing is lost.

local fixture = require "spec.support.fixture"

local ids_of, in_line = fixture.ids_of, fixture.in_line
local within, finish = fixture.within, fixture.finish

describe("a callback", function()
  local f = fixture.use()
  local g = f.g

  -- Runs act(client, job) once, inside the first on_task of a job of three.
  local function inside(act, options)
    local client = f:new(options)
    local seen, job = {}, nil
    job = client:fetch({ "a", "b", "c" }, { on_task = function(_, id)
      seen[#seen + 1] = id
      if #seen == 1 then act(client, job) end
    end })
    in_line(client, 5)
    return client, job, seen
  end

  it("may start jobs", function()
    local later
    local client, _, seen = inside(function(client)
      later = client:fetch { "d" }
    end)
    finish(client)
    assert.same({ "a", "b", "c" }, seen)
    assert.same({ "d" }, ids_of((later:result())))
  end)

  it("may call step, which delivers nothing and counts", function()
    local counts = {}
    local client, job, seen = inside(function(client)
      counts[1] = client:step()
      client:fetch({ "d" }, { on_task = function() end })
      counts[2] = client:step(1)
    end)
    client:fetch { "e" }
    finish(client)
    assert.same({ 2, 3 }, counts)
    assert.same({ "a", "b", "c" }, seen)
    assert.is_true(job:done())
  end)

  it("may not call what blocks or loops", function()
    local other, iterate
    local messages = {}
    local client, job, seen = inside(function(client)
      for _, call in ipairs {
        function() client:tasks { "d" } end, function() client:wait(0) end,
        function() other:result() end, function() other:each() end, iterate,
      } do
        messages[#messages + 1] = select(2, pcall(call))
      end
    end)
    other = client:fetch { "x" }
    iterate = other:each()
    finish(client)
    for i, name in ipairs { "tasks", "wait", "result", "each", "each" } do
      assert.matches(name .. " cannot be called from a callback", messages[i])
    end
    assert.same({ "a", "b", "c" }, seen)
    assert.is_true(job:done())
    assert.equal("x", iterate().id)
  end)

  it("may cancel its own job: nothing of it follows but its end", function()
    local ends = {}
    local client = f:new { batch_size = 2, connections = 1 }
    g:queue({}, { stall = "request" })
    local job
    job = client:fetch({ "a", "b", "c", "d" }, {
      on_task = function() job:cancel() end,
      on_done = function(tasks, err) ends[#ends + 1] = { tasks, err } end,
    })
    g:wait("stalled", 1)
    finish(client)
    assert.equal(1, #ends)
    local err = ends[1][2]
    assert.equal("cancelled", err.code)
    assert.same({ "c", "d" }, err.cancelled)
    assert.is_true(rawequal(err, (select(2, job:result()))))
    g:wait("closed", 0)
  end)

  it("may cancel another job", function()
    local other
    g:queue { stall = "request" }
    local first = f:new()
    other = first:fetch { "d" }
    g:wait("stalled", 1)
    first:fetch({ "a" }, { on_task = function() other:cancel() end })
    finish(first)
    assert.same({ "d" }, select(2, other:result()).cancelled)
  end)

  it("may close the client, which is done when it returns", function()
    local usable
    local client, job, seen = inside(function(client)
      client:close()
      client:close()
      usable = pcall(client.stats, client)
    end)
    client:step()
    assert.same({ "a" }, seen)
    assert.is_true(usable)
    assert.error_matches(function() client:step() end, "closed")
    assert.is_true(job:done())
    local _, err = job:result()
    assert.equal("cancelled", err.code)
    assert.same({ "b", "c" }, err.cancelled)
    assert.equal(1, job:progress().tasks)
  end)

  it("may raise: the error leaves through the call that ran it", function()
    local calls = {
      function(client) client:step() end,
      function(client) client:tasks { "other" } end,
      function(_, other) other:result() end,
      function(_, other) for _ in other:each() do end end,
    }
    for _, value in ipairs { "a text", { "a table" }, false } do
      for i, call in ipairs(calls) do
        local client, job, seen = inside(function() error(value, 0) end)
        local other = client:fetch { "other" }
        local ok, why = pcall(call, client, other)
        assert.is_false(ok, i)
        assert.is_true(rawequal(value, why))
        assert.same({ "a" }, seen)
        finish(client)
        assert.same({ "a", "b", "c" }, seen)
        assert.equal(3, job:progress().tasks)
      end
    end
  end)

  it("may raise at every turn, and nothing is lost or doubled", function()
    local client = f:new { batch_size = 3 }
    local seen, done, reports, errors = {}, 0, 0, 0
    client:fetch(fixture.list(20), {
      on_task = function(_, id)
        seen[id] = (seen[id] or 0) + 1
        error "task"
      end,
      on_progress = function()
        reports = reports + 1
        error "progress"
      end,
      on_done = function()
        done = done + 1
        error "done"
      end,
    })
    local left
    repeat
      client:wait(10)
      local ok, result = pcall(client.step, client)
      if not ok then errors = errors + 1 end
      left = ok and result
    until left == 0
    for _, id in ipairs(fixture.list(20)) do assert.equal(1, seen[id]) end
    assert.same({ 7, 1, 28 }, { reports, done, errors })
  end)

  it("may drop everything and collect", function()
    local client = f:new()
    local count = 0
    local holder = {}
    for i = 1, 3 do
      holder[i] = client:fetch({ i .. "a", i .. "b" }, {
        on_task = function()
          count = count + 1
          for k in pairs(holder) do holder[k] = nil end
          collectgarbage()
          collectgarbage()
        end,
      })
    end
    client:fetch { "dropped" }
    finish(client)
    assert.equal(6, count)
  end)

  it("cannot yield, and says so", function()
    local client, job, seen = inside(function() coroutine.yield() end)
    local ok, message = coroutine.resume(coroutine.create(function()
      client:step()
    end))
    assert.is_false(ok)
    assert.matches("attempt to yield", message)
    finish(client)
    assert.same({ "a", "b", "c" }, seen)
    assert.is_true(job:done())
  end)

  it("gets with on_done what result gives", function()
    local client = f:new()
    g:queue({ known = { "a" } }, { status = 400 })
    for _ = 1, 2 do
      local values
      local job = client:fetch({ "a", "b" }, {
        on_done = function(...) values = table.pack(...) end,
      })
      finish(client)
      local first, second = job:result()
      assert.equal(2, values.n)
      assert.is_true(rawequal(first, values[1]))
      assert.is_true(rawequal(second, values[2]))
    end
  end)

  it("gets with on_progress the numbers, batch by batch", function()
    local client = f:new { batch_size = 2, connections = 1 }
    local tasks, requests = {}, {}
    client:fetch(fixture.list(5), { on_progress = function(progress)
      tasks[#tasks + 1] = progress.tasks
      requests[#requests + 1] = progress.requests
      assert.equal(5, progress.ids)
    end })
    finish(client)
    assert.same({ 2, 4, 5 }, tasks)
    assert.equal(3, requests[3])
  end)

  it("may step, fetch from and close another client", function()
    local one, two = f:new(), f:new()
    local seen = {}
    local inner = two:fetch({ "b" }, { on_task = function(_, id)
      seen[#seen + 1] = id
      assert.equal(1, one:step())
    end })
    one:fetch({ "a" }, { on_task = function(_, id)
      seen[#seen + 1] = id
      while not inner:done() do
        two:wait()
        two:step()
      end
      seen[#seen + 1] = two:tasks({ "c" })[1].id
      two:close()
    end })
    finish(one)
    assert.same({ "a", "b", "c" }, seen)
    assert.error_matches(function() two:step() end, "closed")
  end)
end)

describe("a decode hook", function()
  local f

  setup(function() f = fixture.start() end)
  teardown(function() f:stop() end)
  after_each(function() f:tidy() end)

  it("may call luma, raise, and yield: an outcome for each id", function()
    local client, job
    local acts = {
      a = function() client:step() end,
      b = function() return job:result() end,
      c = function() error { "c" } end,
      d = function() coroutine.yield() end,
      e = function() return nil end,
      f = function() client:fetch({ "y" }):cancel() end,
      g = function() for _ in job:each() do end end,
      h = function() job:progress() collectgarbage() end,
      i = function() return client:tasks { "x" } end,
    }
    client = f:new { decode = function(text)
      local id = text:match '"id":"(.-)"'
      acts[id]()
      return id ~= "e" and id or nil
    end }
    local ids = { "a", "b", "c", "d", "e", "f", "g", "h", "i" }
    job = client:fetch(ids)
    local co = coroutine.wrap(function() return job:result() end)
    local tasks, err = within(5, co)
    assert.is_nil(tasks)
    assert.same({ "a", "f", "h" }, err.tasks)
    for id, message in pairs {
      b = "callback", c = "table", d = "yield", e = "nil", g = "callback",
      i = "callback",
    } do
      assert.equal("decode", err.failed[id].code)
      assert.matches(message, err.failed[id].message)
    end
  end)

  it("may close the client", function()
    local client
    client = f:new { decode = function(text)
      client:close()
      return text:match '"id":"(.-)"'
    end }
    local job = client:fetch { "a", "b", "c" }
    in_line(client, 5)
    client:step()
    assert.is_true(job:done())
    assert.same({ "a", "b", "c" }, (job:result()))
  end)
end)
