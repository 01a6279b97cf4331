-- SPDX-License-Identifier: MIT
-- Each id has one outcome, whatever the gateway leaves out, repeats, mixes up
-- or adds, and is requested no more often than needed.

local luma = require "luma"
local fixture = require "spec.support.fixture"

local ids_of, numbered = fixture.ids_of, fixture.numbered
local sorted = fixture.sorted

describe("the ids of a job, with a gateway that", function()
  local f = fixture.use { unknown = { "nobody", "ghost" }, token = "sk-test" }
  local g, client = f.g, nil

  local function connect(options)
    client = f:new(options)
    return client
  end

  -- No request asks for one of the `cap` ids that an earlier one brought.
  local function never_asked_again(cap)
    local arrived = {}
    for _, ids in ipairs(f:asked()) do
      for i, id in ipairs(ids) do
        assert(not arrived[id], "asked again for " .. id)
        if i <= cap then arrived[id] = true end
      end
    end
  end

  for _, scheme in ipairs { "http", "https" } do
    it("answers all gets 10,000 ids in 100 requests on at most 8 live "
      .. scheme .. " connections", function()
        g:default { compact = true }
        local ids = numbered(10000)
        connect { base_url = g[scheme] }
        local tasks, missing = client:tasks(ids)
        assert.same(ids, ids_of(tasks))
        assert.same({}, missing)
        local requests, counters = g:journal()
        assert.equal(100, #requests)
        assert.is_true(counters.max_open <= 8)
        assert.is_true(counters.connections <= 8)
        assert.equal(counters.connections, counters.open) -- all kept alive
        local all = {}
        for _, request in ipairs(requests) do
          assert.equal(100, #request.ids)
          assert.equal(scheme == "https", request.tls)
          for _, id in ipairs(request.ids) do all[#all + 1] = id end
        end
        assert.same(ids, sorted(all))
      end)
  end

  it("answers at most 7 of 100 ids still gives all 100", function()
    g:default { cap = 7, shuffle = 2 }
    local ids = numbered(100)
    local tasks, missing = connect():tasks(ids)
    assert.same(ids, ids_of(tasks))
    assert.same({}, missing)
    assert.equal(15, #f:asked())
    for i, rest in ipairs(f:asked()) do assert.equal(107 - 7 * i, #rest) end
    never_asked_again(7)
  end)

  it("answers 1 of 30 gives all 30 in 30 requests", function()
    g:default { cap = 1 }
    local ids = numbered(30)
    assert.same(ids, ids_of(connect():tasks(ids)))
    assert.equal(30, #f:asked())
    never_asked_again(1)
  end)

  it("caps its answers loses nothing over many connections", function()
    g:default { cap = 7, compact = true }
    local ids = numbered(1000)
    local tasks, missing = connect { batch_size = 30 }:tasks(ids)
    assert.same(ids, ids_of(tasks))
    assert.same({}, missing)
    never_asked_again(7)
  end)

  it("brings nothing new settles the rest with that answer", function()
    g:default { known = { "a" } }
    local tasks, missing = connect():tasks { "c", "a", "b" }
    assert.same({ "a" }, ids_of(tasks))
    assert.same({ "c", "b" }, missing)
    assert.same({ { "c", "a", "b" }, { "c", "b" } }, f:asked())
  end)

  it("knows none of the ids is asked once", function()
    g:default { strangers = 3 }
    local tasks, missing = connect():tasks { "nobody", "ghost" }
    assert.same({}, tasks)
    assert.same({ "nobody", "ghost" }, missing)
    assert.same({ { "nobody", "ghost" } }, f:asked())
  end)

  it("leaves some out is asked again for all of them together", function()
    local ids, unknown = numbered(200), {}
    for i = 5, 200, 10 do unknown[#unknown + 1] = ids[i] end
    g:default { unknown = unknown, compact = true }
    local tasks, missing = connect { connections = 1 }:tasks(ids)
    assert.equal(180, #tasks)
    assert.same(unknown, missing)
    assert.equal(3, #f:asked())
    assert.same(unknown, sorted(f:asked()[3]))
  end)

  it("left an id out once is believed only the second time", function()
    g:queue { unknown = { "b" } }
    local tasks, missing = connect():tasks { "a", "b" }
    assert.same({ "a", "b" }, ids_of(tasks))
    assert.same({}, missing)
    assert.same({ { "a", "b" }, { "b" } }, f:asked())
  end)

  it("breaks off in the middle is asked for the rest only", function()
    g:default { compact = true }
    local ids = numbered(20)
    connect()
    local expected = client:tasks(ids)
    g:queue({ cut = 20000 }, { cut = 9000 })
    local tasks, missing = client:tasks(ids)
    assert.same(expected, tasks)
    assert.same({}, missing)
    local list = f:asked()
    assert.same(ids, list[2])
    assert.is_true(#list[3] < 20 and #list[3] > 0)
    assert.is_true(#list[4] < #list[3] and #list[4] > 0)
    for i = 3, 4 do
      assert.same({ table.unpack(ids, 21 - #list[i]) }, list[i])
    end
    assert.equal(4, #list)
  end)

  it("shuffles, repeats and adds strangers changes nothing", function()
    local ids = numbered(50)
    connect { batch_size = 20 }
    local expected = client:tasks(ids)
    g:default { shuffle = 9, ["repeat"] = 3, strangers = 4 }
    local seen = {}
    for shape = 1, 2 do
      assert.same(expected, client:tasks(ids), "round " .. shape)
    end
    for _, id in client:fetch(ids):each() do
      assert.is_nil(seen[id])
      seen[id] = true
    end
    assert.is_nil(seen["stranger-1"])
    -- 3 requests a round: 100 repeats and 12 strangers
    assert.equal(3 * 112, client:stats().dropped)
    assert.equal(12, #f:asked())
  end)

  it("holds back the end of a reply keeps nobody waiting", function()
    local body = '[{"id":"a","state":"completed"}]'
    g:queue({ body = body, cut = #body - 1, ["then"] = "stall" })
    connect { connections = 1 }
    assert.same({ "a" }, ids_of(assert(client:tasks { "a" })))
    assert.equal(1, g:stalled())
    local job = client:fetch { "b" }
    g:release()
    assert.same({ "b" }, ids_of(assert(job:result())))
    local requests = g:journal()
    assert.equal(requests[1].conn, requests[2].conn)
    assert.equal(2, client:stats().requests)
  end)

  it("sends ids as numbers beyond 64 bits changes nothing", function()
    local ids = {
      "9007199254740993", "9007199254740992", "9223372036854775807",
      "9223372036854775808", "18446744073709551616",
      "18446744073709551617", "0", "7", ("9"):rep(40), ("9"):rep(41),
    }
    for _, shape in ipairs { "A", "B" } do
      local states, arrived = {}, {}
      for i, id in ipairs(ids) do
        states[id] = i % 2 == 0 and "failed" or "pending"
      end
      g:default { numeric = true, shuffle = 4, states = states,
        shape = shape }
      connect():fetch(ids, { on_task = function(task, id, state)
        arrived[id] = state
        assert.equal("number", type((task.data or task).id))
        assert.equal(state, luma.state(task))
      end }):result()
      assert.same(states, arrived)
      client:close()
    end
    assert.same({ ids, ids }, f:asked())
  end)
end)
