-- SPDX-License-Identifier: MIT
-- A gateway where each connection breaks: it has a port for each transport,
-- phase of the exchange and fault (see the tables below). After a SIGHUP it is
-- healed, and completes each task that it is asked for.
--
--   lua5.4 faults.lua
--
-- Prints a line of JSON: the ports by "transport/phase/fault", the path of its
-- certificate and its pid. Then it prints such a name for each request that it
-- has read to its end. It ends when it is killed, or after two minutes.

local here = arg[0]:match "^(.*/)" or "./"
package.path = here .. "?.lua;" .. package.path

local cjson = require "cjson"
local cqueues = require "cqueues"
local signal = require "cqueues.signal"
local socket = require "cqueues.socket"
local certificate = require "certificate"
local Connection = require "connection"
local frames = require "frames"
local h2 = require "h2"
local own_pid = require "own_pid"

local LIFE = 120      -- seconds
local DRIP = 0.1      -- seconds between two bytes
local TRANSPORTS = { "http", "https", "h2" }
local PHASES = { "accept", "hello", "handshake", "request head",
  "request body", "status line", "response head", "response body" }
local OVER_TLS = { hello = true, handshake = true }

-- How a server begins, over each protocol
local STATUS = "HTTP/1.1 200 OK\r\n"
local SETTINGS = h2.frame(h2.SETTINGS, 0, 0, "")
local HELLO = "\22\3\3\0\122\2\0\0\118\3\3"

local healed = false

-- What the server does, when `rest` is what it should send from then on.
local faults = {}

function faults.reset(conn) conn:reset() end

function faults.close(conn) conn.sock:close() end

faults["half close"] = function(conn)
  conn.sock:shutdown "w"
  conn:hold()
end

function faults.stall(conn) conn:hold() end

function faults.drip(conn, rest)
  for byte in rest:gmatch "." do
    conn:send(byte)
    conn:hold(DRIP)
  end
  conn:hold()
end

function faults.garbage(conn)
  conn:send(("\1\254 \0\r\n"):rep(20))
  conn:finish()
end

-- Raised where a connection has come to its fault.
local Broken = {}

local function reach(conn, phase, rest)
  if healed or conn.phase ~= phase then return end
  faults[conn.fault](conn, rest)
  error(Broken, 0)
end

-- Sends the four pieces of a response, each of the last three after a phase.
local function respond(conn, pieces)
  for i, phase in ipairs { "status line", "response head", "response body" } do
    conn:send(pieces[i])
    reach(conn, phase, table.concat(pieces, "", i + 1))
  end
  conn:send(pieces[4])
end

local function report(conn)
  io.stdout:write(conn.name, "\n")
  io.stdout:flush()
end

local function tasks_for(body)
  local list = {}
  for i, id in ipairs(cjson.decode(body).ids) do
    list[i] = ('{"id":"%s","state":"completed"}'):format(id)
  end
  return "[" .. table.concat(list, ",") .. "]"
end

-- Cuts a text after each of these lengths.
local function cut(text, ...)
  local pieces, from = {}, 1
  for _, to in ipairs { ... } do
    pieces[#pieces + 1] = text:sub(from, to)
    from = to + 1
  end
  pieces[#pieces + 1] = text:sub(from)
  return pieces
end

local function serve_http1(conn)
  while true do
    local start = conn:exactly(20)
    reach(conn, "request head", STATUS)
    local head = start .. conn:upto "\r\n\r\n"
    local size = tonumber(head:lower():match "\ncontent%-length: (%d+)")
    local first = conn:exactly(size // 2)
    reach(conn, "request body", STATUS)
    local text = tasks_for(first .. conn:exactly(size - #first))
    report(conn)
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
      .. "Content-Length: " .. #text .. "\r\n\r\n"
    respond(conn, cut(head .. text, 11, 40, #head + #text // 2))
  end
end

-- The next request of HTTP/2: its stream and its body.
local function read_request(conn)
  local body = ""
  while true do
    local size, kind, flags, stream = h2.unpack(conn:exactly(9))
    if kind == h2.HEADERS then reach(conn, "request head", SETTINGS) end
    if kind == h2.DATA then reach(conn, "request body", SETTINGS) end
    local payload = conn:exactly(size)
    if kind == h2.SETTINGS and flags & h2.ACK == 0 then
      conn:send(h2.frame(h2.SETTINGS, h2.ACK, 0, ""))
    elseif kind == h2.DATA then
      body = body .. payload
      if flags & h2.END_STREAM ~= 0 then return stream, body end
    end
  end
end

local function serve_http2(conn)
  conn:exactly(#h2.PREFACE)
  conn:send(SETTINGS)
  while true do
    local stream, body = read_request(conn)
    report(conn)
    local text = tasks_for(body)
    local head = h2.head(stream, "application/json")
    local data = h2.frame(h2.DATA, h2.END_STREAM, stream, text)
    if frames[conn.fault] and not healed then
      conn:send(frames[conn.fault](stream, text))
    else
      respond(conn, cut(head .. data, 5, #head - 5, #head + 9 + #text // 2))
    end
  end
end

local function attend(conn, contexts)
  reach(conn, "accept", STATUS)
  if conn.transport ~= "http" then
    conn:fill()
    reach(conn, "hello", HELLO)
    conn.sock:unget(conn.input)
    conn.input = ""
    local usual = conn.transport == "https"
    if not conn.sock:starttls(usual and contexts.usual or contexts.h2) then
      return
    end
    reach(conn, "handshake", usual and STATUS or SETTINGS)
  end
  if conn.transport == "h2" then return serve_http2(conn) end
  serve_http1(conn)
end

local function run(conn, contexts)
  local ok, what = pcall(attend, conn, contexts)
  if not ok and what ~= Broken and what ~= Connection.GONE then
    io.stderr:write("faults: ", tostring(what), "\n")
  end
  conn.sock:close()
end

-- Listens for connections of one transport, phase and fault. Gives the port.
local function listen(loop, contexts, transport, phase, fault)
  local server = assert(socket.listen { host = "127.0.0.1", port = 0 })
  assert(server:listen())
  loop:wrap(function()
    while true do
      -- A child that sets an option of the connection must inherit it.
      local sock = server:accept { nodelay = true, cloexec = false }
      local conn = Connection.new(sock)
      conn.transport, conn.phase, conn.fault = transport, phase, fault
      conn.name = table.concat({ transport, phase, fault }, "/")
      loop:wrap(run, conn, contexts)
    end
  end)
  return math.tointeger((select(3, server:localname())))
end

local function ports_of(loop, contexts)
  local ports = {}
  for _, transport in ipairs(TRANSPORTS) do
    for _, phase in ipairs(PHASES) do
      for fault in pairs(faults) do
        if transport ~= "http" or not OVER_TLS[phase] then
          ports[table.concat({ transport, phase, fault }, "/")] =
            listen(loop, contexts, transport, phase, fault)
        end
      end
    end
  end
  for name in pairs(frames) do
    ports["h2/frames/" .. name] = listen(loop, contexts, "h2", "frames", name)
  end
  return ports
end

local function main()
  local loop = cqueues.new()
  local contexts, pem = certificate.make()
  signal.ignore(signal.SIGPIPE)
  signal.block(signal.SIGHUP)
  loop:wrap(function()
    signal.listen(signal.SIGHUP):wait()
    healed = true
  end)
  io.stdout:write(cjson.encode {
    ports = ports_of(loop, contexts), ca = pem, pid = own_pid(),
  }, "\n")
  io.stdout:flush()
  loop:loop(LIFE)
end

main()
