-- SPDX-License-Identifier: MIT
-- A gateway for programs that run for long. It answers any number of requests
-- and remembers none of them, and a share of its responses goes wrong.
--
--   weather.new(seed, share)   a function that gives a request its behaviour
--   weather.number(id)         which file a task has
--   weather.content(number)    the bytes of that file
--   weather.growing(n)         an id whose task will soon be completed
--
-- An id says what its task is: "missing-1" is left out, "failed-1" has failed,
-- "growing-12345-1" is completed from that millisecond of the clock on; any
-- other is completed. The number at its end says which of the files it has. A
-- generation gives a task that grows. Any other endpoint gives a list.

local cqueues = require "cqueues"
local fields = require "fields"
local files = require "files"

local weather = {}

local FILES = 8
local GROWTH = 50 -- milliseconds at least

local OBJECT = '{"id":"%s","state":"%s","created_at":"2024-12-22T13:38:40.139Z",'
  .. '"request":{"prompt":"a \\"cat\\" dances","aspect_ratio":"16:9","keyframes":'
  .. '[null,{"type":"image","weights":[1,2.5,-3e7,9007199254740993]}]}%s}'

local MEDIA = ',"video":{"url":"/files/%d.mp4","width":1360,"height":752,'
  .. '"duration":9.041667},"thumbnail":{"url":"/files/%d.jpg","palette":null}'

local ROW = '{"id":7,"task_id":"%s","status":"%s","progress":"%d%%",'
  .. '"fail_reason":"","data":%s}'

local JSON, HTML = "application/json", "text/html"

-- What may go wrong, and what is only unusual.
local FAULTS = {
  { status = 500 }, { status = 502, body = "<html>Bad Gateway</html>" },
  { status = 503, headers = { ["Retry-After"] = "0" } },
  { status = 429, headers = { ["Retry-After"] = "1" } },
  { status = 400 }, { status = 401 }, { reset = true }, { close = true },
  { cut_head = 20 }, { cut = 100 }, { cut = 3000, ["then"] = "reset" },
  { stall = "request" }, { stall = "head" }, { stall = "body" },
  { content_length = 1000000, ["then"] = "close" }, { body = "" },
  { body = "<html>Welcome</html>", content_type = HTML },
  { body = '{"error":{"message":"no"}}', content_type = JSON },
  { body = '[{"id":"growing-1","st', content_type = JSON },
  { delay = 0.05 }, { drip = { bytes = 700, seconds = 0.002 } },
  { chunked = 300 }, { silent_close = true }, { close_after = true },
  { shape = "B" }, { cap = 5 }, { ["repeat"] = 2 }, { strangers = 3 },
  { shuffle = true },
}
fields.check(fields.behaviour, FAULTS)

function weather.number(id) return (tonumber(id:match "%d+$") or 0) % FILES end

function weather.content(number)
  return files.content("file-" .. number, 1000 + number * 30000)
end

local function now() return math.floor(cqueues.monotime() * 1000) end

function weather.growing(n)
  return ("growing-%d-%d"):format(now() + GROWTH + n * 7 % 250, n)
end

-- The state, and the status and the progress of a row.
local function state_of(id, random)
  if id:find "^failed" then return "failed", "FAILURE", 100 end
  local due = id:match "^growing%-(%d+)"
  if not due or now() >= tonumber(due) then
    return "completed", "SUCCESS", 100
  end
  return "dreaming", "IN_PROGRESS", random(0, 99)
end

local function text_of(id, shape, random)
  if id:find "^missing" then return false end
  local state, status, progress = state_of(id, random)
  local number = weather.number(id)
  local media = state == "completed" and MEDIA:format(number, number) or ""
  local object = OBJECT:format(id, state, media)
  if shape ~= "B" then return object end
  return ROW:format(id, status, progress, object)
end

-- The tasks of one response (see `moves` in fields.lua).
local function moves(shape, random)
  return setmetatable({}, { __index = function(list, id)
    list[id] = { text_of(id, shape, random) }
    return list[id]
  end })
end

local function generation(made)
  return OBJECT:format(weather.growing(made), "queued", "")
end

function weather.new(seed, share)
  local random, made = math.random, 0
  math.randomseed(seed)

  local function usual(request, fault)
    local path = request.path:match "^[^?]*"
    local number = path:match "^/files/(%d+)%.mp4$"
    if number then
      local name = "file-" .. number
      return files.behaviour(request, { name = name,
        size = #weather.content(tonumber(number)) })
    elseif path == "/luma/tasks" then
      return { moves = moves(fault.shape, random) }
    elseif path == "/luma/generations" then
      made = made + 1
      return { body = generation(made) }
    end
    return { body = '["any",1,null]' }
  end

  return function(request)
    local fault = random() < share and FAULTS[random(#FAULTS)] or {}
    local behaviour = usual(request, fault)
    for name, value in pairs(fault) do behaviour[name] = value end
    return behaviour
  end
end

return weather
