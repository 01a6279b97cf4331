-- SPDX-License-Identifier: MIT
-- A small gateway for HTTP/2, over https: it completes each task it is asked
-- for. Its first connection goes deaf after one answer: it reads what comes,
-- and is silent. To a client that does not offer HTTP/2 it answers one request
-- of HTTP/1.1 with {"version":1}.
-- The answer for the id "slow" comes byte by byte, over about a second.
--
--   lua5.4 http2.lua
--
-- Prints its port, the path of its certificate and its pid in a line, and then
-- for each request that it answers the number of the connection and the version
-- of HTTP. It ends when it is killed, or after a minute.

local here = arg[0]:match "^(.*/)" or "./"
package.path = here .. "?.lua;" .. package.path

local cjson = require "cjson"
local cqueues = require "cqueues"
local socket = require "cqueues.socket"
local certificate = require "certificate"
local h2 = require "h2"
local own_pid = require "own_pid"

local LIFE = 60 -- seconds

local loop = cqueues.new()

-- Answers in pieces of so many bytes.
local function answer(sock, stream, text, piece)
  sock:xwrite(h2.head(stream, "application/json"), "bn")
  for i = 1, #text, piece do
    local last = i + piece > #text
    sock:xwrite(h2.frame(h2.DATA, last and h2.END_STREAM or 0, stream,
      text:sub(i, i + piece - 1)), "bn")
    if not last then cqueues.sleep(0.03) end
  end
end

local function serve_request(sock, stream, body)
  local ids, tasks = cjson.decode(body).ids, {}
  for i, id in ipairs(ids) do tasks[i] = { id = id, state = "completed" } end
  local text = cjson.encode(tasks)
  loop:wrap(answer, sock, stream, text, ids[1] == "slow" and 1 or #text)
end

local function report(number, version)
  io.stdout:write(number, " ", version, "\n")
  io.stdout:flush()
end

-- One frame at a time; nil at the end of the stream.
local function serve_http2(sock, number)
  local bodies, answered = {}, 0
  sock:xwrite(h2.frame(h2.SETTINGS, 0, 0, ""), "bn")
  while true do
    local head = sock:read(9)
    if not head then return end
    local size, kind, flags, stream = h2.unpack(head)
    local payload = size > 0 and sock:read(size) or ""
    if not payload then return end
    local deaf = number == 1 and answered > 0
    if not deaf and (kind == h2.SETTINGS or kind == h2.PING)
      and flags & h2.ACK == 0 then
      local echo = kind == h2.PING and payload or ""
      sock:xwrite(h2.frame(kind, h2.ACK, 0, echo), "bn")
    elseif not deaf and kind == h2.DATA then
      bodies[stream] = (bodies[stream] or "") .. payload
      if flags & h2.END_STREAM ~= 0 then
        answered = answered + 1
        report(number, "2")
        serve_request(sock, stream, bodies[stream])
      end
    end
  end
end

local function serve_http1(sock, number)
  local length = 0
  for line in sock:lines "*L" do
    length = tonumber(line:lower():match "^content%-length: (%d+)") or length
    if line == "\r\n" then break end
  end
  if length > 0 then sock:read(length) end
  report(number, "1.1")
  sock:xwrite("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. 'Content-Length: 13\r\n\r\n{"version":1}', "bn")
end

local function attend(sock, context, number)
  sock:onerror(function(_, _, why) return why end)
  sock:setmode("b", "bn")
  if not sock:starttls(context) then return end
  if sock:checktls():getAlpnSelected() ~= "h2" then
    serve_http1(sock, number)
  elseif sock:read(#h2.PREFACE) == h2.PREFACE then
    serve_http2(sock, number)
  end
  sock:close()
end

local contexts, pem = certificate.make()
loop:wrap(function()
  local server = socket.listen { host = "127.0.0.1", port = 0 }
  io.stdout:write(select(3, server:localname()), " ", pem, " ", own_pid(),
    "\n")
  io.stdout:flush()
  local number = 0
  for sock in server:clients() do
    number = number + 1
    loop:wrap(attend, sock, contexts.h2, number)
  end
end)
loop:loop(LIFE)
