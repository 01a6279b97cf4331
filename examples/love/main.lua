-- SPDX-License-Identifier: MIT
-- A gallery of tasks in LÖVE 11. From luma's folder:
--
--   make LUA=luajit all
--   export LUA_CPATH="$PWD/build/luajit/?.so;;"
--   LUMA_GATEWAY_TOKEN=… love examples/love ID…
--
-- Or `make love`, which shows it with the stub gateway that comes with luma.
-- The gateway is that of LUMA_GATEWAY_URL. LUMA_GALLERY_CA names a file of
-- trusted issuers where the system's will not do, LUMA_GALLERY_FONT one for
-- letters that are not Latin, LUMA_GALLERY_SIZE the window's size (800x600).
--
-- All that luma needs of the game loop is the step in love.update.

local grid = require "grid"
local header = require "header"
local look = require "look"
local notice = require "notice"
local record = require "record"

local BUDGET = 0.001  -- seconds of each frame for luma's work

local NOTHING = { ids = 0, tasks = 0, missing = 0, failed = 0, cancelled = 0 }

local client, job     -- absent while `trouble` says why
local trouble         -- { title, text, command }
local failure         -- how the job failed, as a sentence
local done = true     -- nothing more will come

local delta = 0       -- seconds since the frame before

-- Small batches, so that the first cards come soon.
local function connect(luma, ids)
  client = assert(luma.client {
    batch_size = 4, ca_file = os.getenv "LUMA_GALLERY_CA",
  })
  done = false
  job = client:fetch(ids, {
    on_task = function(task, id, state)
      grid.show(id, task, state or "processing", luma)
    end,
    on_done = function(tasks, missing)
      local err = not tasks and missing or {}
      for _, id in ipairs(err.missing or missing) do
        grid.lack(id, "missing", "not known to the gateway")
      end
      for id, why in pairs(err.failed or {}) do
        grid.lack(id, "lost", why.message)
      end
      failure = not tasks and tostring(err)
      done = true
    end,
  })
end

-- Misuse raises, with a position and a name that only a programmer needs.
local function sentence(message)
  message = tostring(message)
  return message:match "bad argument #%d+ to '[^']*' %((.*)%)$" or message
end

local function unloadable(why)
  local text = "It has to be built for LuaJIT, and to be found by LUA_CPATH."
  if not why:find "not found:" then text = why:match "^[^\n]*" end
  return { "luma cannot be loaded", text,
    'make LUA=luajit all;  export LUA_CPATH="$PWD/build/luajit/?.so;;"' }
end

-- What is to be told instead of starting, if anything.
local function hindrance(ids)
  local found, luma = pcall(require, "luma")
  if not found then return unloadable(luma) end
  if not os.getenv "LUMA_GATEWAY_TOKEN" then
    return { "No token", "The gateway wants a token. It is read from "
      .. "LUMA_GATEWAY_TOKEN in the environment.",
      "LUMA_GATEWAY_TOKEN=… love examples/love ID…" }
  elseif #ids == 0 then
    return { "No tasks to show", "Name the ids of tasks on the command line. "
      .. "To look around without any, there is a stub of a gateway.",
      "make love" }
  end
  grid.add(ids)
  local ok, why = pcall(connect, luma, ids)
  return not ok and { "That did not start", sentence(why) }
end

function love.load(ids)
  look.load()
  trouble = hindrance(ids)
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
