-- SPDX-License-Identifier: MIT
-- A script of mpv that fetches tasks while mpv's own events go on:
--   mpv --script=inside-mpv.lua --script-opts=cpath=CPATH,ids=ID:ID[,leave=yes]
-- It prints each task and quits; with `leave` it quits before any has come.

-- luacheck: read globals mp
package.cpath = mp.get_opt "cpath" -- mpv ignores LUA_CPATH
local luma = require "luma"

local client = luma.client {}
local ids = {}
for id in mp.get_opt "ids":gmatch "[^:]+" do ids[#ids + 1] = id end

local job = client:fetch(ids, {
  on_task = function(task, id, state)
    print("task", id, state, task.video and task.video.width)
  end,
})

mp.add_periodic_timer(0.01, function()
  local unfinished = client:step(0.001)
  if unfinished > 0 and not mp.get_opt "leave" then return end
  print("left", unfinished, job:done())
  mp.commandv "quit"
end)
