-- SPDX-License-Identifier: MIT
-- Over HTTP/2 many requests share a connection. When it dies, a new one is
-- made, and none of them waits longer than its own timeout.

local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"

local function start()
  local pipe = assert(io.popen "exec env -u LD_PRELOAD lua5.4 spec/stub/http2.lua")
  local port, ca, pid = pipe:read "*l":match "(%S+) (%S+) (%S+)"
  return { pipe = pipe, url = "https://localhost:" .. port, ca = ca, pid = pid }
end

local function stop(server)
  os.execute("kill " .. server.pid)
  server.pipe:close()
  os.remove(server.ca)
end

describe("over HTTP/2", function()
  local f = fixture.use { http2 = true }
  local server

  before_each(function() server = start() end)
  after_each(function() stop(server) end)

  local function new(stall)
    return f:new { base_url = server.url, ca_file = server.ca,
      timeout = { stall = stall } }
  end

  local function assert_answered(...)
    for _, line in ipairs { ... } do
      assert.equal(line, server.pipe:read "*l")
    end
  end

  it("a connection that goes deaf is left for a new one", function()
    local client = new(0.3)
    assert(client:tasks "a")
    local job = client:fetch "b"
    assert(job:result())
    assert.same({ 2, 1 }, { job:progress().requests, job:progress().retries })
    job = client:fetch "c"
    assert(job:result())
    assert.equal(1, job:progress().requests)
    assert_answered("1 2", "2 2", "2 2")
  end)

  it("a dead connection is left by all who wait on it", function()
    local client = new(1)
    assert(client:tasks "a")
    local first = client:fetch "b"
    fixture.wait_until(function() return client:stats().requests == 2 end)
    cqueues.sleep(0.5) -- the second one's stall is far from over then
    local second = client:fetch "c"
    assert(first:result())
    assert(second:result())
    local progress = second:progress()
    assert.same({ 2, 0 }, { progress.requests, progress.retries })
    assert.equal(1, client:stats().retries)
  end)

  it("a connection that others hear on is not left", function()
    local client = new(0.4)
    local slow, job = client:fetch "slow", client:fetch "b"
    assert(job:result())
    assert(slow:result())
    assert.same({ 2, 1 }, { job:progress().requests, job:progress().retries })
    assert.same({ 1, 0 }, { slow:progress().requests, slow:progress().retries })
    assert_answered("1 2", "2 2")
  end)

  it("a cancelled job leaves no deaf connection behind", function()
    local client = new(30)
    assert(client:tasks "a")
    local job = client:fetch "b"
    fixture.wait_until(function() return client:stats().requests == 2 end)
    job:cancel()
    assert(fixture.within(1, client.tasks, client, "c"))
    assert_answered("1 2", "2 2")
  end)

  it("a request that is sent only once has HTTP/1.1 to itself", function()
    local client = new(30)
    assert(client:tasks "a")
    local job = client:request("POST", "/v1/make", {})
    assert.same({ version = 1 }, job:result())
    assert.equal(1, job:progress().requests)
    assert_answered("1 2", "2 1.1")
  end)
end)
