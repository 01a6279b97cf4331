-- SPDX-License-Identifier: MIT
-- The progress lines on stderr. They are below the printed results, are redrawn
-- in the same place, and are removed at the end. There are none without a
-- terminal.

local monotime = require "system".monotime
local flush = require "luma_cli.out".flush

local DELAY = 0.3      -- seconds before the first progress
local INTERVAL = 0.1   -- seconds between two drawings
local RESIZE_CHECK = 2 -- seconds between two checks of the screen's size

local Live = {}
Live.__index = Live

function Live.new(screen)
  local now = monotime()
  return setmetatable({
    screen = screen, started = now, due = now + DELAY,
    next_check = now + RESIZE_CHECK, drawn_lines = 0, drawn_text = nil,
  }, Live)
end

function Live:elapsed() return monotime() - self.started end

-- The number of lines with room on the screen: nine, and more where it is tall.
function Live:room()
  local rows = self.screen.rows
  return math.max(1, math.min(math.max(9, rows - 16), rows - 3))
end

-- Draws the list of lines that make_lines() returns, unless it is too early.
-- Each line is {text, colour}. The text is cut to the width, then coloured.
function Live:draw(make_lines)
  local now = monotime()
  if not self.screen.shows_progress or now < self.due then return end
  self.due = now + INTERVAL
  if now >= self.next_check then
    self.next_check = now + RESIZE_CHECK
    self.screen:update_size()
  end
  self:show(make_lines())
end

function Live:show(lines)
  local out = {}
  for i, line in ipairs(lines) do
    local cut = self.screen:cut(line[1], self.screen.columns - 1)
    out[i] = line[2] and self.screen:paint_err(line[2], cut) or cut
  end
  local text = table.concat(out, "\n")
  if self.drawn_lines > 0 and text == self.drawn_text then return end
  self:clear()
  flush()
  io.stderr:write(text)
  io.stderr:flush()
  self.drawn_lines, self.drawn_text = #out, text
end

-- Removes the lines, so that other text can be written.
function Live:clear()
  if self.drawn_lines == 0 then return end
  local rows_up = self.drawn_lines - 1
  local up = rows_up > 0 and ("\27[%dA"):format(rows_up) or ""
  io.stderr:write("\r", up, "\27[J")
  io.stderr:flush()
  self.drawn_lines = 0
end

-- Writes a permanent line to stderr.
function Live:say(line)
  self:clear()
  flush()
  io.stderr:write(line, "\n")
end

return Live
