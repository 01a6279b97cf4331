-- SPDX-License-Identifier: MIT
-- A step keeps to its time, so that a loop can draw its frames. What it leaves
-- is delivered by the next one.

local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"

local in_line, now = fixture.in_line, fixture.now

describe("in a frame", function()
  local f = fixture.use()
  local g = f.g

  local function burn(seconds)
    local start = now()
    repeat until now() - start >= seconds
  end

  -- A client with all of a job's events in line, and the ids that its
  -- callback has seen. With one connection they arrive as they were asked for.
  local function ready(count, seconds)
    local client, seen = f:new { connections = 1 }, {}
    client:fetch(fixture.list(count), {
      on_task = function(_, id)
        seen[#seen + 1] = id
        burn(seconds)
      end,
    })
    in_line(client, count + 1)
    return client, seen
  end

  it("stops between two tasks when the time is up", function()
    local client, seen = ready(300, 0.001)
    for frame = 1, 5 do
      local before = #seen
      client:step(0.005)
      local delivered = #seen - before
      assert.is_true(delivered >= 1 and delivered <= 5, delivered)
      assert.equal(1, client:step(0), frame)
    end
  end)

  it("delivers one task, however little time there is", function()
    local client, seen = ready(20, 0.002)
    for i = 1, 20 do
      client:step(i % 2 == 0 and 0 or 0.001)
      assert.equal(i, #seen)
    end
  end)

  it("hands out the rest on the next calls, in order of arrival", function()
    local client, seen = ready(500, 0.00005)
    local steps = 0
    while client:step(0.001) > 0 do steps = steps + 1 end
    assert.same(fixture.list(500), seen)
    assert.is_true(steps >= 20, steps)
  end)

  it("keeps its millisecond while tasks arrive", function()
    local client, steps, late, left = f:new(), 0, 0, 1
    client:fetch(fixture.list(5000), { on_task = function() end })
    while left > 0 do
      local start = now()
      left = client:step(0.001)
      if now() - start > 0.01 then late = late + 1 end
      steps = steps + 1
      cqueues.sleep(0.001)
    end
    assert.equal(5000, client:stats().tasks)
    -- The machine may be busy with something else now and then.
    assert.is_true(not fixture.PLAIN or late <= steps / 20, late)
  end)

  -- A job that is held back has to be woken by what a short step takes.
  it("goes on where only little may wait for it", function()
    local client, count = f:new { max_undelivered = 5000, batch_size = 2 }, 0
    client:fetch(fixture.list(300), {
      on_task = function() count = count + 1 end,
    })
    local start = now()
    while client:step(0.001) > 0 and now() - start < 20 do
      cqueues.sleep(0.0005)
    end
    assert.equal(300, count)
    assert.equal(0, client:stats().undelivered)
  end)

  it("hears of a cancel from within a short step", function()
    g:default { stall = "request" }
    local client, code = f:new(), nil
    local stalled = client:fetch("x", {
      on_done = function(_, err) code = err.code end,
    })
    g:wait("stalled", 1)
    client:fetch({}, { on_done = function() stalled:cancel() end })
    local start = now()
    while client:step(0.001) > 0 and now() - start < 20 do
      cqueues.sleep(0.0005)
    end
    assert.equal("cancelled", code)
  end)
end)
