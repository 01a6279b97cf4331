-- SPDX-License-Identifier: MIT
-- Draws the visible cards in columns, and scrolls.

local Card = require "card"
local header = require "header"
local look = require "look"

local grid = { cards = {}, kinds = {}, foot = 0 }

local NARROWEST = 228   -- width of a card
local STAGGER = 0.06    -- seconds between cards that arrive together
local VEIL = 28         -- height of the gradient at both ends

local by_id, last = {}, 0
local at, target = 0, 0 -- scroll position: current, and final

function grid.add(ids)
  for _, id in ipairs(ids) do
    if not by_id[id] then
      by_id[id] = Card.new(id)
      grid.cards[#grid.cards + 1] = by_id[id]
    end
  end
end

-- The time when the next card begins to appear. Cards that arrive together
-- appear one after another.
local function turn(kind)
  grid.kinds[kind] = (grid.kinds[kind] or 0) + 1
  last = math.max(love.timer.getTime(), last + STAGGER)
  return last
end

function grid.show(id, task, state, luma)
  by_id[id]:show(state, task, turn(state), luma)
  grid.palette = by_id[id].palette or grid.palette
end

-- An id without a task: `kind` is "missing" or "lost".
function grid.show_absent(id, kind, reason)
  by_id[id]:show_absent(kind, reason, turn(kind))
end

-- Gaps and margin are narrower in a small window.
local function measure()
  local width, height = love.graphics.getDimensions()
  local small = width < 1000
  local m = { margin = small and 24 or 40, gap = small and 16 or 20 }
  local inner = width - 2 * m.margin
  m.columns = math.max(1, math.floor((inner + m.gap) / (NARROWEST + m.gap)))
  m.card = math.floor((inner - (m.columns - 1) * m.gap) / m.columns)
  m.step = Card.height(m.card) + m.gap
  m.top, m.bottom = header.HEIGHT, height - grid.foot
  local rows = math.ceil(#grid.cards / m.columns)
  m.all = rows * m.step - m.gap + m.margin
  m.most = math.max(0, m.all - (m.bottom - m.top) + 12)
  return m
end

function grid.margin() return measure().margin end

function grid.scroll(by) target = target + by end

function grid.page(by)
  local m = measure()
  target = target + by * (m.bottom - m.top - m.step / 2)
end

function grid.update(dt)
  target = math.max(0, math.min(measure().most, target))
  at = at + (target - at) * (1 - math.exp(-dt * 14))
end

-- Draws a gradient, so that the cards at the edge are not cut sharply.
local function veil(y, height, width)
  local back = look.colour.back
  for i = 0, VEIL - 1 do
    look.set(back, 1 - i / VEIL)
    love.graphics.rectangle("fill", 0, height > 0 and y + i or y - 1 - i,
      width, 1)
  end
end

local function scrollbar(m, width)
  if m.most < 1 then return end
  local room = m.bottom - m.top - 24
  local tall = math.max(32, room * (m.bottom - m.top) / m.all)
  look.set(look.colour.edge)
  look.box(width - 12, m.top + 12 + (room - tall) * at / m.most, 4, tall, 2)
end

function grid.draw()
  local width = love.graphics.getWidth()
  local m, now = measure(), love.timer.getTime()
  love.graphics.setScissor(0, m.top, width, m.bottom - m.top)
  for i, card in ipairs(grid.cards) do
    local column, row = (i - 1) % m.columns, math.floor((i - 1) / m.columns)
    local y = m.top + 12 + row * m.step - math.floor(at + 0.5)
    if y < m.bottom and y + m.step > m.top then
      card:draw(m.margin + column * (m.card + m.gap), y, m.card, now)
    end
  end
  if at > 0.5 then veil(m.top, 1, width) end
  if at < m.most - 0.5 then veil(m.bottom, -1, width) end
  scrollbar(m, width)
  love.graphics.setScissor()
end

return grid
