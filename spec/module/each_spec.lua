-- SPDX-License-Identifier: MIT
-- Loops over a job give each task once, wherever a loop begins and ends.

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"
local native = require "spec.support.native"

local ids_of, finish = fixture.ids_of, fixture.finish

describe("a loop over a job", function()
  local f = fixture.use()
  local g = f.g

  local function loop(job, most)
    local ids = {}
    for task, id, state in job:each() do
      assert.same({ id, "completed" }, { task.id, state })
      ids[#ids + 1] = id
      if #ids == most then break end
    end
    return ids
  end

  it("gives each task as it arrives, and the rest to result", function()
    g:default { known = { "b", "a", "c" }, shuffle = 3 }
    local job = f:new():fetch { "a", "b", "c", "x" }
    local ids = loop(job)
    table.sort(ids)
    assert.same({ "a", "b", "c" }, ids)
    local tasks, missing = job:result()
    assert.same({ {}, { "x" } }, { tasks, missing })
    assert.same({}, loop(job))
  end)

  it("gives what step has built, and what follows", function()
    local client = f:new()
    local job = f:half(client)
    client:step()
    assert.equal(2, job:progress().tasks)
    assert.same({ "a", "b" }, loop(job, 2))
    g:release()
    assert.same({ "c", "d" }, loop(job))
  end)

  it("leaves to result what a loop did not take", function()
    local client = f:new()
    local job = f:half(client)
    client:step()
    assert.same({ "a" }, loop(job, 1))
    g:release()
    assert.same({ "b", "c", "d" }, ids_of((job:result())))
    assert.is_true(rawequal((job:result()), (job:result())))
  end)

  it("goes on in a second loop", function()
    local job = f:new():fetch { "a", "b", "c", "d" }
    assert.same({ "a", "b" }, loop(job, 2))
    assert.is_false(job:done())
    assert.same({ "c", "d" }, loop(job))
    assert.is_true(job:done())
  end)

  it("goes on after a result that was pending", function()
    for _, built in ipairs { false, true } do
      local client = f:new()
      local job = f:half(client, nil, "dcba")
      if built then client:step() end
      local ids = loop(job, 1)
      assert.equal("pending", select(2, job:result(0.01)).code)
      g:release()
      finish(client)
      for _, id in ipairs(loop(job)) do ids[#ids + 1] = id end
      table.sort(ids)
      assert.same({ "a", "b", "c", "d" }, ids)
    end
  end)

  it("lets its body ask for the result, and for other work", function()
    local client = f:new { batch_size = 1, connections = 2 }
    local job = client:fetch { "a", "b", "c", "d" }
    local ids = {}
    for _, id in job:each() do
      ids[#ids + 1] = id
      job:result(0.01)
      client:step()
      client:tasks { "other" }
    end
    table.sort(ids)
    assert.same({ "a", "b", "c", "d" }, ids)
  end)

  it("nests with the loop of another job", function()
    local client = f:new()
    local one, two = client:fetch { "a", "b" }, client:fetch { "c", "d" }
    local ids = {}
    for _, id in one:each() do
      ids[#ids + 1] = id
      for _, inner in two:each() do ids[#ids + 1] = inner end
    end
    assert.same({ "a", "c", "d", "b" }, ids)
  end)

  it("lets the callbacks of other jobs run", function()
    g:queue({ stall = "request" }, {})
    local client = f:new()
    local job = client:fetch { "a" }
    g:wait("stalled", 1)
    local seen
    client:fetch({ "b" }, { on_task = function(_, id)
      seen = id
      g:release()
    end })
    assert.same({ "a" }, loop(job))
    assert.equal("b", seen)
  end)

  it("is refused to a job with on_task", function()
    local job = f:new():fetch({ "a" }, { on_task = print })
    assert.error_matches(function() job:each() end, "on_task")
  end)

  it("streams: what stays per id is under 100 bytes", function()
    local cpath, remove = native "posix"
    local n = fixture.PLAIN and 100000 or 5000
    local function child(way)
      return { "spec/programs/stream.lua", cpath, g.http, way, n }
    end
    g:record(false)
    for _, ended in ipairs(children.run { child "each", child "on_task" }) do
      local count, half, all =
        ended.output:match "(%d+) tasks (%-?%d+) bytes (%-?%d+) bytes"
      assert.equal(tostring(n), count, ended.output)
      assert.equal(0, ended.code)
      if fixture.PLAIN then
        assert.is_true(tonumber(all) < 100 * n)
        -- Half way, up to 4 MiB may wait for their turn as well.
        assert.is_true(tonumber(half) < 100 * n + 5 * 2 ^ 20)
      end
    end
    remove()
  end)

  it("ends when the client is closed, with what had arrived", function()
    local client = f:new()
    local job = f:half(client)
    local ids = {}
    for _, id in job:each() do
      ids[#ids + 1] = id
      client:close()
    end
    assert.same({ "a", "b" }, ids)
    local _, err = job:result()
    assert.equal("cancelled", err.code)
    assert.same({ "c", "d" }, err.cancelled)
  end)
end)
