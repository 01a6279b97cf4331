-- SPDX-License-Identifier: MIT
-- HTTP/2: its frames, and how the stub server misbehaves in it. It reads one
-- request and does not answer it, or not to its end.

local h2 = {
  -- kinds of frames
  DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6,
  -- flags; ACK is one of SETTINGS and PING
  END_STREAM = 1, ACK = 1, END_HEADERS = 4,
  PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", -- a client begins with it
}

local FRAME = ">I3BBI4" -- length of the payload, kind, flags, stream

function h2.frame(kind, flags, stream, payload)
  return FRAME:pack(#payload, kind, flags, stream) .. payload
end

-- The same four values, from the nine bytes before a payload.
function h2.unpack(head) return FRAME:unpack(head) end

-- A number of HPACK, less what its first byte says.
function h2.integer(n)
  if n < 128 then return string.char(n) end
  return string.char(n % 128 + 128) .. h2.integer(n // 128)
end

-- The headers of a response with status 200.
function h2.head(stream, media_type)
  local status = "\x88" -- from the static table of HPACK
  return h2.frame(h2.HEADERS, h2.END_HEADERS, stream, status .. "\0"
    .. ("s1s1"):pack("content-type", media_type)) -- a literal, not indexed
end

-- The stream of the next request, when all of it has come.
local function read_request(conn)
  while true do
    local size, kind, flags, stream = h2.unpack(conn:exactly(9))
    conn:exactly(size)
    if kind == h2.SETTINGS and flags & h2.ACK == 0 then
      conn:send(h2.frame(h2.SETTINGS, h2.ACK, 0, ""))
    elseif kind <= h2.HEADERS and flags & h2.END_STREAM ~= 0 then
      return stream
    end
  end
end

local ways = {}

function ways.close() end

-- Says with NO_ERROR that the rest of a file is not sent.
function ways.half(conn, stream)
  conn:send(h2.head(stream, "video/mp4"))
  conn:send(h2.frame(h2.DATA, 0, stream, ("half "):rep(400)))
  conn:send(h2.frame(h2.RST_STREAM, 0, stream, "\0\0\0\0"))
end

-- For a context: HTTP/2 is chosen where the client offers it.
function h2.select(_, offered)
  for _, name in ipairs(offered) do
    if name == "h2" then return name end
  end
end

-- Serves one request in one of the ways; then the connection closes.
function h2.serve(conn, way)
  conn:send(h2.frame(h2.SETTINGS, 0, 0, ""))
  conn:exactly(#h2.PREFACE)
  local stream = read_request(conn)
  conn.state.complete = conn.state.complete + 1
  conn.state.changed:signal()
  ways[way](conn, stream)
  return "close"
end

return h2
