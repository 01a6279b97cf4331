-- SPDX-License-Identifier: MIT
-- On a terminal, people see a readable table at 80 and 40 columns, with colour
-- and without, and no control characters of a task.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local text = require "luma_cli.text"

local COMPLETED = "4665a07c-7641-4809-a133-10786201bb56"
local RUNNING = "0d9e8c7b-6a5f-4e3d-8c2b-1a0f9e8d7c6b"
local BROKEN = "7e57ab1e-0000-4000-8000-00000000beef"
local NOBODY = "deadbeef-1234-4abc-9def-0123456789ab"
local ALL = { COMPLETED, RUNNING, BROKEN, NOBODY }

-- Two rows of white, one of grey, two of black; and its strip, the means of
-- the upper and of the lower three.
local GRID = ("////"):rep(10) .. ("ZmZm"):rep(5) .. ("AAAA"):rep(10)
local STRIP = ("\27[38;2;204;204;204;48;2;34;34;34m\226\150\128"):rep(5)
  .. "\27[0m"

local function body(prompt)
  return cjson.encode {
    { id = COMPLETED, state = "completed",
      request = { prompt = prompt or "a cat dances in the rain, at night" },
      video = { url = "https://cdn.example/v.mp4", width = 1360, height = 752 },
      thumbnail = { url = "https://cdn.example/t",
        palette = { grid = GRID } } },
    { task_id = RUNNING, status = "IN_PROGRESS", progress = "42%",
      data = { prompt = "猫がネオンの街で踊る、雨の夜に光る看板" } },
    { task_id = BROKEN, status = "FAILURE", progress = "100%",
      fail_reason = "refused", data = { prompt = "never shown" } },
  }
end

