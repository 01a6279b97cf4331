-- SPDX-License-Identifier: MIT
-- HTTP/2 as far as the stub server has to misbehave in it: it reads one request
-- and does not answer it, or not to its end.

local h2 = {}

local DATA, HEADERS, RST_STREAM, SETTINGS = 0, 1, 3, 4
local END_STREAM, END_HEADERS, ACK = 1, 4, 1
local PREFACE = 24 -- bytes that a client begins with
local STATUS_200 = "\x88" -- from the static table of HPACK

local function send(conn, kind, flags, stream, payload)
  conn:send((">I3BBI4"):pack(#payload, kind, flags, stream) .. payload)
end

local function field(name, value)
  return "\0" .. ("s1s1"):pack(name, value) -- a literal, not indexed
end

-- The stream of the next request, when all of it has come.
local function read_request(conn)
  while true do
    local size, kind, flags, stream = (">I3BBI4"):unpack(conn:exactly(9))
    conn:exactly(size)
    if kind == SETTINGS and flags & ACK == 0 then
      send(conn, SETTINGS, ACK, 0, "")
    elseif kind <= HEADERS and flags & END_STREAM ~= 0 then
      return stream
    end
  end
end

local ways = {}

function ways.close() end

-- Says with NO_ERROR that the rest of a file is not sent.
function ways.half(conn, stream)
  send(conn, HEADERS, END_HEADERS, stream,
    STATUS_200 .. field("content-type", "video/mp4"))
  send(conn, DATA, 0, stream, ("half "):rep(400))
  send(conn, RST_STREAM, 0, stream, "\0\0\0\0")
end

-- For a context: HTTP/2 is chosen where the client offers it.
function h2.select(_, offered)
  for _, name in ipairs(offered) do
    if name == "h2" then return name end
  end
end

-- Serves one request in one of the ways; then the connection closes.
function h2.serve(conn, way)
  send(conn, SETTINGS, 0, 0, "")
  conn:exactly(PREFACE)
  local stream = read_request(conn)
  conn.state.complete = conn.state.complete + 1
  conn.state.changed:signal()
  ways[way](conn, stream)
  return "close"
end

return h2
