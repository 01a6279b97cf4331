-- SPDX-License-Identifier: MIT
-- A download may be killed (SIGKILL) at any moment: a file under the final name
-- is complete, and in the end it is the file of the server.

local downloads = require "spec.support.downloads"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"

local SIZE = 300000

-- `make kills` asks for 300.
local KILLS = tonumber(os.getenv "LUMA_ROUNDS" or "")
  or fixture.PLAIN and 16 or 4

local STRACE = process.has "strace"

describe("a download that is killed", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir

  -- Runs a download under a command that kills it, or not; returns whether
  -- it was.
  local function run(killer)
    local ended = process.run {
      "spec/programs/bring.lua", g.http, g.http .. "/clip",
      dir:at "clip.mp4", program = killer .. " " .. process.LUA,
      err = "/dev/null",
    }
    local text, code = ended.output, ended.code
    assert.is_true(code == 0 or code == 137, text)
    if code == 0 then assert.truthy(text:find "^ok\t", text) end
    return code == 137
  end

  -- What lies there: nothing or the whole of one of these versions under the
  -- final name, and parts beside it.
  local function check(versions)
    local text = dir:read "clip.mp4"
    local found = text == nil
    for _, version in ipairs(versions) do
      found = found or text == version
    end
    assert.is_true(found, "a wrong file of " .. #(text or "") .. " bytes")
    for _, name in ipairs(dir:names()) do
      assert.truthy(name == "clip.mp4" or name:find "%.part$", name)
    end
  end

  -- One file, killed `kills` times, while its content may change.
  local function sweep(kills, killer, changes)
    local done, versions, round = 0, { "old" }, 0
    while done < kills do
      round = round + 1
      local name = "clip" .. (changes and round or 1)
      versions[#versions + 1] = files.content(name, SIZE)
      g:file("/clip", { name = name, etag = name, size = SIZE,
        drip = { bytes = 10000, seconds = 0.004 } })
      if run(killer(round)) then done = done + 1 end
      check(versions)
      assert.is_true(round < kills * 4 + 20, "it is not killed")
      if round % 5 == 0 then
        run ""
        assert.equal(versions[#versions], dir:read "clip.mp4")
        assert.same({ "clip.mp4" }, dir:names())
        dir:write("clip.mp4", "old")
      end
    end
    run ""
    check { versions[#versions] }
    assert.same({ "clip.mp4" }, dir:names())
  end

  -- From before the first byte to after the last.
  local function after_a_while(round)
    local ms = (round * 37) % 200 + (fixture.PLAIN and 5 or 100)
    return ("timeout -s KILL 0.%03d"):format(ms)
  end

  it("at any moment leaves no wrong file", function()
    sweep(math.ceil(KILLS / 4), after_a_while, false)
  end)

  it("at any moment leaves no wrong file while that changes", function()
    sweep(math.floor(KILLS / 4), after_a_while, true)
  end)

  -- The system calls that change what is on the disk; how often each is made.
  local points = { { "openat", 60 }, { "pwrite64", 30 }, { "ftruncate", 2 },
    { "unlinkat", 3 }, { "fsync", 2 }, { "renameat", 1 }, { "flock", 2 },
    { "fchmod", 2 }, { "linkat", 1 } }

  local function at_a_call(round)
    local point = points[round % #points + 1]
    local nth = math.floor(round / #points) % point[2] + 1
    return ("strace -f -qq -o /dev/null -e trace=%s -e inject=%s:"
      .. "signal=KILL:when=%d"):format(point[1], point[1], nth)
  end

  for _, changes in ipairs { false, true } do
    it("at a system call leaves no wrong file" .. (changes
      and " while that changes" or ""), function()
      if not STRACE or not fixture.PLAIN then
        pending "needs strace, and no sanitizer"
        return
      end
      sweep(math.ceil(KILLS / 4), at_a_call, changes)
    end)
  end

  it("can be taken up by the next one", function()
    g:file("/clip", { size = SIZE, stall = "body" }, { size = SIZE })
    local started = process.start {
      line = ("%s spec/programs/bring.lua %s %s/clip %s & echo $!; wait $!")
        :format(process.LUA, g.http, g.http, dir:at "clip.mp4"),
      err = "/dev/null",
    }
    local pid = started:read "*l"
    g:wait("stalled", 1)
    fixture.wait_until(function()
      return #(dir:read "clip.mp4.luma.part" or "") >= SIZE / 2 - 20000
    end)
    os.execute("kill -KILL " .. pid)
    assert.equal(9, started:finish().signal)
    run ""
    assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
    local requests = g:journal()
    assert.equal(2, #requests)
    assert.truthy(requests[2].headers.range)
  end)
end)
