-- SPDX-License-Identifier: MIT
-- client:tasks gives the same tables whichever way they are taken, under every
-- collector.

local collectors = require "spec.support.collectors"
local fixture = require "spec.support.fixture"

local ids_of, numbered = fixture.ids_of, fixture.numbered

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"
local TOKEN = "sk-test"

local function tests()
  local f = fixture.use { unknown = { "nobody", "ghost" }, token = TOKEN }
  local g, client = f.g, nil

  local function connect(options)
    client = f:new(options)
    return client
  end

  describe("one call", function()
    it("gives the tasks in the order asked for", function()
      g:default { shuffle = 5 }
      local ids = { "d", "a", "c", "b", "f", "e" }
      local tasks, missing = connect():tasks(ids)
      assert.same(ids, ids_of(tasks))
      assert.same({}, missing)
    end)

    it("asks once for an id that is given twice", function()
      local tasks = connect():tasks { "b", "a", "b", "b", "a" }
      assert.same({ "b", "a" }, ids_of(tasks))
      assert.same({ { "b", "a" } }, f:asked())
    end)

    it("lists unknown ids in the order asked for", function()
      local tasks, missing = connect():tasks { "nobody", "a", "ghost", "b" }
      assert.same({ "a", "b" }, ids_of(tasks))
      assert.same({ "nobody", "ghost" }, missing)
      assert.equal("a", tasks[1].id)
      assert.is_nil(tasks[3])
    end)

    it("gives two empty arrays and an id when no id is known", function()
      local tasks, missing = connect():tasks { "nobody" }
      assert.same({}, tasks)
      assert.same({ "nobody" }, missing)
    end)

    it("takes one id as a string", function()
      local tasks, missing = connect():tasks(REFERENCE)
      assert.same({ REFERENCE }, ids_of(tasks))
      assert.same({}, missing)
      assert.same({ { REFERENCE } }, f:asked())
    end)

    it("answers an empty list without a request", function()
      local tasks, missing = connect():tasks {}
      local requests, counters = g:journal()
      assert.same({}, tasks)
      assert.same({}, missing)
      assert.same({}, requests)
      assert.equal(0, counters.connections)
      assert.equal(0, client:stats().requests)
    end)

    it("leaves the caller's list as it was", function()
      local ids = { "b", "a", "b", "nobody" }
      connect():tasks(ids)
      assert.same({ "b", "a", "b", "nobody" }, ids)
    end)

    it("can be repeated, over the same connection", function()
      connect { connections = 1 }
      for i = 1, 3 do
        assert.equal("x" .. i, client:tasks({ "x" .. i })[1].id)
      end
      local requests, counters = g:journal()
      assert.equal(1, counters.connections)
      assert.equal(3, requests[3].nth)
    end)

    it("works over https with the issuer in ca_file", function()
      connect { base_url = g.https }
      local tasks, missing = client:tasks { "b", "nobody", "a" }
      assert.same({ "b", "a" }, ids_of(tasks))
      assert.same({ "nobody" }, missing)
      assert.is_true(g:journal()[1].tls)
    end)
  end)

  describe("every way to take the tasks gives the same:", function()
    local IDS = { "e", "nobody", "a", "d", "ghost", "c", "b", "a" }
    local ways = {}

    ways["result"] = function(c)
      local job = c:fetch(IDS)
      local tasks, missing = job:result()
      local again, again_missing = job:result()
      assert.equal(tasks, again)
      assert.equal(missing, again_missing)
      assert.is_true(job:done())
      return tasks, missing
    end

    ways["result in slices of time"] = function(c)
      local job = c:fetch(IDS)
      while true do
        local tasks, missing = job:result(0.001)
        if tasks then return tasks, missing end
        assert.equal("pending", missing.code)
      end
    end

    ways["wait and step"] = function(c)
      local job = c:fetch(IDS)
      while c:step() > 0 do c:wait() end
      assert.is_true(job:done())
      return job:result()
    end

    ways["step with a budget"] = function(c)
      local job = c:fetch(IDS)
      while not job:done() do
        c:wait(1)
        c:step(0)
      end
      return job:result()
    end

    -- Puts what came one by one into the order asked for.
    local function in_order(by_id, states)
      local tasks = {}
      for _, id in ipairs(IDS) do
        local task = by_id[id]
        by_id[id] = nil
        if task then
          assert.equal(id, task.id)
          assert.equal("completed", states[id])
          tasks[#tasks + 1] = task
        end
      end
      assert.is_nil(next(by_id))
      return tasks
    end

    ways["on_task"] = function(c)
      local by_id, states, done = {}, {}, 0
      local job = c:fetch(IDS, {
        on_task = function(task, id, state)
          assert.is_nil(by_id[id])
          by_id[id], states[id] = task, state
        end,
        on_done = function(kept, missing)
          done = done + 1
          assert.same({}, kept)
          assert.same({ "nobody", "ghost" }, missing)
        end,
      })
      while c:step() > 0 do c:wait() end
      local kept, missing = job:result()
      assert.same({}, kept)
      assert.equal(1, done)
      return in_order(by_id, states), missing
    end

    ways["each"] = function(c)
      local by_id, states = {}, {}
      local job = c:fetch(IDS)
      for task, id, state in job:each() do
        assert.is_nil(by_id[id])
        by_id[id], states[id] = task, state
      end
      assert.is_true(job:done())
      local kept, missing = job:result()
      assert.same({}, kept)
      return in_order(by_id, states), missing
    end

    for way, take in pairs(ways) do
      it(way, function()
        connect { batch_size = 3 }
        local expected, expected_missing = client:tasks(IDS)
        assert.same({ "e", "a", "d", "c", "b" }, ids_of(expected))
        g:default { shuffle = 3, cap = 2, strangers = 1, ["repeat"] = 2 }
        local tasks, missing = take(client)
        assert.same(expected, tasks)
        assert.same(expected_missing, missing)
      end)
    end
  end)

  describe("a long list", function()
    it("is cut into requests of batch_size ids, in order", function()
      local ids = numbered(25)
      connect { batch_size = 10, connections = 1 }
      assert.same(ids, ids_of(client:tasks(ids)))
      assert.same({
        { table.unpack(ids, 1, 10) }, { table.unpack(ids, 11, 20) },
        { table.unpack(ids, 21, 25) },
      }, f:asked())
    end)

    for count = 1, 2 do
      it(("uses %d connections at most when told"):format(count), function()
        for _ = 1, count do g:queue { stall = "request" } end
        local ids = numbered(20)
        connect { batch_size = 1, connections = count }
        local job = client:fetch(ids)
        g:wait("stalled", count)
        assert.equal(count, #g:journal())
        g:release()
        assert.same(ids, ids_of(job:result()))
        local requests, counters = g:journal()
        assert.equal(20, #requests)
        assert.equal(count, counters.max_open)
        assert.equal(count, counters.connections)
      end)
    end
  end)
end

for name, use in pairs(collectors.kinds) do
  describe("client:tasks, the collector " .. name, function()
    setup(use)
    teardown(collectors.usual)
    tests()
  end)
end
