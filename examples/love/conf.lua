-- SPDX-License-Identifier: MIT
-- The gallery's window, and the modules of LÖVE that it does not use.

local UNUSED = { "audio", "sound", "physics", "joystick", "touch", "video" }

local SIZE = os.getenv "LUMA_GALLERY_SIZE" or "1280x800"

function love.conf(t)
  local width, height = SIZE:match "^(%d+)x(%d+)$"
  t.identity = "luma-gallery"
  t.version = "11.4"
  t.window.title = "luma gallery"
  t.window.width = tonumber(width) or 1280
  t.window.height = tonumber(height) or 800
  t.window.minwidth, t.window.minheight = 720, 400
  t.window.resizable = true
  t.window.highdpi = true
  for _, name in ipairs(UNUSED) do t.modules[name] = false end
end
