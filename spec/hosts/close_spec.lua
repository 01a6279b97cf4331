-- SPDX-License-Identifier: MIT
-- With a hundred transfers in flight, a client ends within 100 ms, whatever
-- they wait for. Ten times as much may pass here, because the machine may be
-- busy.

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local native = require "spec.support.native"
local program = require "spec.support.program"

local PROMISED = 0.1 -- seconds

-- `make close-bound` asks for more.
local ROUNDS = tonumber(os.getenv "LUMA_ROUNDS" or "") or 2
local ROUNDS_OF_ONE = 5 -- of one process: names leave a hundred threads each

describe("the end of a busy client", function()
  local f, g, dir, cpath, remove, library, gone
  local worst, runs, held = 0, 0, {}

  setup(function()
    f, dir = fixture.start(), folder.new()
    g = f.g
    cpath, remove = native "posix"
    library, gone = program.build(
      "cc -o build/slow spec/native/slow_names.c -shared -fPIC")
  end)
  teardown(function()
    f:stop()
    dir:remove()
    remove()
    gone()
    print(("\nclose: worst %.0f ms of %d runs"):format(worst * 1000, runs))
  end)
  after_each(function()
    for _, socket in ipairs(held) do socket:close() end
    held = {}
    f:tidy()
    dir:empty()
  end)

  -- Each gives a URL, and may give the certificate to trust and variables; or
  -- nothing where it cannot be had.
  local peers = {
    ["a dead name server"] = function()
      return "http://gateway.example", nil, { LD_PRELOAD = library }
    end,
    ["a full backlog"] = function()
      local there, socket = pcall(require, "socket")
      if not there then return end
      local server = assert(socket.bind("127.0.0.1", 0, 0))
      local _, port = server:getsockname()
      held = { server, assert(socket.connect("127.0.0.1", port)) }
      return "http://127.0.0.1:" .. port
    end,
    ["TLS handshakes that stall"] = function()
      local acts = {}
      for i = 1, 100 * ROUNDS do acts[i] = { stall = true } end
      g:accept(table.unpack(acts))
      return g.https, g.ca
    end,
    ["a server that is silent"] = function()
      g:default { stall = "request" }
      g:file("/clip", { stall = "request" })
      return g.http
    end,
    ["a server that drips"] = function()
      g:default { drip = { bytes = 1, seconds = 0.02 } }
      g:file("/clip", { drip = { bytes = 1, seconds = 0.02 } })
      return g.https, g.ca
    end,
  }

  local function check(rounds, words)
    local ended = children.run({ words })[1]
    assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
    for text in ended.output:gmatch "%S+" do
      local seconds = assert(tonumber(text), ended.output)
      worst, runs, rounds = math.max(worst, seconds), runs + 1, rounds - 1
      assert.is_true(seconds < 10 * PROMISED, seconds)
    end
    assert.equal(0, rounds)
  end

  local function check_all(way, url, ca, env)
    if not url then return pending "needs LuaSocket" end
    for from = 1, ROUNDS, ROUNDS_OF_ONE do
      local rounds = math.min(ROUNDS_OF_ONE, ROUNDS - from + 1)
      check(rounds, {
        "spec/programs/closes.lua", way, rounds, cpath, dir:at "", url, ca,
        env = env, seconds = 120,
      })
    end
  end

  for name, peer in pairs(peers) do
    for _, way in ipairs { "close", "drop", "state" } do
      it(("is soon, with %s: %s"):format(name, way), function()
        if not fixture.PLAIN then return pending "no times are judged" end
        if way == "state" and _VERSION == "Lua 5.5" then
          return pending "this Lua has no cqueues in another state"
        end
        check_all(way, peer())
      end)
    end
  end
end)
