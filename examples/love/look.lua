-- SPDX-License-Identifier: MIT
-- The drawing functions of the gallery: colours, fonts, boxes with round
-- corners, pictures from palettes, and text.

local utf8 = require "utf8"

local look = {}

local function rgb(hex)
  local r, g, b = hex:match "(%x%x)(%x%x)(%x%x)"
  return {
    tonumber(r, 16) / 255, tonumber(g, 16) / 255, tonumber(b, 16) / 255,
  }
end

look.colour = {
  back = rgb "0e1014", card = rgb "171a21", edge = rgb "232833",
  bone = rgb "222732", track = rgb "1c2029",
  text = rgb "e9ecf1", soft = rgb "a3abb9", faint = rgb "6f7889",
  completed = rgb "7fcf9f", processing = rgb "7db4f5",
  pending = rgb "dfc07a", failed = rgb "ee8b80", missing = rgb "8b93a4",
  luma = rgb "c3a5f7",
}

-- Round corners. The distance to the edge gives a smooth alpha.
local CORNERS = [[
  uniform vec2 size;
  uniform vec2 radii; // of the upper and of the lower corners

  float inside(vec2 at) {
    vec2 from = (at - 0.5) * size;
    float r = from.y < 0.0 ? radii.x : radii.y;
    vec2 q = abs(from) - size * 0.5 + r;
    float away = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
    return clamp(0.5 - away, 0.0, 1.0);
  }
]]

-- A box of one colour. A glow moves over the window from left to right.
local BOX = CORNERS .. [[
  uniform vec2 glow; // strength and position

  vec4 effect(vec4 color, Image image, vec2 at, vec2 screen) {
    float d = (screen.x + screen.y * 0.4 - glow.y) / 170.0;
    color.rgb += glow.x * exp(-d * d);
    return vec4(color.rgb, color.a * inside(at));
  }
]]

-- A palette as a picture: cubic B-splines of its 25 colours, with four linear
-- lookups instead of sixteen. The picture moves a little.
local PICTURE = CORNERS .. [[
  uniform vec2 sway;

  vec4 smoothed(Image grid, vec2 at) {
    vec2 p = at - 0.5;
    vec2 f = fract(p);
    p -= f;
    vec2 g = 1.0 - f;
    vec2 w0 = g * g * g / 6.0;
    vec2 w3 = f * f * f / 6.0;
    vec2 w1 = 2.0 / 3.0 - f * f * (1.0 - 0.5 * f);
    vec2 w2 = 1.0 - w0 - w1 - w3;
    vec2 low = w0 + w1;
    vec2 high = w2 + w3;
    vec2 a = (p - 0.5 + w1 / low) / 5.0;
    vec2 b = (p + 1.5 + w3 / high) / 5.0;
    vec4 above = low.x * Texel(grid, a) + high.x * Texel(grid, vec2(b.x, a.y));
    vec4 below = low.x * Texel(grid, vec2(a.x, b.y)) + high.x * Texel(grid, b);
    return low.y * above + high.y * below;
  }
  vec4 effect(vec4 color, Image grid, vec2 at, vec2 screen) {
    vec2 moved = at + 0.05 * sin(sway + 4.0 * at.yx);
    vec4 texel = smoothed(grid, 0.6 + moved * 3.8);
    return vec4(texel.rgb * color.rgb, color.a * inside(at));
  }
]]

-- LÖVE's own font has Latin letters. LUMA_GALLERY_FONT names a font file with
-- other letters.
local function load_fonts(sizes)
  local path = os.getenv "LUMA_GALLERY_FONT"
  local file = path and assert(io.open(path, "rb"))
  local data = file and love.filesystem.newFileData(file:read "*a", path)
  for name, size in pairs(sizes) do
    local font = love.graphics.newFont(size)
    if data then font:setFallbacks(love.graphics.newFont(data, size)) end
    look.font[name] = font
  end
end

