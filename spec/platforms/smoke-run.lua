-- SPDX-License-Identifier: MIT
-- Runs smoke.lua on a Lua of any platform, against the stub gateway on this
-- machine. Run it with lua5.4 in the root of the repository:
--
--   SMOKE_CPATH=… lua5.4 spec/platforms/smoke-run.lua NAME COMMAND...
--
-- COMMAND starts that Lua, such as `wine build/…/lua.exe` or `qemu-s390x-static
-- …/lua`; SMOKE_CPATH is its LUA_CPATH. Each run may take SMOKE_SECONDS (120).
-- The last line is "NAME: N passed, N failed".

local checks = require "spec.platforms.checks"
local files = require "spec.stub.files"
local folder = require "spec.support.folder"
local gateway = require "spec.support.gateway"
local process = require "spec.support.process"

local BIG = 5000000
local JSON = "application/json"
local NUMBERS = '{"time":1700000000000,"big":9007199254740993,'
  .. '"negative":-2147483649,"floats":[0.1,-14.47273535911e-10,30.53e-20,'
  .. '2.91e-11,5e-324,1.7976931348623157e308]}'
local WRITTEN = "[1700000000000,0.1,-2147483649,9007199254740992,"
  .. "3.053e-19,1e+300]"
local VALUES = '{"text":"h\\u00e9 \\ud83d\\ude00","yes":true,"null":null,'
  .. '"list":[1,null,{}]}'

local count = checks.new(arg[1])
local words = checks.join(checks.command(2),
  checks.here() .. "/spec/platforms/smoke.lua")

local function prepare(g)
  g:file("/clip", {})
  g:file("/stalled-clip", { stall = "body" })
  g:file("/big", { name = "big", size = BIG, cut = BIG // 2 },
    { name = "big", size = BIG })
  g:route("/stalled/luma/tasks", { stall = "body" })
  g:route("/moving/luma/tasks", { state = "processing" },
    { state = "processing" }, { state = "completed" })
  g:route("/denied/luma/tasks", { status = 401 })
  g:route("/luma/generations", { body = '{"id":"made","state":"queued"}' })
  g:route("/luma/numbers", { body = NUMBERS, content_type = JSON })
  g:route("/luma/values", { body = VALUES, content_type = JSON })
end

-- Runs smoke.lua with these arguments in the folder.
local function run(dir, ...)
  local what = checks.join(words, ...)
  what.before = "cd " .. process.quote(dir.path) .. " &&"
  what.err = true
  what.env = { LUA_CPATH = os.getenv "SMOKE_CPATH" }
  what.seconds = os.getenv "SMOKE_SECONDS" or "120"
  return process.run(what)
end

local function has_whole(dir, path, file, size)
  local text = dir:read((path:gsub("\\", "/")))
  return text == files.content(file, size)
end

local function check_line(dir, line)
  local word, rest = line:match "^(%a+) (.*)$"
  if line:find "^not ok " then
    count:judge(false, line:sub(8))
  elseif word == "ok" then
    count:judge(true)
  elseif word == "file" then
    local what, path = rest:match "^(%S+) (.*)$"
    count:judge(has_whole(dir, path, "clip", 100000),
      what .. " is not the file")
  end
end

local function check_all(dir, g, other)
  local ended = run(dir, "all", g.http, g.https, g.ca, other.ca)
  local output = ended.output:gsub("\r", "")
  for line in output:gmatch "[^\n]+" do check_line(dir, line) end
  count:judge(ended.code == 0 and output:find "end\n$", checks.told(ended))
  count:judge(ended.err == "", "errors: " .. ended.err:sub(1, 400))
end

local function check_written(g)
  local body
  for _, request in ipairs((g:journal())) do
    if request.path == "/luma/numbers" and request.method == "POST" then
      body = request.body
    end
  end
  count:judge(body == WRITTEN, "numbers as JSON: " .. tostring(body))
end

-- The file was begun by the process before.
local function check_resumed(dir, g)
  local ended = run(dir, "resume", g.http)
  count:judge(ended.code == 0, checks.told(ended))
  count:judge(has_whole(dir, "big.mp4", "big", BIG), "big.mp4 is not the file")
  local from
  for _, request in ipairs((g:journal())) do
    if request.path == "/big" then
      from = tonumber((request.headers.range or ""):match "=(%d+)-")
    end
  end
  count:judge(from and from > 0 and from <= BIG // 2, "resumed at " ..
    tostring(from))
end

local function check_ends(dir, g)
  for way, code in pairs { exit = 7, exit_and_close = 7, error = 1,
    ["end"] = 0 } do
    local ended = run(dir, "leave", g.http, way)
    count:judge(ended.code == code, way .. ": " .. checks.told(ended))
    local silent = ended.err == "" or way == "error"
      and ended.err:find "the end"
    count:judge(silent, way .. " says " .. ended.err)
  end
end

local function main()
  local g = gateway.start { unknown = { "nobody" } }
  local other = gateway.start()
  local dir = folder.new()
  dir:run "mkdir sub"
  prepare(g)
  check_all(dir, g, other)
  check_written(g)
  check_resumed(dir, g)
  check_ends(dir, g)
  g:stop()
  other:stop()
  dir:remove()
  count:finish()
end

main()
