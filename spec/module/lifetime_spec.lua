-- SPDX-License-Identifier: MIT
-- Clients and jobs may be closed, collected, finalised or called from anywhere:
-- finalizers of the host, coroutines, other jobs.

local children = require "spec.support.children"
local finalizer = require "spec.support.finalizer"
local fixture = require "spec.support.fixture"
local luma = require "luma"

local ids_of, in_line = fixture.ids_of, fixture.in_line
local within, finish = fixture.within, fixture.finish

local function collect()
  collectgarbage()
  collectgarbage()
end

describe("the life of clients and jobs", function()
  local f = fixture.use()
  local g = f.g

  -- Not among those that the fixture holds.
  local function loose(options)
    options = options or {}
    options.token, options.base_url = "token", g.http
    return luma.client(options)
  end

  describe("with close", function()
    it("leaves the jobs what arrived, and cancels the rest", function()
      local client = f:new()
      local seen = 0
      local job = f:half(client)
      local with_callbacks = client:fetch({ "x" }, {
        on_task = function() seen = seen + 1 end,
        on_progress = function() seen = seen + 1 end,
        on_done = function() seen = seen + 1 end,
      })
      in_line(client, 5)
      client:close()
      client:close()
      assert.is_true(with_callbacks:done())
      local _, err = within(0.01, with_callbacks.result, with_callbacks)
      assert.same({ "x" }, err.cancelled)
      assert.equal(0, seen)
      assert.same({ "c", "d" }, select(2, job:result()).cancelled)
      assert.same({ "a", "b" }, ids_of(select(2, job:result()).tasks))
      assert.same({ 4, 2, 2 }, { job:progress().ids, job:progress().tasks,
        job:progress().cancelled })
      assert.is_true(job:done())
      job:cancel()
      g:wait("closed", 0)
    end)

    it("leaves a complete job its result, and to a loop its tasks", function()
      for _, way in ipairs { "result", "each" } do
        local client = f:new()
        local job = client:fetch { "a", "b" }
        in_line(client, 4)
        client:close()
        local tasks = {}
        if way == "each" then
          for task in job:each() do tasks[#tasks + 1] = task end
        else
          tasks = job:result()
        end
        assert.same({ "a", "b" }, ids_of(tasks))
        assert.truthy(job:result())
        assert.is_true(job:done())
      end
    end)

    it("leaves each id one outcome where requests had failed", function()
      g:default { status = 400 }
      local client = f:new()
      local job = client:fetch { "a", "b" }
      in_line(client, 2)
      client:close()
      local tasks, err = job:result()
      assert.is_nil(tasks)
      for _, id in ipairs { "a", "b" } do
        local count = err.failed[id] and 1 or 0
        for _, other in ipairs(err.cancelled) do
          if other == id then count = count + 1 end
        end
        assert.equal(1, count, id)
      end
      assert.equal(next(err.failed) and "rejected" or "cancelled", err.code)
    end)

    it("makes every other method raise", function()
      local client = f:new()
      client:close()
      for _, call in ipairs {
        function() client:fetch { "a" } end, function() client:step() end,
        function() client:tasks { "a" } end, function() client:wait() end,
        function() client:fd() end, function() client:dirty() end,
      } do
        assert.error_matches(call, "closed")
      end
      assert.matches("closed", tostring(client))
    end)

    local closing = load [[
      local client <close> = ...
      coroutine.yield()
    ]]

    it("comes with <close>, also when a coroutine is closed", function()
      if not closing then pending "this Lua has no <close>" end
      g:default { stall = "request" }
      local job
      local co = coroutine.create(function()
        local client = loose()
        job = client:fetch { "a" }
        closing(client)
      end)
      assert(coroutine.resume(co))
      g:wait("stalled", 1)
      assert.is_true(coroutine.close(co))
      assert.same({ "a" }, select(2, job:result()).cancelled)
      g:wait("closed", 0)
    end)
  end)

  describe("with the collector", function()
    it("ends a client's work when nobody holds it", function()
      g:default { stall = "request" }
      local seen
      local client = loose()
      client:fetch({ "a" }, { on_done = function() seen = true end })
      local job = client:fetch { "b" }
      g:wait("stalled", 2)
      assert.is_false(job:done())
      client, job = nil, nil -- luacheck: ignore
      collect()
      g:wait("closed", 0)
      assert.is_nil(seen)
    end)

    it("keeps a client while one of its jobs is held", function()
      g:default { stall = "request" }
      local job = loose():fetch { "a" }
      g:wait("stalled", 1)
      collect()
      g:release()
      assert.same({ "a" }, ids_of((job:result())))
    end)

    it("finalises once, whoever asks, and says so afterwards", function()
      g:default { stall = "request" }
      local client = loose()
      local job, other = client:fetch { "a" }, client:fetch { "b" }
      g:wait("stalled", 2)
      for _ = 1, 2 do debug.getmetatable(job).__gc(job) end
      assert.error_matches(function() job:done() end, "finalised")
      for _ = 1, 2 do debug.getmetatable(client).__gc(client) end
      assert.error_matches(function() client:stats() end, "finalised")
      assert.matches("closed", tostring(client))
      client:close()
      assert.same({ "b" }, select(2, other:result()).cancelled)
      assert.is_true(other:done())
      other:cancel()
      for _ in other:each() do error "no tasks" end
      client, job, other = nil, nil, nil -- luacheck: ignore
      collect()
      g:wait("closed", 0)
    end)

    it("survives an object of the host that brings them back", function()
      g:default { stall = "request" }
      local back
      do
        local client = loose()
        local job = client:fetch { "a" }
        local pair = { client, job }
        finalizer(function() back = pair end)
      end
      collect()
      collect()
      local client, job = back[1], back[2]
      assert.error_matches(function() client:step() end, "closed")
      assert.error_matches(function() job:result() end, "finalised")
      g:wait("closed", 0)
    end)

    it("serves a module that is loaded a second time", function()
      package.loaded.luma = nil
      local again = require "luma"
      package.loaded.luma = luma
      assert.equal(luma.null, again.null)
      local client = again.client { token = "token", base_url = g.http }
      assert.same({ "a" }, ids_of(client:tasks { "a" }))
      assert.same({ "b" }, ids_of(f:new():tasks { "b" }))
      client:close()
    end)
  end)

  describe("with finalizers of the host", function()
    local function run(what)
      local list = {}
      for i, mode in ipairs { "incremental", "generational" } do
        list[i] = { "spec/programs/haunted.lua", g.http, mode, what }
      end
      for _, ended in ipairs(children.run(list)) do
        assert.equal("", ended.output)
        assert.same({ "exit", 0 }, { ended.kind, ended.code })
      end
    end

    it("lets them call luma while tables are built", function()
      run "work"
    end)

    it("shows them and others all ids of a job that runs", function()
      run "look"
    end)

    it("lets them close the client at any moment", function()
      run "close"
    end)
  end)

  describe("with coroutines", function()
    it("takes calls from any of them, also of those that died", function()
      local client = f:new()
      local seen = {}
      local co = coroutine.create(function()
        client:fetch({ "a" }, { on_task = function(_, id)
          seen[#seen + 1] = id
          coroutine.wrap(function() seen[#seen + 1] = client:step() end)()
        end })
        error "it dies"
      end)
      assert.is_false(coroutine.resume(co))
      co = nil -- luacheck: ignore
      collect()
      while not seen[1] do
        coroutine.wrap(function()
          client:wait()
          client:step()
        end)()
      end
      assert.same({ "a", 1 }, seen)
      assert.same({ "b" }, coroutine.wrap(function()
        return ids_of(client:tasks { "b" })
      end)())
    end)

    it("loops in one of them, which may be left at any point", function()
      local client = f:new()
      local job = client:fetch { "a", "b", "c" }
      local co = coroutine.create(function()
        for _, id in job:each() do coroutine.yield(id) end
      end)
      assert.equal("a", select(2, coroutine.resume(co)))
      assert.equal("b", select(2, coroutine.resume(co)))
      if coroutine.close then assert.is_true(coroutine.close(co)) end
      co = nil -- luacheck: ignore
      collect()
      assert.same({ "c" }, ids_of((job:result())))
      finish(client)
    end)
  end)
end)
