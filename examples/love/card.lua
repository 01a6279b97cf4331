-- SPDX-License-Identifier: MIT
-- One card of the gallery: an id and the facts of its task. It draws a skeleton
-- first, and the picture later.

local look = require "look"

local Card = {}
Card.__index = Card

local RADIUS, PAD, LINE = 10, 14, 18
local FADE = 0.7   -- seconds from the skeleton to the picture
local BODY = 100   -- height below the picture

local WORDS = {
  completed = "completed", processing = "processing", pending = "waiting",
  failed = "failed", missing = "missing", lost = "not fetched",
}
local TINT = { lost = "failed" }

function Card.new(id)
  return setmetatable({ id = look.clean(id), kind = "coming" }, Card)
end

-- A gateway may send another type instead of an object.
local function object_in(object, name)
  return type(object[name]) == "table" and object[name] or {}
end

local function words(text)
  return type(text) == "string" and text:find "%S" and look.clean(text) or nil
end

local function size_of(object)
  local raw, video = object_in(object, "video_raw"), object_in(object, "video")
  local width = tonumber(raw.width or video.width)
  local height = tonumber(raw.height or video.height)
  local seconds = tonumber(raw.duration)
  if not (width and height) then return nil end
  local text = ("%.0f × %.0f"):format(width, height)
  return seconds and text .. (" · %.1f s"):format(seconds) or text
end

-- Stores the facts of a task that the card shows. The table itself is not kept.
-- `since` is the time when the picture begins to appear.
function Card:show(kind, task, since, luma)
  -- In the row of an envelope, `data` has the Luma object.
  local object = type(task.data) == "table" and task.data or task
  local request = object_in(object, "request")
  self.kind, self.since, self.lines = kind, since, nil
  self.prompt = words(request.prompt) or words(object.prompt) or "no prompt"
  self.size = size_of(object)
  self.palette = luma.palette(task)
  self.progress = luma.progress(task)
  if kind == "failed" then
    self.reason = words(task.fail_reason) or words(object.failure_reason)
      or "no reason given"
  end
end

-- The card of an id without a task: `kind` is "missing" or "lost".
function Card:show_absent(kind, reason, since)
  self.kind, self.since, self.lines = kind, since, nil
  self.reason = look.clean(reason)
end

function Card.height(width)
  return math.floor(width * 9 / 16) + BODY
end

-- Wraps the text. The result is kept until the width changes.
function Card:wrap(width)
  if self.lines and self.width == width then return end
  local font, room = look.font, width - 2 * PAD
  self.width = width
  self.lines = self.prompt and look.lines(font.prompt, self.prompt, room, 2)
    or { look.shorten(font.small, self.id, room) }
  self.reasons = self.reason
    and look.lines(font.small, self.reason, width - 4 * PAD, 3)
end

local function skeleton(x, y, width, picture, alpha)
  local bone = look.colour.bone
  look.set(bone, alpha * 0.62)
  look.box(x, y, width, picture, RADIUS, 0, 0.05)
  look.set(bone, alpha)
  local top = y + picture + PAD + 3
  look.box(x + PAD, top, (width - 2 * PAD) * 0.86, 9, 4, 4, 0.1)
  look.box(x + PAD, top + LINE, (width - 2 * PAD) * 0.52, 9, 4, 4, 0.1)
  look.box(x + PAD, y + picture + BODY - PAD - 11, 62, 8, 4, 4, 0.1)
  look.box(x + width - PAD - 90, y + picture + BODY - PAD - 11, 90, 8, 4, 4,
    0.1)
end

local sign = {}

-- A ring that shows the progress, or turns if the progress is unknown.
function sign.processing(card, x, y)
  local from, share = -math.pi / 2, (card.progress or 0) / 100
  if not card.progress then
    from, share = love.timer.getTime() * 2.2, 0.28
  end
  love.graphics.arc("line", "open", x, y, 22, from,
    from + math.max(0.02, share) * 2 * math.pi, 48)
  if card.progress then
    look.print(look.font.small, ("%d%%"):format(card.progress), x + 1, y - 7,
      "center")
  end
