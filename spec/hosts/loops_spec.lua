-- SPDX-License-Identifier: MIT
-- The examples of event loops print each task when it comes and tick meanwhile.
-- Each runs in a process of its own.

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"
local loops = require "spec.support.loops"

local function check(name)
  local g = fixture.use({ unknown = { "nope" } }).g

  local function start(ids)
    local words = { "examples/loops/" .. name .. ".lua", seconds = 60 }
    words.env = {
      LUMA_GATEWAY_TOKEN = "token", LUMA_GATEWAY_URL = g.https,
      LOOPS_CA_FILE = g.ca,
      -- On Windows it does not take the descriptor, which is a socket there.
      LUA_INIT = name == "luv" and "require 'luv'.new_poll = nil" or nil,
    }
    for _, id in ipairs(ids) do words[#words + 1] = id end
    return children.start(words)
  end

  -- What is printed until there are so many lines besides the ticks, and the
  -- ticks have gone on for a quarter of a second since.
  local function read(pipe, count)
    local lines, since = {}, nil
    repeat
      local line = assert(pipe:read "*l", "it has ended")
      if line ~= "tick" then lines[#lines + 1] = line end
      if #lines == count and not since then since = fixture.now() end
    until since and fixture.now() - since > 0.25
    return lines
  end

  local function finish(pipe)
    local ended = children.finish(pipe)
    assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
    return (ended.output:gsub("tick\n", ""))
  end

  it("prints each task when it comes, and ticks meanwhile", function()
    g:queue { stall = "body", body = fixture.body "abcd" }
    local pipe = start { "a", "b", "c", "d", "nope" }
    assert.same({ "a\tcompleted", "b\tcompleted" }, read(pipe, 2))
    g:release()
    assert.equal("c\tcompleted\nd\tcompleted\n4 tasks, 1 missing\n",
      finish(pipe))
    local requests = g:journal()
    assert.same({ { "a", "b", "c", "d", "nope" }, { "nope" } },
      { requests[1].ids, requests[2].ids })
    assert.equal(2, #requests)
    assert.equal("Bearer token", requests[1].headers.authorization)
  end)

  it("ticks while the gateway says nothing", function()
    g:queue { stall = "request" }
    local pipe = start { "a" }
    g:wait("stalled", 1)
    assert.same({}, read(pipe, 0))
    g:release()
    assert.equal("a\tcompleted\n1 tasks, 0 missing\n", finish(pipe))
  end)

  it("says why it came to nothing", function()
    g:default { status = 401 }
    assert.matches("401", finish(start { "a" }))
    assert.equal(1, #g:journal())
  end)

  it("ends at once when there is nothing to fetch", function()
    assert.equal("0 tasks, 0 missing\n", finish(start {}))
    assert.equal(0, #g:journal())
  end)
end

for _, name in ipairs { "cqueues", "luv", "select", "coroutines" } do
  describe("the example " .. name, function()
    local there, library = name == "coroutines", nil
    if not there then there, library = loops.load(name) end
    if there then
      check(name)
    else
      pending("this Lua has no " .. library)
    end
  end)
end
