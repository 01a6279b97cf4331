-- SPDX-License-Identifier: MIT
-- A gallery of tasks in LÖVE 11. From luma's folder:
--
--   make LUA=luajit all
--   LUMA_GATEWAY_TOKEN=… love examples/love ID…
--
-- `love examples/love` and `make love` show it with the stub gateway. A folder
-- for players is made by ship.lua. Environment variables:
--
--   LUMA_GATEWAY_URL    the gateway
--   LUMA_GALLERY_CA     a file of trusted issuers, instead of the system's
--   LUMA_GALLERY_FONT   a font file for letters that are not Latin
--   LUMA_GALLERY_SIZE   the size of the window, such as 800x600
--
-- The only call of luma in the game loop is client:step in love.update.

local grid = require "grid"
local header = require "header"
local look = require "look"
local notice = require "notice"
local record = require "record"

local WINDOWS = jit.os == "Windows"

local BUDGET = 0.001  -- seconds for luma in each frame

local NOTHING = { ids = 0, tasks = 0, missing = 0, failed = 0, cancelled = 0 }

-- LÖVE looks for luma in the folder of the game. In luma's own folder it is
-- where it was built.
package.cpath = love.filesystem.getSource()
  .. "/../../build/luajit/?.so;" .. package.cpath

local client, job     -- nil if there is `trouble`
local trouble         -- { title, text, command }
local failure         -- the error message of the job
local done = true     -- no job runs

local delta = 0       -- seconds since the last frame

-- Small batches, so that the first cards appear early.
local function connect(luma, ids)
  client = assert(luma.client {
    batch_size = 4, ca_file = os.getenv "LUMA_GALLERY_CA",
  })
  job = assert(client:fetch(ids, {
    on_task = function(task, id, state)
      grid.show(id, task, state or "processing", luma)
    end,
    on_done = function(tasks, missing)
      local err = not tasks and missing or {}
      for _, id in ipairs(err.missing or missing) do
        grid.show_absent(id, "missing", "not known to the gateway")
      end
      for id, why in pairs(err.failed or {}) do
        grid.show_absent(id, "lost", why.message)
      end
      failure = not tasks and tostring(err)
      done = true
    end,
  }))
  done = false
end

-- Removes the position and the function name from the message of an error that
-- luma raised.
local function sentence(message)
  message = tostring(message)
  return message:match "bad argument #%d+ to '[^']*' %((.*)%)$" or message
end

local function unloadable(why)
  local text, command = "Build luma for LuaJIT in its folder, or put luma.so "
    .. "into the folder of the game.", "make LUA=luajit all"
  if WINDOWS then
    text, command = "Put luma.dll for LuaJIT beside love.exe, or into the folder "
      .. "of the game.", nil
  end
  if not why:find "not found:" then text = why:match "^[^\n]*" end
  return { "luma cannot be loaded", text, command }
end

-- Starts the job. Returns a notice if that is not possible.
local function start(ids)
  local found, luma = pcall(require, "luma")
  if not found then return unloadable(luma) end
  if not os.getenv "LUMA_GATEWAY_TOKEN" then
    return { "No token", "Set the environment variable LUMA_GATEWAY_TOKEN "
      .. "to the token of the gateway.",
      (WINDOWS and 'set "LUMA_GATEWAY_TOKEN=…" &&' or "LUMA_GATEWAY_TOKEN=…")
        .. " love examples/love ID…" }
  elseif #ids == 0 then
    return { "No tasks to show", "Give the ids of tasks on the command line. "
      .. "Without ids, you can use the stub gateway.",
      "make love" }
  end
  grid.add(ids)
  local ok, why = pcall(connect, luma, ids)
  return not ok and { "luma did not start", sentence(why) }
end

function love.load(ids)
  look.load()
  trouble = start(ids)
  if trouble then
    io.stderr:write(trouble[1], ". ", look.clean(trouble[2]), "\n")
  end
end

function love.update(dt)
  local before = love.timer.getTime()
  if client then client:step(BUDGET) end
  header.frame(dt, love.timer.getTime() - before)
  delta = dt
  grid.foot = failure and notice.FOOT or 0
  grid.update(dt)
end

function love.draw()
  local progress = job and job:progress() or NOTHING
  if trouble then
    notice.panel(unpack(trouble))
  else
    grid.draw()
    header.draw(grid.margin(), progress, grid,
      os.getenv "LUMA_GATEWAY_URL" or "the gateway", delta)
  end
  if failure then notice.foot(failure, grid.margin()) end
  record.frame(progress, done, grid.cards)
end

function love.wheelmoved(_, y) grid.scroll(-y * 90) end

local KEYS = {
  up = function() grid.scroll(-90) end,
  down = function() grid.scroll(90) end,
  pageup = function() grid.page(-1) end,
  pagedown = function() grid.page(1) end,
  space = function() grid.page(1) end,
  home = function() grid.scroll(-math.huge) end,
  ["end"] = function() grid.scroll(math.huge) end,
  escape = function() love.event.quit() end,
}

function love.keypressed(key)
  if KEYS[key] then KEYS[key]() end
end

function love.quit()
  if client then client:close() end
end
