-- SPDX-License-Identifier: MIT
-- The gateway of weather.lua, as luma sees it.

local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local luma = require "luma"

describe("the gateway for long runs", function()
  local f = fixture.use()
  it("has tasks by their ids", function()
    f.g:weather(1, 0)
    local tasks, missing = f:new():tasks { "any-1", "missing-2", "failed-3" }
    assert.same({ "any-1", "failed-3" }, fixture.ids_of(tasks))
    assert.same({ "missing-2" }, missing)
    assert.equal("completed", luma.state(tasks[1]))
    assert.equal("failed", luma.state(tasks[2]))
  end)

  it("makes tasks that grow, with the file of their number", function()
    f.g:weather(1, 0)
    local to, states = folder.new(), {}
    local task, path = f:new():generate("a cat", {
      path = to:at "clip.mp4", allow_private = true,
      interval = 0.01, max_interval = 0.02,
      on_update = function(_, _, state) states[state] = true end,
    }):result()
    local number = tonumber(luma.id(task):match "%d+$") % 8
    assert.equal(1000 + number * 30000, #fixture.read(path))
    assert.is_true(states.pending and states.completed)
    to:remove()
  end)

  it("answers wrongly as often as it is told", function()
    f.g:weather(1, 0.5)
    local client, failed = f:new { attempts = 1, timeout = { stall = 0.1 } }, 0
    for i = 1, 100 do
      if not client:tasks { "any-" .. i } then failed = failed + 1 end
    end
    assert.is_true(failed > 15 and failed < 60, failed)
  end)
end)
