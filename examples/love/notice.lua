-- SPDX-License-Identifier: MIT
-- Messages instead of the pictures, or below them.

local look = require "look"

local notice = { FOOT = 40 }

local WIDEST, PAD, LINE = 620, 36, 20

-- A panel in the middle: a title, the problem, and a command to type.
function notice.panel(title, text, command)
  local g, font = love.graphics, look.font
  local width, height = g.getDimensions()
  local wide = math.min(WIDEST, width - 48)
  local lines = look.lines(font.prompt, look.clean(text), wide - 2 * PAD, 6)
  local tall = 2 * PAD + 46 + #lines * LINE + (command and 62 or 0)
  local x, y = math.floor((width - wide) / 2), math.floor((height - tall) / 2)
  look.panel(x, y, wide, tall, 12)
  look.edge(x, y, wide, tall, 12)
  look.set(look.colour.text)
  look.print(font.title, title, x + PAD, y + PAD - 4)
  look.set(look.colour.soft)
  y = y + PAD + 42
  for i, line in ipairs(lines) do
    look.print(font.prompt, line, x + PAD, y + (i - 1) * LINE)
  end
  if not command then return end
  y = y + #lines * LINE + 18
  look.set(look.colour.back)
  look.box(x + PAD, y, wide - 2 * PAD, 44, 8)
  look.set(look.colour.completed)
  look.print(font.prompt, look.shorten(font.prompt, command,
    wide - 2 * PAD - 32), x + PAD + 16, y + 14)
end

-- One line at the lower edge: the error of the job.
function notice.foot(text, margin)
  local width, height = love.graphics.getDimensions()
  local font = look.font.small
  look.set(look.colour.card)
  love.graphics.rectangle("fill", 0, height - notice.FOOT, width, notice.FOOT)
  look.set(look.colour.edge)
  love.graphics.rectangle("fill", 0, height - notice.FOOT, width, 1)
  look.set(look.colour.failed)
  look.box(margin, height - 23, 6, 6, 3)
  look.set(look.colour.text)
  look.print(font, look.shorten(font, look.clean(text),
    width - 2 * margin - 14), margin + 14, height - 27)
end

return notice