describe("on a terminal", function()
  local g = fixture.use().g
  before_each(function() g:default { body = body() } end)

  -- `get` with these words before the ids; the summary's time is left out.
  local function get(columns, words, more)
    local all = { "get" }
    more = more or {}
    more.env = more.env or {}
    more.env.COLORTERM = more.env.COLORTERM or "truecolor"
    for _, word in ipairs(words or {}) do all[#all + 1] = word end
    for _, id in ipairs(more and more.ids or ALL) do all[#all + 1] = id end
    local ended = cli.on_terminal(g, columns, all, more)
    ended.screen = ended.screen:gsub(", [%d.]+ s", "")
    return ended
  end

  it("a table reads well at 80 columns", function()
    local ended = get(80)
    assert.equal(([[
       STATE       ID                                    PROMPT
▀▀▀▀▀  completed   4665a07c-7641-4809-a133-10786201bb56  a cat dances in the ra…
  42%%  processing  0d9e8c7b-6a5f-4e3d-8c2b-1a0f9e8d7c6b  猫がネオンの街で踊る、…
       failed      7e57ab1e-0000-4000-8000-00000000beef  refused
       missing     deadbeef-1234-4abc-9def-0123456789ab  unknown to the gateway
1 completed, 1 processing, 1 failed, 1 missing
]]):gsub("%%%%", "%%"), cli.plain(ended.screen))
    assert.equal(4, ended.code)
  end)

  it("ids stay whole at 40 columns", function()
    assert.equal(([[
4665a07c-7641-4809-a133-10786201bb56
▀▀▀▀▀  completed   a cat dances in the …
0d9e8c7b-6a5f-4e3d-8c2b-1a0f9e8d7c6b
  42%%  processing  猫がネオンの街で踊る…
7e57ab1e-0000-4000-8000-00000000beef
       failed      refused
deadbeef-1234-4abc-9def-0123456789ab
       missing     unknown to the gatew…
1 completed, 1 processing, 1 failed, 1 missing
]]):gsub("%%%%", "%%"), cli.plain(get(40).screen))
  end)

  it("states have colours, and pictures true ones", function()
    local screen = get(80).screen
    assert.matches("\27[32mcompleted \27[0m", screen, 1, true)
    assert.matches("\27[36mprocessing\27[0m", screen, 1, true)
    assert.matches("\27[31mfailed    \27[0m", screen, 1, true)
    assert.matches("\27[31mrefused\27[0m", screen, 1, true)
    assert.matches(STRIP, screen, 1, true)
  end)

  it("pictures have the nearest of 256 colours where that is all", function()
    local screen = get(80, {}, { env = { COLORTERM = "no" } }).screen
    assert.matches(("\27[38;5;188;48;5;16m\226\150\128"):rep(5), screen, 1,
      true)
    assert.is_nil(screen:find("48;2", 1, true))
  end)

  it("there are none with NO_COLOR, --color=never or a dumb terminal",
    function()
      for _, case in ipairs {
        { {}, { NO_COLOR = "1" } }, { { "--color=never" }, {} },
        { {}, { TERM = "dumb" } },
      } do
        local ended = get(80, case[1], { env = case[2] })
        assert.is_nil(ended.screen:find("\27", 1, true))
        assert.matches("^ +STATE.-\n +completed   4665a07c", ended.screen)
      end
    end)

  it("--color=always beats NO_COLOR, and works in a pipe", function()
    local more = { env = { NO_COLOR = "1", COLORTERM = "24bit" } }
    assert.matches(STRIP, get(80, { "--color=always" }, more).screen, 1, true)
    local ended = cli.run(g, { "get", "--table", "--color=always", COMPLETED,
      RUNNING }, more)
    assert.matches(STRIP, ended.out, 1, true)
    ended = cli.run(g, { "get", "--table", COMPLETED, RUNNING })
    assert.is_nil(ended.out:find("\27", 1, true))
  end)

  it("one id is shown at length, its link whole", function()
    local ended = get(60, {}, { ids = { COMPLETED } })
    assert.equal([[
            4665a07c-7641-4809-a133-10786201bb56
            completed
            a cat dances in the rain, at night
            1360x752
]] .. (" "):rep(10) .. [[

https://cdn.example/v.mp4

]], cli.plain(ended.screen))
    assert.matches("^" .. ("\27%[48;2;255;255;255m  "):rep(5) .. "\27%[0m",
      ended.screen)
  end)

  it("--json gives the same JSON as a pipe does", function()
    local ended = get(80, { "--json" }, { ids = { RUNNING, COMPLETED } })
    local piped = cli.run(g, { "get", RUNNING, COMPLETED })
    assert.equal(piped.out, ended.screen)
  end)

  it("results go to stdout, progress to stderr", function()
    g:default { body = body(), delay = 1 }
    local err = os.tmpname()
    local ended = get(80, {}, { err = err })
    local file = assert(io.open(err))
    assert.equal("", file:read "*a") -- no terminal, no progress
    file:close()
    os.remove(err)
    assert.matches("missing", ended.screen)
    ended = get(80)
    assert.matches("\n0 of 4 ids, 0/s, [^\n]*\r\27%[J", ended.screen)
    assert.matches("\r\27%[J\27[^\r\n]*completed", ended.screen)
    assert.is_nil(get(80, { "--quiet" }).screen:find "of 4 ids")
  end)

  it("nothing that a gateway sends is obeyed", function()
    local evil = "\27]0;title\7\27[2Jclear\r\n\8\194\155" .. "31m"
      .. "\226\128\174turned\226\128\172\127\255 end"
    g:default { body = (body(evil):gsub("\255", "\\u0085")) }
    for _, words in ipairs { {}, { "--long" }, { "--json" } } do
      local screen = cli.plain(get(250, words).screen)
      assert.is_nil(screen:find "[%z\1-\9\11-\31\127]")
      assert.is_nil(screen:find "\194[\128-\159]")
      assert.is_nil(screen:find "\226\128\174")
      assert.matches("clear", screen)
      assert.matches("turned", screen)
    end
    local json = get(250, { "--json" }).screen:match "^[^\n]+"
    assert.equal("\194\155" .. "31m\226\128\174turned\226\128\172\127\194\133",
      cjson.decode(json).request.prompt:match "\8(.-) end")
  end)

  it("nor in a message of an error", function()
    g:default { status = 400, body = '{"error":{"message":"\\u001b[2Jno"}}' }
    local ended = get(80, { "--color=never" }, { ids = { "a" } })
    assert.is_nil(ended.screen:find("\27[2J", 1, true))
    assert.matches("no", ended.screen)
    assert.equal(1, ended.code)
  end)

  it("one that is not UTF-8 gets ASCII", function()
    local screen = cli.plain(get(80, {}, { env = { LC_ALL = "C" } }).screen)
    assert.is_nil(screen:find "[\128-\255]")
    assert.matches("a cat dances in the ra~\n", screen)
    assert.matches(RUNNING .. "  ?????", screen, 1, true)
  end)

  it("JSON keeps its value there", function()
    local screen = get(80, { "--json" },
      { env = { LC_ALL = "C" }, ids = { RUNNING } }).screen
    assert.is_nil(screen:find "[\128-\255]")
    assert.equal("猫がネオンの街で踊る、雨の夜に光る看板",
      cjson.decode(screen:match "{[^\n]*}").data.prompt)
  end)

  it("its size comes from luasystem, or from stty if that has none", function()
    local dir = folder.new()
    for answer, width in pairs { ["24, 50"] = 50, ["nil, 'no terminal'"] = 90 } do
      dir:write("system.lua", ([[return {
        monotime = os.clock, termsize = function() return %s end,
      }]]):format(answer))
      local screen = get(90, { "--color=never" },
        { env = { LUA_PATH = dir:at "?.lua;;" } }).screen
      local most = 0
      for line in screen:gmatch "[^\n]+" do
        most = math.max(most, text.width(line))
      end
      assert.equal(width, most)
    end
    dir:remove()
  end)
end)
