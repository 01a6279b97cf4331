-- SPDX-License-Identifier: MIT
-- A process can exit, fork or get a signal with requests in flight, and ends as
-- it would without luma. Each runs by itself, and its status is checked.

local children = require "spec.support.children"
local cqueues = require "cqueues"
local files = require "spec.support.folder"
local fixture = require "spec.support.fixture"
local native = require "spec.support.native"
local process = require "spec.support.process"

local PLAIN = fixture.PLAIN
-- `make torture` asks for more: three times as many of each exit, and forks.
local ROUNDS = tonumber(os.getenv "LUMA_ROUNDS" or "") or (PLAIN and 7 or 1)

describe("a process", function()
  local f, g, cpath, remove, posix

  setup(function()
    f = fixture.start()
    g = f.g
    cpath, remove = native "posix"
    posix = assert(package.loadlib(cpath:gsub("%?", "posix"),
      "luaopen_posix"))()
  end)
  teardown(function()
    f:stop()
    remove()
  end)
  after_each(function() f:tidy() end)

  describe("with 50 requests in flight", function()
    local ways = {
      { "exit", 7 }, { "exit_and_close", 7 }, { "error", 1 }, { "end", 0 },
      { "drop", 0 }, { "close", 0 }, { "in_callback", 7 },
      { "in_callback_and_close", 7 }, { "in_callback_error", 1 },
      { "in_callback_finalise", 0 }, { "in_coroutine", 7 },
    }
    local servers = {
      { stall = "request" },
      { drip = { bytes = 200, seconds = 0.005 } },
      {},
    }

    -- ROUNDS times on each server, at moments from the first connection to the
    -- last answer.
    for _, pair in ipairs(ways) do
      local way, code = pair[1], pair[2]
      it("ends by " .. way .. " with its own status", function()
        for _, server in ipairs(servers) do
          local list = {}
          for i = 1, ROUNDS do
            list[i] = { "spec/programs/leave.lua", g.https, g.ca, way,
              (i - 1) * 12 % 84 }
          end
          g:default(server)
          for _, ended in ipairs(children.run(list)) do
            assert.same({ "exit", code }, { ended.kind, ended.code },
              ended.output)
            if code ~= 1 then assert.equal("", ended.output) end
          end
        end
        g:wait("closed", 0)
      end)
    end

    it("ends while its connections hang before TLS", function()
      local list, acts = {}, {}
      for i = 1, PLAIN and 400 or 100 do acts[i] = { stall = true } end
      g:accept(table.unpack(acts))
      for i = 1, #acts / 50 do
        list[i] = { "spec/programs/leave.lua", g.https, g.ca,
          i % 2 == 0 and "exit" or "end", 30 }
      end
      local start = fixture.now()
      for i, ended in ipairs(children.run(list)) do
        assert.same({ "exit", i % 2 == 0 and 7 or 0, "" },
          { ended.kind, ended.code, ended.output })
      end
      if PLAIN then assert.is_true(fixture.now() - start < 5) end
    end)
  end)

  for _, count in ipairs { 1, 8 } do
    it("goes on when " .. count .. " Lua states are closed at once", function()
      g:route("/silent/luma/tasks", { stall = "request" })
      local ended = children.run {
        { "spec/programs/states.lua", cpath, g.https, g.ca, count },
      }[1]
      assert.same({ "0 threads\nmapped\n", "exit", 0 },
        { ended.output, ended.kind, ended.code })
    end)
  end

  describe("after luma's exit handler", function()
    -- what a handler that runs later does, and what it gets
    local ways = {
      { "result", "nil\tcancelled" }, { "result_in_time", "nil\tcancelled" },
      { "done", "true\tnil" }, { "step", "0\tnil" }, { "wait", "false\tnil" },
      { "progress", "1\tnil" }, { "fetch", "nil\tcancelled" },
      { "tasks", "nil\tcancelled" }, { "watch", "nil\tcancelled" },
      { "download", "nil\tcancelled" }, { "request", "nil\tcancelled" },
      { "new", "nil\tcancelled" }, { "each", "nil\tcancelled" },
      { "close", "nil\tcancelled" }, { "drop", "dropped\tnil" },
    }
    local folder

    setup(function() folder = files.new() end)
    teardown(function() folder:remove() end)

    for _, pair in ipairs(ways) do
      local way, expected = pair[1], pair[2]
      it("starts and waits for nothing: " .. way, function()
        g:queue {}
        g:default { stall = "request" }
        local ended = children.run {
          { "spec/programs/late.lua", cpath, g.https, g.ca, folder:at "", way },
        }[1]
        assert.same({ expected .. "\n", "exit", 0 },
          { ended.output, ended.kind, ended.code })
      end)
    end
  end)

  describe("that gets a signal", function()
    -- A child in a blocking call on a server that is silent, and its pid.
    local function blocked(way)
      g:default { stall = "request" }
      local pipe = children.start {
        "spec/programs/blocked.lua", cpath, g.http, way,
      }
      local pid = pipe:read "*n"
      pipe:read "*l"
      g:wait("stalled", 1)
      return pipe, pid
    end

    for _, way in ipairs { "tasks", "result", "each", "wait" } do
      it("leaves " .. way .. " by SIGINT at once, and can go on", function()
        local pipe, pid = blocked(way)
        local start = fixture.now()
        posix.kill(pid, posix.SIGINT)
        assert.matches("^false\t.*interrupted!$", pipe:read "*l")
        if PLAIN then assert.is_true(fixture.now() - start < 0.5) end
        g:default {}
        g:release()
        local ended = children.finish(pipe)
        assert.same({ "2\n", "exit", 0 },
          { ended.output, ended.kind, ended.code })
      end)
    end

    it("is ended by SIGTERM, as any", function()
      local pipe, pid = blocked "result"
      posix.kill(pid, posix.SIGTERM)
      local ended = children.finish(pipe)
      assert.same({ "signal", posix.SIGTERM }, { ended.kind, ended.code })
      g:wait("closed", 0)
    end)

    it("is not disturbed by a storm of SIGCHLD", function()
      local pipe, pid = blocked "result"
      for i = 1, 400 do
        local alive = posix.kill(pid, posix.SIGCHLD)
        assert.is_true(alive or i > 300)
        if i % 10 == 0 then cqueues.sleep(0.001) end
        if i == 300 then g:release() end
      end
      local ended = children.finish(pipe)
      assert.matches("^true\ttable: %S+\n2\n$", ended.output)
      assert.same({ "exit", 0 }, { ended.kind, ended.code })
    end)

    it("is not ended by SIGPIPE when the server hangs up", function()
      local acts = {}
      for i = 1, 40 do acts[i] = { reset = i % 2 == 0, close = true } end
      g:accept(table.unpack(acts))
      g:default { reset = true }
      local ended = children.run {
        { "spec/programs/hung-up.lua", cpath, g.http, g.https, g.ca },
      }[1]
      assert.same({ "40 failures\n", "exit", 0 },
        { ended.output, ended.kind, ended.code })
    end)
  end)

  describe("that forks", function()
    local ways = { "use", "close", "drop", "exit", "exit_and_close", "quit" }
    local sanitizer = os.getenv "LUMA_SAN" or ""
    -- What the parent's threads hold looks lost in a child.
    local NO_LEAKS = { ASAN_OPTIONS = "detect_leaks=0" }

    -- The thread sanitizer does not let a child start threads. The allocator
    -- of the address sanitizer is not made for forks: a child waits for ever
    -- for a lock that a thread of the parent held.
    if sanitizer ~= "thread" then ways[#ways + 1] = "new" end
    if sanitizer:find "address" then ways = {} end

    -- A child does nothing but exit, or makes a client of its own. `make forks`
    -- has 500 of each.
    for _, way in ipairs(ways) do
      if way == "exit" or way == "new" then
        it("during handshakes has children that end: " .. way, function()
          g:default { close_after = true }
          local list = {}
          for i = 1, ROUNDS do
            list[i] = { "spec/programs/forked-in-tls.lua", cpath, g.https, g.ca,
              5, way, (i - 1) * 3 % 31, env = NO_LEAKS }
          end
          for _, ended in ipairs(children.run(list)) do
            assert.same({ "", "exit", 0 },
              { ended.output, ended.kind, ended.code })
          end
        end)
      end
    end

    for _, call in ipairs { "pwrite64", "fsync" } do
      it("does not wait for a slow disk: " .. call, function()
        if not process.has "strace" or not PLAIN then
          return pending "needs strace, and no sanitizer"
        end
        local folder = files.new()
        g:file("/clip", { size = 100000 })
        local ended = children.finish(children.start {
          before = ("strace -f -qq -o /dev/null -e trace=%s -e inject="
            .. "%s:delay_enter=700000:when=1"):format(call, call),
          "spec/programs/forked-on-disk.lua", cpath, g.http, folder:at "",
        })
        folder:remove()
        assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
        local worst, forks = ended.output:match "^([%d.e-]+)\t(%d+)\n$"
        assert.is_true(tonumber(worst) < 0.4, worst)
        assert.is_true(tonumber(forks) > 5, forks)
      end)
    end

    for _, way in ipairs(ways) do
      it("keeps its client when a child does " .. way, function()
        g:route("/silent/luma/tasks", { stall = "request" })
        local pipe = children.start {
          "spec/programs/forked.lua", cpath, g.https, g.ca,
          ROUNDS * 3, way,
          env = NO_LEAKS,
        }
        local first = pipe:read "*l"
        g:wait("stalled", 1)
        g:release()
        local ended = children.finish(pipe)
        assert.same({ "release", "", "exit", 0 },
          { first, ended.output, ended.kind, ended.code })
      end)
    end
  end)
end)
