-- SPDX-License-Identifier: MIT
-- The lines on stderr that say how far things are. They stand below what has
-- been printed, are drawn over and over in the same place, and are gone in
-- the end. Without a terminal there are none.

local monotime = require "system".monotime
local flush = require "luma_cli.out".flush

local PATIENCE = 0.3 -- seconds: what is quicker needs no progress
local PAUSE = 0.1    -- seconds between two drawings
local LOOK = 2       -- seconds until the window's size is looked at again

local Live = {}
Live.__index = Live

function Live.new(screen)
  local now = monotime()
  return setmetatable({
    screen = screen, started = now, due = now + PATIENCE, look = now + LOOK,
    drawn = 0, picture = nil,
  }, Live)
end

function Live:elapsed() return monotime() - self.started end

-- How many lines there is room for.
function Live:room() return math.max(1, math.min(9, self.screen.rows - 3)) end

-- Draws what make() returns, a list of lines, unless it is too early. Each
-- line is {text, colour}: the text is cut to the window, then coloured.
function Live:draw(make)
  local now = monotime()
  if not self.screen.moves or now < self.due then return end
  self.due = now + PAUSE
  if now >= self.look then
    self.look = now + LOOK
    self.screen:look()
  end
  self:show(make())
end

function Live:show(lines)
  local out = {}
  for i, line in ipairs(lines) do
    local cut = self.screen:cut(line[1], self.screen.columns - 1)
    out[i] = line[2] and self.screen:paint_err(line[2], cut) or cut
  end
  local picture = table.concat(out, "\n")
  if self.drawn > 0 and picture == self.picture then return end
  self:clear()
  flush()
  io.stderr:write(picture)
  io.stderr:flush()
  self.drawn, self.picture = #out, picture
end

-- Takes the lines away, so that others can be written.
function Live:clear()
  if self.drawn == 0 then return end
  local up = self.drawn > 1 and ("\27[%dA"):format(self.drawn - 1) or ""
  io.stderr:write("\r", up, "\27[J")
  io.stderr:flush()
  self.drawn = 0
end

-- Writes a line to stderr that stays.
function Live:say(line)
  self:clear()
  flush()
  io.stderr:write(line, "\n")
end

return Live
