-- SPDX-License-Identifier: MIT
-- `luma watch -` and `luma download -` work on the ids of a pipe as they come.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local process = require "spec.support.process"

describe("ids from a pipe", function()
  local f = fixture.use { unknown = { "nobody" } }
  local g, dir = f.g, folder.new()
  teardown(function() dir:remove() end)
  after_each(function() dir:empty() end)

  local function lines()
    local list = {}
    for line in dir:read "out":gmatch "[^\n]+" do list[#list + 1] = line end
    return list
  end

  -- Starts a watch with a pipe, whose lines are those of `lines`.
  local function start(words, more)
    more = more or {}
    more.out = dir:at "out"
    dir:write("out", "")
    return cli.feed(g, words, more)
  end

  local function feed(...)
    return start { "watch", "--interval", "0.05", "--max-interval", "0.05", ... }
  end

  local function wait_for_lines(count)
    fixture.wait_until(function() return #lines() >= count end, "a line")
  end

  it("are watched from the first line on, each result at once", function()
    local write, close = feed "-"
    for i, line in ipairs { "A\n", '["B"]\n', '"C"\n' } do
      write(line)
      wait_for_lines(i)
    end
    assert.equal(0, close())
    local ids = {}
    for i, line in ipairs(lines()) do ids[i] = cjson.decode(line).id end
    assert.same({ "A", "B", "C" }, ids)
  end)

  it("are watched together", function()
    g:default { state = "processing" }
    local write, close = feed "-"
    write "A\n"
    g:wait("requests", 1)
    write "B\nC\n"
    g:wait("requests", 4)
    g:default { state = "completed" }
    wait_for_lines(3)
    assert.equal(0, close())
    local asked = {}
    for _, request in ipairs((g:journal())) do
      asked[table.concat(request.ids, " ")] = true
    end
    assert.is_true(asked.A and (asked["B C"] or asked.B and asked.C))
  end)

  it("are watched before the rest of a line is there", function()
    local write, close = feed "-"
    write "A\nB"
    wait_for_lines(1)
    write "\n"
    wait_for_lines(2)
    assert.equal(0, close())
  end)

  it("are collected while others are watched", function()
    g:default { state = "processing" }
    local write, close = feed("--interval", "2", "--max-interval", "2", "-")
    for i = 1, 30 do
      write(("id%d\n"):format(i))
      os.execute "sleep 0.01"
    end
    g:default { state = "completed" }
    assert.equal(0, close())
    assert.is_true(#lines() == 30 and #g:journal() < 15, #g:journal())
  end)

  it("fail alone, while others are watched", function()
    g:default { state = "processing" }
    local write, close = feed("--interval", "1", "--max-interval", "1", "-")
    write "A\n"
    g:wait("requests", 1)
    g:default { status = 422 }
    write "bad1\nbad2\n"
    g:wait("requests", 2)
    g:default { state = "completed" }
    wait_for_lines(1)
    write "B\n"
    wait_for_lines(2)
    assert.equal(1, close())
  end)

  it("are not read by programs that --exec runs", function()
    local write, close = feed("--exec", "sh -c 'cat >/dev/null'", "-")
    write "A\n"
    wait_for_lines(1)
    write "B\n"
    wait_for_lines(2)
    assert.equal(0, close())
  end)

  it("are worked on once at a time", function()
    g:file("/clip", { stall = "body" })
    local url = g.http .. "/clip"
    g:default { inner = { video = { url = url, download_url = url } } }
    local write, close = cli.feed(g, { "download", "--allow-private",
      "--dir", dir.path, "-" })
    write "A\nA\n"
    g:wait("stalled", 1)
    write "A\nB\n"
    g:wait("stalled", 2)
    g:release()
    assert.equal(0, close())
    local asked = {}
    for _, request in ipairs((g:journal())) do
      for _, id in ipairs(request.ids or {}) do asked[#asked + 1] = id end
    end
    assert.same({ "A", "B" }, asked)
  end)

  it("that come again after they ended belong to the new watch", function()
    g:default { states = { slow = "processing" } }
    local write, close = feed "-"
    write "A\nslow\n"
    wait_for_lines(1)
    g:default { states = { slow = "processing", A = "processing" } }
    write "A\n"
    fixture.wait_until(function()
      for _, request in ipairs((g:journal())) do
        if table.concat(request.ids, " ") == "A" then return true end
      end
    end, "the new watch")
    g:default { states = { A = "processing" } } -- ends the first watch
    wait_for_lines(2)
    write "A\nB\n" -- A is still open
    wait_for_lines(3)
    g:default {}
    assert.equal(0, close())
    assert.equal(4, #lines())
  end)

  it("make room in the window as they end", function()
    g:default { states = { slow = "processing" } }
    local write, close = feed("--window", "2", "-")
    write "slow\nA\n"
    wait_for_lines(1)
    write "B\n"
    wait_for_lines(2)
    g:default {}
    assert.equal(0, close())
  end)

  it("are reported one by one if they fail at the end", function()
    local write, close = start({ "watch", "-" },
      { program = process.LUA .. " bin/luma 2>" .. dir:at "err" })
    write "A\n"
    wait_for_lines(1)
    g:default { status = 401 }
    write "bad1\nbad2\n"
    assert.equal(1, close())
    assert.matches("failed: bad1.*failed: bad2", dir:read "err")
  end)

  it("are read without dd as well", function()
    local lua = process.output("command -v " .. process.LUA):match "%S+"
    local write, close = start({ "watch", "-" },
      { env = { PATH = dir.path }, program = lua .. " bin/luma" })
    write "A\n"
    wait_for_lines(1)
    write "B\nC\n"
    wait_for_lines(3)
    assert.equal(0, close())
  end)

  it("take no time of the processor while they wait", function()
    g:default { state = "processing" }
    local write, close = start({ "watch", "--interval", "1", "--window", "1",
      "-" }, { program = "prlimit --cpu=1 " .. process.LUA .. " bin/luma" })
    write "A\nB\n"
    g:wait("requests", 3)
    g:default { state = "completed" }
    assert.equal(0, close())
  end)

  it("that are missing are reported while it waits for more", function()
    local write, close = feed("--missing-grace", "0", "--table", "-")
    write "nobody\n"
    fixture.wait_until(function()
      return dir:read "out":find("missing", 1, true)
    end, "the row")
    assert.equal(0, close() % 4)
  end)

  it("are not read beyond the window", function()
    g:default { state = "processing" }
    local write, close = feed("--window", "2", "-")
    write "A\nB\nC\n"
    g:wait("requests", 6)
    local asked = {}
    for _, request in ipairs((g:journal())) do
      for _, id in ipairs(request.ids) do asked[id] = true end
    end
    assert.same({ A = true, B = true }, asked)
    g:default { state = "completed" }
    wait_for_lines(3)
    assert.equal(0, close())
  end)

  it("that came before a mistake have their results", function()
    local write, close = feed "-"
    write "A\n"
    wait_for_lines(1)
    g:default { state = "processing" }
    write "B\n"
    g:wait("requests", 2)
    write "bad\0\n"
    local before = #g:journal()
    g:wait("requests", before + 2)
    g:default { state = "completed" }
    assert.equal(2, close())
    assert.equal(2, #lines())
  end)

  it("may be missing, fail, or be none at all", function()
    local write, close = feed("--missing-grace", "0", "-")
    write "nobody\n"
    g:wait("requests", 1)
    write "A\n"
    wait_for_lines(1)
    assert.equal(0, select(2, feed "-")())
    write "\n\n"
    assert.equal(4, close())
  end)

  it("are downloaded by no more than a window at a time", function()
    g:file("/clip", { delay = 0.1 })
    local url = g.http .. "/clip"
    g:default { inner = { video = { url = url, download_url = url } } }
    local write, close = cli.feed(g, { "download", "--allow-private",
      "--dir", dir.path, "--jobs", "1", "--window", "2", "-" })
    write(("id%d\n"):rep(8):format(1, 2, 3, 4, 5, 6, 7, 8))
    assert.equal(0, close())
    local asked, clips = 0, 0
    for _, request in ipairs((g:journal())) do
      asked = asked + #(request.ids or {})
      if request.path == "/clip" then clips = clips + 1 end
      assert.is_true(asked <= clips + 2, asked)
    end
    assert.equal(8, clips)
  end)

  it("are downloaded as they come", function()
    g:file("/clip", {})
    local url = g.http .. "/clip"
    g:default { inner = { video = { url = url, download_url = url } } }
    local write, close = cli.feed(g, { "download", "--allow-private",
      "--dir", dir.path, "-" })
    for _, id in ipairs { "A", "B" } do
      write(id .. "\n")
      fixture.wait_until(function()
        for _, name in ipairs(dir:names()) do
          if name == id .. ".mp4" then return true end
        end
      end, "the file")
    end
    assert.equal(0, close())
  end)
end)