end

-- Three dots that become brighter and darker one after another.
function sign.pending(_, x, y, tint, alpha)
  for i = -1, 1 do
    local breath = math.sin(love.timer.getTime() * 2.4 - i * 0.8) * 0.5 + 0.5
    look.set(tint, alpha * (0.35 + 0.65 * breath))
    look.box(x + i * 12 - 3, y - 3, 6, 6, 3)
  end
end

function sign.failed(_, x, y)
  love.graphics.line(x - 6, y - 6, x + 6, y + 6)
  love.graphics.line(x - 6, y + 6, x + 6, y - 6)
end

function sign.missing(_, x, y)
  look.print(look.font.number, "?", x + 1, y - 11, "center")
end

function sign.lost(_, x, y)
  look.print(look.font.number, "!", x, y - 11, "center")
end

-- A sign in a ring, and the reason under it.
function Card:draw_sign(x, y, width, picture, alpha)
  local tint = look.colour[TINT[self.kind] or self.kind]
  local reasons = self.reasons or {}
  local middle = y + (picture - #reasons * 15 - (reasons[1] and 8 or 0)) / 2
  love.graphics.setLineWidth(2)
  look.set(tint, alpha * 0.3)
  love.graphics.circle("line", x + width / 2, middle, 22, 48)
  look.set(tint, alpha)
  sign[self.kind](self, x + width / 2, middle, tint, alpha)
  look.set(look.colour.text, alpha * 0.85)
  for i, line in ipairs(reasons) do
    look.print(look.font.small, line, x + width / 2,
      middle + 32 + (i - 1) * 15, "center")
  end
end

-- The palette, or a background in the colour of the state. It is darker under a
-- sign.
function Card:draw_picture(x, y, width, picture, alpha)
  if self.palette and not self.image then
    self.image = look.image_of(self.palette)
  end
  local signed = sign[self.kind]
  if self.image then
    local light = signed and 0.3 or 1
    love.graphics.setColor(light, light, light, alpha)
    look.picture(self.image, x, y, width, picture, RADIUS, #self.prompt)
  else
    look.set(look.colour[TINT[self.kind] or self.kind], alpha * 0.1)
    look.box(x, y, width, picture, RADIUS, 0,
      self.kind == "processing" and 0.4 or 0)
  end
  if signed then self:draw_sign(x, y, width, picture, alpha) end
end

function Card:draw_text(x, y, width, alpha)
  local colour, font = look.colour, look.font
  look.set(self.prompt and colour.text or colour.soft, alpha)
  for i, line in ipairs(self.lines) do
    look.print(self.prompt and font.prompt or font.small, line, x + PAD,
      y + PAD + (i - 1) * LINE)
  end
  local foot = y + BODY - PAD - 14
  local tint = colour[TINT[self.kind] or self.kind]
  look.set(tint, alpha)
  look.box(x + PAD, foot + 4, 6, 6, 3)
  if self.kind == "completed" then look.set(colour.soft, alpha) end
  look.print(font.small, WORDS[self.kind], x + PAD + 13, foot)
  look.set(colour.soft, alpha)
  look.print(font.small, self.size or "", x + width - PAD, foot, "right")
end

-- The skeleton disappears twice as fast as the picture appears.
function Card:draw(x, y, width, now)
  local picture = math.floor(width * 9 / 16)
  local share = look.ease(self.since and (now - self.since) / FADE or 0)
  look.panel(x, y, width, picture + BODY, RADIUS)
  if share < 0.5 then skeleton(x, y, width, picture, 1 - 2 * share) end
  if share > 0 then
    self:wrap(width)
    self:draw_picture(x, y, width, picture, share)
    self:draw_text(x, y + picture + (1 - share) * 8, width, share)
  end
  look.edge(x, y, width, picture + BODY, RADIUS)
end

return Card
