-- SPDX-License-Identifier: MIT
-- When Lua runs out of memory, at any allocation, luma raises an error and
-- loses nothing.

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"
local native = require "spec.support.native"

describe("without memory", function()
  local f, g, cpath, remove

  setup(function()
    f = fixture.start()
    g = f.g
    cpath, remove = native "limits"
  end)
  teardown(function()
    f:stop()
    remove()
  end)
  after_each(function() f:tidy() end)

  local function sweeps(scenario, least, behaviour)
    g:default(behaviour or {})
    local ended = children.run {
      { "spec/programs/starved.lua", cpath, g.http, scenario },
    }[1]
    local points = tonumber(ended.output:match "^%d[%d\n]*\n$"
      and ended.output:match "^%d+")
    assert.is_truthy(points, ended.output)
    assert.same({ "exit", 0 }, { ended.kind, ended.code })
    assert.is_true(points >= least, points)
  end

  it("a client or a job is not made, and none leaks", function()
    sweeps("start", 10)
  end)

  it("tasks raises, and works again", function() sweeps("tasks", 60) end)

  it("step keeps what it cannot build", function() sweeps("step", 60) end)

  it("step calls every callback once, sooner or later", function()
    sweeps("callbacks", 60)
  end)

  it("a client can go with what it could not deliver", function()
    sweeps("drop", 60)
  end)

  it("a loop can be begun again where it broke", function()
    sweeps("each", 60)
  end)

  it("result keeps what a loop has left", function() sweeps("rest", 40) end)

  it("a decode hook is asked again", function() sweeps("decode", 10) end)

  it("the errors of a failed job can be had later", function()
    sweeps("failure", 20, { status = 400 })
  end)

  it("the missing ids of a job can be had later", function()
    sweeps("missing", 3, { known = {} })
  end)

  it("looking at a job that runs does no harm", function()
    sweeps("pending", 10, { stall = "request" })
  end)

  it("a request is not begun, and can be begun again", function()
    g:route("/luma/generations", { body = "1" })
    sweeps("request", 3)
  end)

  it("a download is not begun, and can be begun again", function()
    g:file("/clip", {})
    sweeps("download", 5)
  end)

  it("step tells of a download once, sooner or later", function()
    g:file("/clip", {})
    sweeps("downloaded", 4)
  end)

  it("what a closed client has left can be had later", function()
    sweeps("close", 40)
  end)
end)
