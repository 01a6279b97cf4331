-- SPDX-License-Identifier: MIT
-- `make demo` shows one task, a dozen and a watch on one screen of 80 by 30, and
-- the same as plain lines where there is no terminal.

local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"
local terminal = require "spec.support.terminal"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"
local UNSET = { "NO_COLOR", "COLUMNS", "LC_CTYPE", "LANG" }

local function demo(ids, env)
  local what = {
    program = process.LUA .. " examples/demo.lua", unset = UNSET, err = true,
    env = { LC_ALL = "C.UTF-8", TERM = "xterm-256color" },
  }
  for i, id in ipairs(ids or {}) do what[i] = id end
  for name, value in pairs(env or {}) do what.env[name] = value end
  return what
end

-- As it is in a pipe. On a terminal, the first column has the palette.
local PLAIN = [[
One task  client:tasks(id)    luma get 4665a07c-7641-4809-a133-10786201bb56
4665a07c-7641-4809-a133-10786201bb56
completed
cat dance
1360x752, 5.0 s
https://storage.cdn-luma.com/dream-machine/...9da860706bbf26bbad.mp4

A dozen   client:fetch(ids)   luma get - < ids.txt
       STATE       ID                                    PROMPT
 5.0s  completed   9e3779b1-1c4d-4e0a-9b52-0001c83baf43  a lighthouse keeper re…
 9.0s  completed   b54cda26-1c4d-4e0a-9b52-000ab1661b92  a fox crosses fresh sn…
 5.0s  completed   4540215f-1c4d-4e0a-9b52-001abb7f44ed  cherry blossoms fall o…
       failed      f1bbcd88-1c4d-4e0a-9b52-000e41dd7a18  the render node ran ou…
 9.0s  completed   98c47536-1c4d-4e0a-9b52-002735210fc2  slow pan over terraced…
  64%  processing  e3779b10-1c4d-4e0a-9b52-001c83baf430  a hand-knitted astrona…
 5.0s  completed   81af14c1-1c4d-4e0a-9b52-001e4bf6a373  lava meets the sea, st…
       missing     035e2982-1c4d-4e0a-9b52-003c97ed46e6  unknown to the gateway
 5.0s  completed   538453d7-1c4d-4e0a-9b52-000c79a1cad5  macro shot of ink bloo…
  18%  processing  daa66d13-1c4d-4e0a-9b52-000558b30dc9  paper boats drifting d…
       failed      1fe68e72-1c4d-4e0a-9b52-0020143252b6  the response is over a…
       pending     6a99b44c-1c4d-4e0a-9b52-001562cc3724  rain on neon signs, a …

A watch   client:watch(ids)   luma watch - < ids.txt
 9.0s  completed   e3779b10-1c4d-4e0a-9b52-001c83baf430  a hand-knitted astrona…
 5.0s  completed   daa66d13-1c4d-4e0a-9b52-000558b30dc9  paper boats drifting d…

make stub           a gateway to try your own scripts on
make install        the module, and the command luma
make demo IDS="…"   your tasks; the token is LUMA_GATEWAY_TOKEN
]]

-- The same on a terminal: strips instead of lengths, and the big palette.
local function on_screen(plain)
  local lines, row = {}, 0
  for line in plain:gmatch "([^\n]*)\n" do
    row = row + 1
    local indent = (row >= 2 and row <= 6) and (" "):rep(12) or ""
    local shown = indent .. line
    lines[row] = shown:gsub("^ %d%.%ds", ("\226\150\128"):rep(5))
  end
  return lines
end

-- The order in which tasks of a watch end is not promised.
local function sorted(lines)
  local swap = lines[24]:find "daa66d13"
  if swap then lines[24], lines[25] = lines[25], lines[24] end
  return lines
end

describe("make demo", function()
  it("fits on a screen of 80 by 30", function()
    local script = "stty cols 80 rows 30\nexec " .. process.command(demo())
    local ended = process.run { "script", "-qec", script, "/dev/null" }
    assert.equal(0, ended.code, ended.output)
    local screen = terminal.new(30, 80):write(ended.output)
    assert.same({ 0, 0 }, { screen.scrolled, screen.wrapped })
    local lines, wanted = {}, on_screen(PLAIN)
    for i = 1, 30 do lines[i] = screen:line(i) end
    wanted[30] = "" -- where the shell goes on
    assert.same(wanted, sorted(lines))
    local seen, count = {}, 0
    for percent in ended.output:gmatch "processing +(%d+)%% \226" do
      count = count + (seen[percent] and 0 or 1)
      seen[percent] = true
    end
    assert.is_true(count >= 4, "the bars of the watch do not move")
  end)

  it("has the same lines in a pipe", function()
    local ended = process.run(demo())
    assert.same({ 0, "" }, { ended.code, ended.err })
    local lines = {}
    for line in ended.output:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
    assert.equal(PLAIN, table.concat(sorted(lines), "\n") .. "\n")
  end)

  describe("with ids", function()
    local f = fixture.use { unknown = { "nobody" } }

    local function show(ids)
      return process.run(demo(ids, {
        LUMA_GATEWAY_URL = f.g.http, LUMA_GATEWAY_TOKEN = "mine",
      }))
    end

    it("shows these tasks of the gateway, with whole links", function()
      local ended = show { REFERENCE, "nobody" }
      assert.same({ 0, "" }, { ended.code, ended.err })
      assert.matches("^" .. REFERENCE:gsub("%-", "%%-") .. "\ncompleted\n"
        .. "cat dance\n1360x752, 5.0 s\nhttps://storage.cdn%-luma.com/%S+mp4\n"
        .. "\nnobody\nmissing\nunknown to the gateway\n\n$", ended.output)
      local request = f.g:journal()[1]
      assert.equal("Bearer mine", request.headers.authorization)
    end)

    it("says what has failed", function()
      f.g:queue { status = 401 }
      local ended = show { "a" }
      assert.equal(1, ended.code)
      assert.matches("^a\nfailed\n.*token", ended.output)
      assert.matches("auth", ended.err)
    end)

    it("takes them from make", function()
      local words = cli.shell 'make -n demo IDS="a b"'.out
      assert.matches("examples/demo.lua a b\n", words, 1, true)
    end)
  end)
end)