function look.load()
  local g = love.graphics
  g.setBackgroundColor(look.colour.back)
  look.font = {}
  load_fonts { title = 24, number = 18, prompt = 13, small = 11 }
  local dot = love.image.newImageData(1, 1)
  dot:setPixel(0, 0, 1, 1, 1, 1)
  look.dot = g.newImage(dot)
  look.boxes, look.pictures = g.newShader(BOX), g.newShader(PICTURE)
end

function look.set(colour, alpha)
  love.graphics.setColor(colour[1], colour[2], colour[3], alpha or 1)
end

local function shaded(shader, image, x, y, width, height, upper, lower)
  local most = math.min(width, height) / 2
  shader:send("size", { width, height })
  shader:send("radii", {
    math.min(upper, most), math.min(lower or upper, most),
  })
  love.graphics.setShader(shader)
  love.graphics.draw(image, x, y, 0, width / image:getWidth(),
    height / image:getHeight())
  love.graphics.setShader()
end

-- A box in the current colour. `glow` is the strength of the moving glow.
function look.box(x, y, width, height, upper, lower, glow)
  if width < 1 or height < 1 then return end
  local reach = love.graphics.getWidth() + 800
  local now = love.timer.getTime() * 600 % reach - 300
  look.boxes:send("glow", { glow or 0, now })
  shaded(look.boxes, look.dot, x, y, width, height, upper, lower)
end

-- The background of a card or a notice. look.edge draws the line around it,
-- after the contents.
function look.panel(x, y, width, height, radius)
  look.set(look.colour.card)
  love.graphics.rectangle("fill", x, y, width, height, radius, radius)
end

function look.edge(x, y, width, height, radius)
  look.set(look.colour.edge)
  love.graphics.setLineWidth(1)
  love.graphics.rectangle("line", x - 0.5, y - 0.5, width + 1, height + 1,
    radius, radius)
end

-- An image of five by five texels for `look.picture`.
function look.image_of(palette)
  local data = love.image.newImageData(5, 5)
  for i, c in ipairs(palette) do
    data:setPixel((i - 1) % 5, math.floor((i - 1) / 5),
      c[1] / 255, c[2] / 255, c[3] / 255, 1)
  end
  local image = love.graphics.newImage(data)
  image:setFilter("linear", "linear")
  return image
end

function look.picture(image, x, y, width, height, radius, phase)
  local now = love.timer.getTime() * 0.35 + phase
  look.pictures:send("sway", { now, now * 0.7 })
  shaded(look.pictures, image, x, y, width, height, radius, 0)
end

-- The text as one line of valid UTF-8.
function look.clean(text)
  text = tostring(text):gsub("[%c%s]+", " "):gsub("^ ", "")
  if not utf8.len(text) then text = text:gsub("[\128-\255]", "?") end
  return text
end

-- The text, cut to `width`.
function look.shorten(font, text, width)
  if font:getWidth(text) <= width then return text end
  repeat
    local at = utf8.offset(text, -1)
    text = text:sub(1, at and at - 1 or 0)
  until text == "" or font:getWidth(text .. "…") <= width
  return text:gsub(" $", "") .. "…"
end

-- The text in at most `most` lines.
function look.lines(font, text, width, most)
  local _, lines = font:getWrap(text, width)
  for i, line in ipairs(lines) do
    lines[i] = look.shorten(font, line:gsub(" $", ""), width)
  end
  if #lines > most then
    lines[most] = look.shorten(font, lines[most] .. "…", width)
  end
  for i = #lines, most + 1, -1 do lines[i] = nil end
  return lines
end

-- Prints one line; `align` is "left", "center" or "right" of x.
function look.print(font, text, x, y, align)
  local width = font:getWidth(text)
  if align == "right" then x = x - width end
  if align == "center" then x = x - width / 2 end
  love.graphics.setFont(font)
  love.graphics.print(text, math.floor(x), math.floor(y))
end

-- From 0 to 1, fast at first.
function look.ease(share)
  share = math.max(0, math.min(1, share))
  return 1 - (1 - share) ^ 3
end

return look
