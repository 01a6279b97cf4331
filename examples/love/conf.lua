-- SPDX-License-Identifier: MIT
-- The gallery's window, and the modules of LÖVE that it does not use.

-- Without ids and without a token, the gallery of luma's own folder shows tasks
-- of the stub gateway, as `make love` does. That is a LÖVE of its own, and this
-- one has no window yet, so it waits. Returns without a word where it cannot be:
-- the window then says what is missing.
local function show_demo()
  local root = love.filesystem.getSource() .. "/../.."
  local file = io.open(root .. "/build/luajit/luma.so")
  if not file then return end
  file:close()
  local has_stub = "cd '%s' && test -f examples/love-demo.lua && "
    .. "lua5.4 -e 'require \"cqueues\" require \"cjson\"' 2>/dev/null"
  if root:find "'" or os.execute(has_stub:format(root)) ~= 0 then return end
  local code = os.execute(("cd '%s' && lua5.4 examples/love-demo.lua")
    :format(root))
  os.exit(code == 0 and 0 or 1)
end

if not os.getenv "LUMA_GATEWAY_TOKEN" and not arg[2] then show_demo() end

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
