-- SPDX-License-Identifier: MIT
-- client:watch asks for the open tasks in rounds, reports each change once and
-- in order, and nothing where nothing changes.

local fixture = require "spec.support.fixture"

local finish, list = fixture.finish, fixture.list

describe("a watch", function()
  local f = fixture.use()
  local g = f.g

  local FAST = 0.01

  local function options(more)
    local o = { interval = FAST, max_interval = FAST }
    for name, value in pairs(more or {}) do o[name] = value end
    return o
  end

  -- The text of a task in a state, with a link when it is completed.
  local function text(id, state, more)
    return ('{"id":"%s","state":"%s"%s}'):format(id, state, more
      or state == "completed" and ',"video":{"url":"https://x/v.mp4"}' or "")
  end

  local function row(id, status, progress)
    return ('{"task_id":"%s","status":"%s","progress":"%s","data":%s}'):format(
      id, status, progress, status == "SUCCESS" and text(id, "completed")
        or "null")
  end

  -- Watches, and notes every callback as "update a processing" and the like.
  local function told(client, ids, more)
    local log = {}
    local o = options(more)
    function o.on_update(task, id, state)
      assert(task.id == id or task.task_id == id)
      log[#log + 1] = ("update %s %s"):format(id, state)
    end
    function o.on_task(_, id, state)
      log[#log + 1] = ("task %s %s"):format(id, state)
    end
    local job = client:watch(ids, o)
    return log, job
  end

  it("asks until each task is completed or failed", function()
    g:default { moves = {
      a = { text("a", "pending"), text("a", "dreaming"),
        text("a", "completed") },
      b = { text("b", "failed") },
      c = { text("c", "pending"), text("c", "pending"), text("c", "pending"),
        text("c", "completed") },
    } }
    local job = f:new():watch({ "a", "b", "c" }, options())
    local tasks, missing = job:result()
    assert.same({ "a", "b", "c" }, fixture.ids_of(tasks))
    assert.same({}, missing)
    assert.equal("failed", tasks[2].state)
    local asked = {}
    for i, request in ipairs((g:journal())) do asked[i] = request.ids end
    assert.same({ { "a", "b", "c" }, { "a", "c" }, { "a", "c" }, { "c" } },
      asked)
    assert.equal(3, job:progress().tasks)
  end)

  it("tells each change once, and then the task", function()
    g:default { shape = "B", moves = { a = {
      row("a", "QUEUED", "0%"), row("a", "QUEUED", "0%"),
      row("a", "IN_PROGRESS", "0%"), row("a", "IN_PROGRESS", "40%"),
      row("a", "IN_PROGRESS", "40%"), row("a", "SUCCESS", "100%"),
    } } }
    local client = f:new()
    local log, job = told(client, "a")
    finish(client)
    assert.same({ "update a pending", "update a processing",
      "update a processing", "update a completed", "task a completed" }, log)
    assert.same({ {}, {} }, { job:result() })
    local stats = client:stats()
    assert.same({ 4, 2 }, { stats.tasks, stats.unchanged })
  end)

  it("tells its progress when a reply settles something", function()
    g:default { moves = {
      a = { text("a", "pending"), text("a", "pending"),
        text("a", "completed") },
      b = { text("b", "pending"), text("b", "failed") },
    }, unknown = { "c" } }
    local client, counts = f:new(), {}
    client:watch({ "a", "b", "c" }, options {
      missing_grace = 0,
      on_progress = function(p)
        counts[#counts + 1] = { p.tasks, p.missing }
      end,
    })
    finish(client)
    assert.same({ { 0, 1 }, { 1, 1 }, { 2, 1 } }, counts)
  end)

  it("gives a loop the tasks that are done", function()
    g:default { moves = {
      a = { text("a", "pending"), text("a", "completed") },
      b = { text("b", "completed") },
    } }
    local ids = {}
    for task, id, state in f:new():watch({ "a", "b" }, options()):each() do
      assert.equal(id, task.id)
      assert.equal("completed", state)
      ids[#ids + 1] = id
    end
    assert.same({ "b", "a" }, ids)
  end)

  it("hands 1,000 tasks that move at random over, each change once",
    function()
      local seed = 7
      local function random(n)
        seed = (seed * 1103515245 + 12345) % 2147483648
        return math.floor(seed / 65536) % n + 1
      end
      local words = { "pending", "queued", "processing", "dreaming" }
      local means = { pending = "pending", queued = "pending",
        processing = "processing", dreaming = "processing" }
      local ids, moves, expected = list(1000), {}, {}
      local rounds = fixture.PLAIN and 50 or 10
      for _, id in ipairs(ids) do
        local texts, changes, last = {}, {}, nil
        local life = random(rounds)
        for i = 1, life do
          local word = i < life and words[random(4)]
            or random(5) == 1 and "failed" or "completed"
          texts[i] = text(id, word)
          local state = means[word] or word
          if state ~= last then changes[#changes + 1] = state end
          last = state
        end
        moves[id], expected[id] = texts, changes
      end
      g:default { moves = moves }
      local client, seen, done = f:new(), {}, {}
      client:watch(ids, options {
        on_update = function(_, id, state)
          seen[id] = seen[id] or {}
          table.insert(seen[id], state)
        end,
        on_task = function(_, id) done[id] = (done[id] or 0) + 1 end,
      })
      finish(client)
      assert.same(expected, seen)
      local asked = {}
      for _, request in ipairs((g:journal())) do
        for _, id in ipairs(request.ids) do
          asked[id] = (asked[id] or 0) + 1
        end
      end
      for _, id in ipairs(ids) do
        assert.equal(1, done[id])
        assert.equal(#moves[id], asked[id], id)
      end
    end)

  it("costs nothing where nothing changes", function()
    local count = fixture.PLAIN and 10000 or 1000
    g:default { state = "processing" }
    g:record(false)
    local client, updates = f:new(), 0
    client:watch(list(count), options {
      on_update = function() updates = updates + 1 end,
    })
    fixture.wait_until(function()
      client:step()
      return updates >= count
    end)
    fixture.wait_until(function()
      assert.is_false(client:wait(0))
      return client:stats().unchanged >= 3 * count
    end)
    local stats = client:stats()
    assert.same({ count, count, 0, 0 },
      { updates, stats.tasks, stats.queue, stats.undelivered })
    g:record(true)
  end)

  describe("of an id that is left out", function()
    it("gives it time to show up", function()
      g:default { moves = { a = { false, false, text("a", "pending"), false,
        text("a", "completed") } } }
      local client = f:new()
      local log = told(client, "a")
      finish(client)
      assert.same({ "update a pending", "update a completed",
        "task a completed" }, log)
    end)

    it("believes it after missing_grace", function()
      g:default { unknown = { "b" } }
      local start = fixture.now()
      local tasks, missing = f:new():watch({ "a", "b" },
        options { missing_grace = 0.2 }):result()
      assert.same({ "a" }, fixture.ids_of(tasks))
      assert.same({ "b" }, missing)
      assert.is_true(fixture.now() - start >= 0.2 - 0.001) -- whole ms
    end)

    it("believes it at once where missing_grace is 0", function()
      g:default { unknown = { "b" } }
      local _, missing = f:new():watch({ "a", "b" },
        options { missing_grace = 0 }):result()
      assert.same({ "b" }, missing)
    end)

    it("asks a gateway that answers in part for the rest", function()
      g:default { cap = 2 }
      local tasks = f:new():watch(list(7), options()):result()
      assert.equal(7, #tasks)
      assert.equal(4, #(g:journal()))
    end)
  end)

  it("waits for the link of a completed task, but not for ever", function()
    g:default { moves = {
      a = { text("a", "completed", ""), text("a", "completed", ""),
        text("a", "completed") },
      b = { text("b", "completed", "") },
    } }
    local client = f:new()
    local log = told(client, { "a", "b" }, { link_grace = 0.3 })
    finish(client)
    assert.same({ "update a completed", "update b completed",
      "task a completed", "task b completed" }, log)
  end)

  describe("of a gateway that fails", function()
    local BAD = { status = 500 }

    it("rides out five rounds", function()
      g:queue({ state = "pending" }, BAD, BAD, BAD, BAD, BAD)
      local tasks = f:new({ attempts = 1 }):watch("a", options()):result()
      assert.equal("completed", tasks[1].state)
      assert.equal(7, #(g:journal()))
    end)

    it("ends with the sixth, and says so", function()
      g:queue { moves = { a = { text("a", "completed") },
        b = { text("b", "processing") } } }
      g:default(BAD)
      local tasks, err = f:new({ attempts = 1 }):watch({ "a", "b" },
        options()):result()
      assert.is_nil(tasks)
      assert.same({ "server", 500 }, { err.code, err.status })
      assert.matches("6 times in a row", tostring(err))
      assert.same({ "a" }, fixture.ids_of(err.tasks))
      assert.same({ "b" }, err.pending)
      assert.same({ b = "processing" }, err.states)
      assert.same({}, err.failed)
      assert.equal(7, #(g:journal()))
    end)

    it("gives up at once where repeating is no use", function()
      g:default { status = 401 }
      local _, err = f:new():watch({ "a", "b" }, options()):result()
      assert.equal("auth", err.code)
      assert.equal("auth", err.failed.b.code)
      assert.equal(1, #(g:journal()))
    end)

    for _, status in ipairs { 503, 500 } do
      it("waits as long as it asks for with " .. status, function()
        g:queue { status = status, headers = { ["Retry-After"] = "1" } }
        local start = fixture.now()
        assert(f:new({ attempts = 1 }):watch("a", options()):result())
        assert.is_true(fixture.now() - start >= 1)
      end)
    end

    it("is remembered when the deadline passes", function()
      g:default { status = 503, body = "maintenance",
        headers = { ["Retry-After"] = "3600" } }
      local _, err = f:new():watch("a", options { deadline = 0.3 }):result()
      assert.same({ "deadline", 503, 3600, "stub-1", 1 }, { err.code, err.status,
        err.retry_after, err.request_id, err.attempts })
      assert.matches("^the job's deadline passed; last error: the server "
        .. "failed: .*maintenance", tostring(err))
      assert.same({ "a" }, err.pending)
      assert.equal(1, #(g:journal()))
    end)

    it("is forgotten when it answers again", function()
      g:queue(BAD, BAD)
      g:default { state = "processing" }
      local _, err = f:new({ attempts = 1 }):watch("a",
        options { deadline = 0.5 }):result()
      assert.equal("deadline", err.code)
      assert.is_nil(err.status)
      assert.equal("the job's deadline passed (deadline)", tostring(err))
      assert.is_true(#(g:journal()) > 2)
    end)
  end)

  it("ends with its deadline, and tells what was seen", function()
    g:default { states = { b = "processing" }, unknown = { "c" } }
    local tasks, err = f:new():watch({ "a", "b", "c" },
      options { deadline = 0.3 }):result()
    assert.is_nil(tasks)
    assert.equal("deadline", err.code)
    assert.same({ "a" }, fixture.ids_of(err.tasks))
    assert.same({ "b", "c" }, err.pending)
    assert.same({ b = "processing" }, err.states)
    assert.same({ {}, {}, {} }, { err.failed, err.missing, err.cancelled })
  end)

  it("has a pause that fits the only one that is given", function()
    g:queue({ state = "queued" }, { state = "queued" }, { state = "queued" })
    local start = fixture.now()
    assert(f:new():watch("a", { max_interval = 0.05 }):result())
    assert.is_true(fixture.now() - start < 4) -- one default pause: 4.5 at least
    assert.equal(4, #(g:journal()))
    f:new():watch("a", { interval = 20 }):cancel()
  end)

  it("can be cancelled, and closed", function()
    g:default { state = "processing" }
    local client = f:new()
    local job = client:watch({ "a", "b" }, options())
    local other = client:watch({ "c" }, options())
    fixture.wait_until(function()
      client:step()
      return client:stats().unchanged > 0
    end)
    job:cancel()
    local _, err = job:result()
    assert.same({ "cancelled", { "a", "b" } }, { err.code, err.cancelled })
    client:close()
    assert.same({ "c" }, select(2, other:result()).cancelled)
  end)

  it("goes on after an error in a callback", function()
    local client, seen = f:new(), {}
    client:watch("a", options {
      on_update = function() error "in an update" end,
      on_task = function(_, id) seen[#seen + 1] = id end,
      on_done = function(...) seen[#seen + 1] = select("#", ...) end,
    })
    client:wait()
    assert.error_matches(function() finish(client) end, "in an update")
    finish(client)
    assert.same({ "a", 2 }, seen)
  end)

  it("of no ids is done at once", function()
    assert.same({ {}, {} }, { f:new():watch({}):result() })
    assert.same({}, (g:journal()))
  end)

  it("refuses what makes no sense", function()
    local client = f:new()
    for words, o in pairs {
      ["interval: must be a positive"] = { interval = 0 },
      ["max_interval: must not be below"] = { interval = 2, max_interval = 1 },
      ["link_grace: must be a number"] = { link_grace = -1 },
      ["on_update: function expected"] = { on_update = 1 },
      ["unknown option 'what'"] = { what = 1 },
    } do
      assert.error_matches(function() client:watch("a", o) end, words)
    end
    assert.error_matches(function()
      client:fetch("a", { on_update = print })
    end, "unknown option 'on_update'")
  end)
end)
