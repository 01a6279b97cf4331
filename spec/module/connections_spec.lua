-- SPDX-License-Identifier: MIT
-- A connection that is dead, or on which the gateway speaks out of turn, does
-- no harm to a request, and is not used a second time.

local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"

local GET = "/v1/models"
local LATE = "HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\n"
  .. "Connection: close\r\n\r\n"
local TWICE = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
  .. "Content-Length: 2\r\n\r\n[]"

describe("a connection", function()
  local f = fixture.use()
  local g = f.g

  local function connections_of_requests()
    local list = {}
    for i, request in ipairs((g:journal())) do list[i] = request.conn end
    return list
  end

  -- Leaves `count` connections in the pool, which did as `behaviour` says.
  local function fill_pool(client, count, behaviour)
    behaviour.stall = "request"
    g:default(behaviour)
    local job = client:fetch(fixture.list(count))
    g:wait("stalled", count)
    g:release()
    assert.equal(count, #assert(job:result()))
    g:default {}
  end

  local function assert_sent_once(job)
    local value = assert(job:result())
    assert.equal(1, job:progress().requests)
    return value
  end

  describe("with bytes that nobody asked for", function()
    -- The gateway speaks HTTP/1.1, also to a client that may use HTTP/2.
    for _, of in ipairs { { "http" }, { "https" }, { "https", http2 = true } } do
      for name, late in pairs { ["408"] = LATE, ["an answer"] = TWICE } do
        local kind = of[1] .. (of.http2 and " for HTTP/2" or "")
        it(("gets no request: %s, %s"):format(kind, name), function()
          local client = f:new { base_url = g[of[1]], http2 = of.http2 }
          g:route(GET, { body = '{"a":1}' })
          g:queue { late = late }
          assert(client:tasks "a")
          g:wait("stalled", 1)
          g:release()
          fixture.wait_until(function() return g:stalled() == 0 end)
          local tasks = assert_sent_once(client:fetch "b")
          assert.equal("b", tasks[1].id)
          assert.same({ a = 1 }, assert_sent_once(client:request("GET", GET)))
          assert.same({ 1, 2, 2 }, connections_of_requests())
        end)
      end
    end
  end)

  it("that the gateway has closed gets no request", function()
    local client = f:new()
    assert(client:tasks "a")
    g:reset() -- drops it
    g:wait("closed", 0)
    assert_sent_once(client:fetch "b")
    assert.equal(1, #g:journal())
  end)

  -- Newer versions of libcurl do not look at a connection that was in use less
  -- than a second ago.
  it("that ends behind every second answer costs nothing", function()
    for _, scheme in ipairs { "http", "https" } do
      g:reset()
      local client = f:new { base_url = g[scheme], attempts = 1 }
      for i = 1, 8 do
        g:queue(i % 2 == 0 and { ["then"] = "close" } or {})
        assert.equal("x", assert(client:tasks "x")[1].id)
      end
      local requests, counters = g:journal()
      assert.equal(4, counters.connections)
      assert.equal(8, #requests)
      assert.equal(0, client:stats().retries)
    end
  end)

  it("is a new one after a stall", function()
    for _, what in ipairs { "stall", "attempt" } do
      g:reset()
      local client = f:new { batch_size = 1, connections = 2,
        timeout = { [what] = 0.2 } }
      fill_pool(client, 2, {})
      g:queue { stall = "request" }
      assert.equal("a", assert(client:tasks "a")[1].id)
      assert.equal(3, connections_of_requests()[4])
    end
  end)

  describe("whose response does not end", function()
    -- All of the body comes, and then nothing.
    local function endless(letters)
      local body = fixture.body(letters)
      return { body = body, content_length = #body + 1, ["then"] = "stall" }
    end

    it("does not keep the next job waiting", function()
      local client = f:new { connections = 1 }
      g:queue(endless "a")
      assert(fixture.within(0.25, client.tasks, client, "a"))
      assert(fixture.within(0.25, client.tasks, client, "b"))
      assert.same({ 1, 2 }, connections_of_requests())
    end)

    it("does not keep the same job waiting", function()
      local client = f:new { connections = 1, batch_size = 1 }
      g:queue(endless "a", endless "b")
      local tasks = assert(fixture.within(0.5, client.tasks, client,
        { "a", "b", "c" }))
      assert.same({ "a", "b", "c" }, fixture.ids_of(tasks))
      assert.same({ 3, 0 },
        { client:stats().requests, client:stats().retries })
    end)
  end)

  -- It has all tasks, whatever was asked for. Those of the first batch come
  -- last, and late.
  it("is read to the end if what comes first was not asked for on it",
    function()
      local body = fixture.body "cdab"
      g:default { body = body, drip = { after = body:find '{"id":"a"' - 1,
        bytes = #body, seconds = 0.6 } }
      local client = f:new { connections = 1, batch_size = 2, attempts = 1 }
      local job = client:fetch { "a", "b", "c", "d" }
      assert.same({ "a", "b", "c", "d" },
        fixture.ids_of(assert_sent_once(job)))
    end)

  it("is not used if it was idle when another one died", function()
    local client = f:new { batch_size = 1 }
    fill_pool(client, 8, { silent_close = true })
    local job = client:fetch "a"
    assert(job:result())
    assert.equal(2, job:progress().requests)
    for _ = 1, 8 do
      assert_sent_once(client:fetch "b")
    end
  end)

  it("is closed if it was idle for long when another one died", function()
    local client = f:new { batch_size = 1 }
    fill_pool(client, 8, { silent_close = true })
    cqueues.sleep(2.1) -- some versions of libcurl count whole seconds
    assert(client:tasks "a")
    assert_sent_once(client:fetch "b")
    g:wait("closed", 1)
  end)
end)
