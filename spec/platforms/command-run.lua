-- SPDX-License-Identifier: MIT
-- The command line on another platform, against the stub gateway on this
-- machine: results, files, exit codes, arguments in UTF-8, ends of lines. Run
-- it with lua5.4 in the root of the repository:
--
--   SMOKE_CPATH=… lua5.4 spec/platforms/command-run.lua NAME crlf|lf COMMAND...
--
-- COMMAND and SMOKE_CPATH are those of smoke-run.lua. The word before it says
-- how lines end in a file there.

local cjson = require "cjson"
local checks = require "spec.platforms.checks"
local files = require "spec.stub.files"
local folder = require "spec.support.folder"
local gateway = require "spec.support.gateway"
local process = require "spec.support.process"

local count = checks.new(arg[1])
local NEWLINE = arg[2] == "crlf" and "\r\n" or "\n"
local words = checks.join(checks.command(3), checks.here() .. "/bin/luma")
local g = gateway.start { unknown = { "nobody" } }
local dir = folder.new()

-- Runs the command; `stdin` is a text. Without `url`, the stub is asked.
local function luma(arguments, stdin, url)
  local what = checks.join(words, table.unpack(arguments))
  what.before = "cd " .. process.quote(dir.path) .. " &&"
  what.err, what.stdin = true, stdin
  what.seconds = os.getenv "SMOKE_SECONDS" or "120"
  what.env = {
    LUA_CPATH = os.getenv "SMOKE_CPATH", LC_ALL = "C.UTF-8",
    LUMA_GATEWAY_URL = url or g.http, LUMA_GATEWAY_TOKEN = "token",
  }
  return process.run(what)
end

-- It ends with this code, and all its lines end as they should. Returns its
-- output with plain ends of lines.
local function ends(what, code, ended)
  count:judge(ended.code == code, what .. ": " .. checks.told(ended))
  local plain = (ended.output .. ended.err):gsub(NEWLINE, "")
  count:judge(not plain:find "[\r\n]", what .. ": ends of lines: "
    .. checks.told(ended))
  return (ended.output:gsub("\r\n", "\n")), (ended.err:gsub("\r\n", "\n"))
end

local function has(what, text, part)
  count:judge(text:find(part, 1, true), ("%s: no %q in %q"):format(what, part,
    text:sub(1, 400)))
end

local function ids_of(output)
  local ids = {}
  for line in output:gmatch "[^\n]+" do
    local ok, task = pcall(cjson.decode, line)
    ids[#ids + 1] = ok and type(task) == "table" and task.id or "?"
  end
  table.sort(ids)
  return table.concat(ids, " ")
end

local function check_get()
  local out = ends("get", 0, luma { "get", "id-1", "id-2" })
  count:judge(ids_of(out) == "id-1 id-2", "get: " .. out:sub(1, 400))
  out = ends("get -", 0, luma({ "get", "-" }, "id-3\r\nid-4\r\n"))
  count:judge(ids_of(out) == "id-3 id-4", "get -: " .. out:sub(1, 400))
  out = ends("get --table", 0, luma { "get", "--table", "id-1" })
  has("get --table", out, "completed")
  has("get --table", out, "id-1")
end

local function sends(what, word, body)
  local out = ends(what, 0,
    luma({ "request", "POST", "/luma/generations", word }, body))
  has(what, out, '"made"')
  local requests = g:journal()
  local last = requests[#requests]
  has(what, last and last.body or "", body)
end

-- Windows gives a program its arguments in the code page of the country. The
-- standard input has any bytes.
local function check_request()
  g:route("/luma/generations", { body = '{"id":"made","state":"queued"}' })
  local body = '{"prompt":"c\195\188ll"}'
  sends("request", "{}", "{}")
  sends("request with standard input", "-", body)
  if NEWLINE == "\n" then
    sends("request with UTF-8", body, body)
  else
    local _, err = ends("request with UTF-8", 2,
      luma { "request", "POST", "/luma/generations", body })
    has("request with UTF-8", err, "not UTF-8")
  end
end

local function check_download()
  g:file("/clip", {})
  local link = g.http .. "/clip"
  g:default { extra = { video = { url = link, download_url = link },
    assets = { video = link } } }
  ends("download", 0, luma { "download", "--allow-private", "--dir",
    "f\195\188r", "task-1" })
  count:judge(dir:read "f\195\188r/task-1.mp4" == files.content("clip", 100000),
    "download: the file is not there")
  g:default {}
end

local function check_codes()
  local out = ends("--help", 0, luma { "--help" })
  has("--help", out, "Usage: luma")
  local _, err = ends("a wrong option", 2, luma { "get", "--colour", "a" })
  has("a wrong option", err, "--colour")
  ends("a missing id", 4, luma { "get", "nobody" })
  ends("no gateway", 1, luma({ "get", "a" }, nil, "http://127.0.0.1:1"))
  g:default { state = "failed" }
  ends("a failed task", 3, luma { "get", "a" })
  g:default {}
end

check_get()
check_request()
check_download()
check_codes()
g:stop()
dir:remove()
count:finish()
