-- SPDX-License-Identifier: MIT
-- What people see while they wait: the live view of `luma watch`, frame by
-- frame. With LUMA_PICTURE=FILE, one frame is drawn into this file.

local cli = require "spec.support.cli"
local draw = require "spec.support.picture"
local fixture = require "spec.support.fixture"
local showcase = require "spec.support.showcase"
local terminal = require "spec.support.terminal"

local ROWS, COLUMNS = 24, 88
local CLEAR = "\r\27%[?%d*A?\27?%[J" -- where a frame ends

describe("the live view", function()
  local g = fixture.use().g

  -- The screens before each drawing, and the last one.
  local function frames_of(output)
    local frames, at = {}, 1
    while at do
      local from = output:find(CLEAR, at)
      local screen = terminal.new(ROWS, COLUMNS)
      screen:write((output:sub(1, (from or 0) - 1):gsub("\n", "\r\n")))
      frames[#frames + 1] = screen
      at = from and from + 1
    end
    return frames
  end

  local function watch(ids, more)
    local words = { "watch", "--interval", "0.4", "--max-interval", "0.4",
      "--missing-grace", "0" }
    for _, id in ipairs(ids) do words[#words + 1] = id end
    return cli.on_terminal(g, COLUMNS, words, more)
  end

  -- The row of each id that is open in a frame.
  local function rows_of(screen)
    local rows = {}
    for row = 1, ROWS do
      local state, id = screen:line(row):match "^(%l+) +%d*%%? [^%w]+(%x+%-%S+)"
      if state == "processing" or state == "pending" then rows[id] = row end
    end
    return rows
  end

  it("keeps a task in its line, whatever ends around it", function()
    showcase.tell(g)
    cli.run(g, { "get", "x" }) -- takes the reply with the reference task
    local ended = watch(showcase.growing, { env = { COLORTERM = "truecolor" } })
    assert.equal(0, ended.code)
    local frames, last, seen = frames_of(ended.screen), {}, 0
    for _, screen in ipairs(frames) do
      assert.same({ 0, 0 }, { screen.scrolled, screen.wrapped })
      local top
      for row = 1, ROWS do
        if screen:line(row):find " done, " then top = row end
      end
      for id, row in pairs(rows_of(screen)) do
        local place = top and top - row
        assert.equal(last[id] or place, place)
        last[id], seen = place, seen + 1
      end
    end
    assert.is_true(seen > 8, seen)
  end)

  it("has bars that move, states and a line for all", function()
    g:default { moves = {
      a = { '{"id":"a","state":"queued"}',
        '{"task_id":"a","status":"IN_PROGRESS","progress":"30%"}',
        '{"task_id":"a","status":"IN_PROGRESS","progress":"60%"}',
        '{"id":"a","state":"completed","video":{"url":"https://a/a"}}' },
      b = { '{"id":"b","state":"queued"}',
        '{"id":"b","state":"completed","video":{"url":"https://a/b"}}' },
    } }
    local seen = {}
    for _, screen in ipairs(frames_of(watch { "a", "b" }.screen)) do
      for row = 1, ROWS do seen[screen:line(row):gsub("%d:%d%d$", "T")] = true end
    end
    for _, line in ipairs {
      "pending         ░░░░░░░░░░  a", "processing  30% ███░░░░░░░  a",
      "processing  60% ██████░░░░  a", "completed  100% ██████████  b",
      "0 of 2 done, 2 pending, T", "1 of 2 done, 1 processing, T",
    } do
      assert.is_true(seen[line], line)
    end
  end)

  it("does not show what has ended without a result", function()
    g:default { state = "processing", inner = { progress = 0.42 } }
    local ended = cli.on_terminal(g, COLUMNS, { "watch", "--deadline", "1",
      "--interval", "0.3", "--max-interval", "0.3", "--window", "1", "a", "b" })
    local frames = frames_of(ended.screen)
    local _, late = ended.screen:find "out of time: a"
    local only_b = 0
    for _, screen in ipairs(frames) do
      for row = 1, ROWS do
        local line = screen:line(row)
        if line:find "2 processing" then error(line) end
        if line:find "^processing.*  b  " then only_b = only_b + 1 end
      end
    end
    assert.is_true(late ~= nil and only_b > 0)
  end)

  local picture = os.getenv "LUMA_PICTURE"
  if picture then
    it("is drawn", function()
      showcase.tell(g)
      cli.run(g, { "get", "x" })
      local ids = { table.unpack(showcase.ids, 1, 11) } -- the last never ends
      local ended = watch(ids, { env = { COLORTERM = "truecolor" } })
      local shown = {}
      for _, screen in ipairs(frames_of(ended.screen)) do
        for row = 1, ROWS do
          if screen:line(row):find "^%d+ of %d+ done, 2 processing" then
            shown[#shown + 1] = { screen, row }
          end
        end
      end
      local screen, rows = table.unpack(shown[math.ceil(#shown / 2)])
      local file = assert(io.open(picture, "w"))
      assert(file:write(draw(screen, rows)))
      file:close()
    end)
  end
end)
