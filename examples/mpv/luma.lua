-- SPDX-License-Identifier: MIT
-- Plays the videos of tasks of the Luma gateway, each as soon as it is
-- completed. From luma's folder, for Debian's mpv, which has Lua 5.2:
--
--   make LUA=lua5.2 all
--   export LUMA_GATEWAY_TOKEN=…
--   mpv --idle=once --script=examples/mpv/luma.lua --script-opts=luma-ids=ID:ID
--
-- Options, in --script-opts with luma- in front, or in script-opts/luma.conf:
--
--   ids       ids with colons or blanks between them
--   file      a file with ids, one in each line
--   prompt    what to generate and then to play
--   interval  seconds between two looks at tasks that change (5)
--   deadline  seconds until it gives up (3600)
--   cpath     where luma.so is, as a pattern of package.cpath. Without it, luma
--             is looked for beside this file and in luma's build folder.
--
-- Copied to ~/.config/mpv/scripts with luma.so beside it, it is loaded by each
-- mpv, and does nothing without ids or a prompt.

local msg = require "mp.msg"

local PERIOD = 0.02 -- seconds between two steps
local SLICE = 0.001 -- seconds of one step

local options = {
  ids = "", file = "", prompt = "", interval = 5, deadline = 3600, cpath = "",
}
require("mp.options").read_options(options, "luma")

-- mpv ignores LUA_CPATH.
local function find_luma()
  local here = debug.getinfo(1, "S").source:match "^@(.*)/" or "."
  local abi = rawget(_G, "jit") and "luajit"
    or "lua" .. _VERSION:match "%d+%.%d+"
  package.cpath = table.concat({
    options.cpath, here .. "/?.so", here .. "/../../build/" .. abi .. "/?.so",
    package.cpath,
  }, ";")
  local found, luma = pcall(require, "luma")
  if found then return luma end
  msg.error((luma:gsub("not found:.*", "not found. Build it: make LUA=" .. abi)))
end

local function text_of(path)
  local file, why = io.open(path)
  if not file then
    msg.error(why)
    return ""
  end
  local text = file:read "*a"
  file:close()
  return text
end

local function wanted()
  local text, ids = options.ids:gsub(":", " "), {}
  if options.file ~= "" then
    text = text .. "\n" .. text_of(mp.command_native {
      "expand-path", options.file,
    })
  end
  for id in text:gmatch "%S+" do ids[#ids + 1] = id end
  return ids
end

local function tell(text)
  msg.info(text)
  mp.osd_message(text, 4)
end

-- A gateway may send another type instead of an object or a text.
local function title_of(task, id)
  local row = type(task.data) == "table" and task.data or task
  local prompt = type(row.request) == "table" and row.request.prompt
  return type(prompt) == "string" and prompt ~= "" and prompt or id
end

-- mpv would also open files of this machine, and devices.
local function play(luma, task, id)
  local link, title = luma.url(task), title_of(task, id)
  if not (link and link:find "^https?://") then
    return tell(id .. " has no link to a video")
  end
  mp.command_native {
    name = "loadfile", url = link, flags = "append-play",
    options = { ["force-media-title"] = title },
  }
  tell("added: " .. title)
end

-- mpv must not quit while tasks are on their way. Afterwards it ends with the
-- last video, unless it was to stay.
local function stay()
  local stays = mp.get_property "idle" == "yes"
  mp.set_property("idle", "yes")
  return function()
    if stays then return end
    mp.set_property("idle", "no")
    if mp.get_property_native "idle-active"
      and mp.get_property_number "playlist-count" == 0 then
      mp.command "quit"
    end
  end
end

local function tell_end(good, rest)
  if not good then return tell(tostring(rest)) end
  if rest and #rest > 0 then
    tell("not known to the gateway: " .. table.concat(rest, " "))
  end
end

local function tell_start(job, err)
  if not job then tell(tostring(err)) end
end

local function follow(luma, client, ids)
  local watch = {
    interval = tonumber(options.interval),
    deadline = tonumber(options.deadline),
    on_task = function(task, id, state)
      if state == "completed" then return play(luma, task, id) end
      tell(id .. " is " .. state)
    end,
    on_done = tell_end,
  }
  if #ids > 0 then tell_start(client:watch(ids, watch)) end
  if options.prompt ~= "" then
    tell_start(client:generate(options.prompt, watch))
  end
end

local function start(luma, ids, leave)
  local client, err = luma.client {}
  if not client then error(tostring(err), 0) end
  follow(luma, client, ids)
  local timer
  timer = mp.add_periodic_timer(PERIOD, function()
    if client:step(SLICE) > 0 then return end
    timer:kill()
    client:close()
    leave()
  end)
end

local function run(ids)
  local luma, leave = find_luma(), stay()
  if not luma then return leave() end
  local ok, why = pcall(start, luma, ids, leave)
  if ok then return end
  msg.error((why:gsub("^bad argument #%d+ to '.-' ", "")))
  leave()
end

local asked = wanted()
if #asked > 0 or options.prompt ~= "" then run(asked) end
