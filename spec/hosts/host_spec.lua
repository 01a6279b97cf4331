-- SPDX-License-Identifier: MIT
-- The host never waits for luma, and is left no thread and no descriptor.

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"
local lfs = require "lfs"
local luma = require "luma"

local now, wait_until = fixture.now, fixture.wait_until

describe("the host", function()
  local f = fixture.use()
  local g = f.g

  local function entries(path)
    local list = {}
    for name in lfs.dir(path) do
      if name:match "^%d+$" then list[name] = true end
    end
    return list
  end

  local function count(path)
    local n = 0
    for _ in pairs(entries(path)) do n = n + 1 end
    return n
  end

  local function usage()
    return count "/proc/self/fd", count "/proc/self/task"
  end

  -- Waits until there are as few descriptors and threads again. A thread that
  -- ends by itself needs a moment.
  local function back_to(fds, tasks)
    wait_until(function()
      local now_fds, now_tasks = usage()
      return now_fds <= fds and now_tasks <= tasks
    end, "the descriptors and threads of before")
  end

  -- A client with 50 requests of which the stub has all and answers none.
  local function stalled(base_url, options)
    options = options or {}
    options.base_url, options.connections = base_url, 50
    options.batch_size = 1
    g:default { stall = "request" }
    local client = f:new(options)
    local job = client:fetch(fixture.list(50))
    g:wait("stalled", 50)
    return client, job
  end

  describe("does not wait", function()
    it("for close, with 50 requests that stall", function()
      for _, base_url in ipairs { g.http, g.https } do
        local client, job = stalled(base_url)
        fixture.within(0.1, client.close, client)
        assert.is_true(job:done())
        assert.equal(50, #select(2, job:result()).cancelled)
        g:wait("closed", 0)
        g:reset()
      end
    end)

    it("for the finalizer", function()
      local client, job = stalled(g.https)
      fixture.within(0.001, debug.getmetatable(client).__gc, client)
      assert.is_true(job:done())
      g:wait("closed", 0)
    end)

    it("for close while connections do not come about", function()
      local acts = {}
      for i = 1, 50 do acts[i] = { stall = true } end
      g:accept(table.unpack(acts))
      local client = f:new {
        base_url = g.https, connections = 50, batch_size = 1,
      }
      local job = client:fetch(fixture.list(50))
      g:wait("stalled", 50)
      fixture.within(0.1, client.close, client)
      assert.equal(50, #select(2, job:result()).cancelled)
      g:wait("closed", 0)
    end)

    -- Half of the calls take at most ten times what is promised; the slowest
    -- may have had to wait for a processor.
    it("for calls while the server is silent", function()
      local client, job = stalled(g.https)
      local jobs, times = {}, {}
      local calls = {
        fetch = function(i) jobs[i] = client:fetch { "more-" .. i } end,
        step = function() client:step() end,
        step_for = function() client:step(0.001) end,
        progress = function() job:progress() end,
        done = function() job:done() end,
        stats = function() client:stats() end,
        wait = function() client:wait(0) end,
        cancel = function(i) if jobs[i] then jobs[i]:cancel() end end,
      }
      for _, name in ipairs {
        "fetch", "step", "step_for", "progress", "done", "stats", "wait",
        "cancel",
      } do
        for i = 1, 1000 do
          local start = now()
          calls[name](i)
          times[i] = now() - start
        end
        table.sort(times)
        if fixture.PLAIN then
          assert.is_true(times[500] < 0.0001, name)
          assert.is_true(times[990] < 0.01, name)
        end
      end
    end)
  end)

  describe("has no more", function()
    it("threads before the first job, and one with it", function()
      local ended = children.run {
        { "spec/programs/threads.lua", g.http },
      }[1]
      -- The thread sanitizer starts one of its own with our first.
      assert.equal(os.getenv "LUMA_SAN" == "thread" and "0 0 0 2 2\n"
        or "0 0 0 1 1\n", ended.output)
    end)

    it("threads and descriptors after 1,000 clients", function()
      local fds, tasks = usage()
      for i = 1, fixture.PLAIN and 1000 or 200 do
        local client = luma.client { token = "token", base_url = g.http }
        if i % 50 == 0 then client:tasks { "a" } end
        if i % 2 == 0 then client:close() end
        if i % 4 == 0 then debug.getmetatable(client).__gc(client) end
      end
      collectgarbage()
      collectgarbage()
      back_to(fds, tasks)
    end)

    it("threads and descriptors after 200 clients with work", function()
      g:default { stall = "request" }
      local fds, tasks = usage()
      for i = 1, fixture.PLAIN and 200 or 40 do
        local client = luma.client {
          token = "token", ca_file = g.ca,
          base_url = i % 2 == 0 and g.http or g.https,
        }
        local job = client:fetch(fixture.list(3))
        if i % 4 < 2 then client:wait(0.001) end
        if i % 3 == 0 then client:close() end
        if i % 3 == 1 then job:cancel() end
        client, job = nil, nil -- luacheck: ignore
        if i % 10 == 0 then collectgarbage() end
      end
      collectgarbage()
      collectgarbage()
      back_to(fds, tasks)
      g:wait("closed", 0)
    end)
  end)

  -- libcurl has pairs of unix sockets of its own, to wake itself; nothing in
  -- its interface reaches them. Newer versions have eventfds.
  it("passes no pipe and no connection on to programs it starts", function()
    local function inodes(path, into)
      for line in io.lines(path) do
        local fields = {}
        for field in line:gmatch "%S+" do fields[#fields + 1] = field end
        into[fields[10]] = true
      end
    end
    local function target_of(fd)
      return lfs.symlinkattributes("/proc/self/fd/" .. fd, "target")
    end
    local before = {}
    for fd in pairs(entries "/proc/self/fd") do before[fd] = target_of(fd) end
    local _, job = stalled(g.https)
    local network, pipes, sockets = {}, 0, 0
    inodes("/proc/net/tcp", network)
    inodes("/proc/net/tcp6", network)
    for fd in pairs(entries "/proc/self/fd") do
      local target = target_of(fd)
      if target and not before[fd] then
        local pipe = target:match "^pipe:"
          or target:match "eventfd"
        local socket = network[target:match "^socket:%[(%d+)%]"]
        if pipe or socket then
          local info = io.open("/proc/self/fdinfo/" .. fd)
          local flags = info:read("a"):match "flags:%s*(%d+)"
          info:close()
          assert.equal(1, math.floor(tonumber(flags, 8) / 2 ^ 19) % 2, target)
        end
        pipes = pipes + (pipe and 1 or 0)
        sockets = sockets + (socket and 1 or 0)
      end
    end
    local of_libcurl = pipes - 4
    assert.is_true(of_libcurl == 0 or of_libcurl == 2, pipes)
    assert.equal(50, sockets)
    assert.is_false(job:done())
  end)
end)
