-- SPDX-License-Identifier: MIT
-- What stands between a client and a server: a relay that spoils TLS records
-- of the server, and the tunnel of a proxy.

local cqueues = require "cqueues"
local socket = require "cqueues.socket"
local Connection = require "connection"

local HEAD = 5 -- bytes: the kind of a record, its version, its length

local relay = {}

-- Hands what comes from one connection to `pass`, which gives what is left,
-- until either is gone.
local function pump(from, to, pass)
  pcall(function()
    while true do
      from:fill()
      from.input = pass(from.input)
    end
  end)
  pcall(to.sock.shutdown, to.sock, "w") -- which may be closed already
end

local function pass_to(to)
  return function(bytes)
    to:send(bytes)
    return ""
  end
end

local ways = {}

-- How one record is spoiled; nil: nothing follows.
function ways.cut() end

function ways.half(record, to) to:send(record:sub(1, #record // 2)) end

function ways.flip(record)
  return record:sub(1, -2) .. string.char(record:byte(-1) ~ 1)
end

function ways.fill(record) return record .. "\23\3\3\0\4oops" end

-- Sends whole records, of which the one with this number is spoiled.
local function pass_records(to, spoil)
  local number = 0
  return function(bytes)
    while #bytes >= HEAD and #bytes >= HEAD + (">I2"):unpack(bytes, 4) do
      local size = HEAD + (">I2"):unpack(bytes, 4)
      local record = bytes:sub(1, size)
      bytes, number = bytes:sub(size + 1), number + 1
      if number == spoil.record then record = ways[spoil.way](record, to) end
      if not record then error(Connection.GONE, 0) end
      to:send(record)
    end
    return bytes
  end
end

local function run(loop, a, to_b, b, to_a)
  loop:wrap(pump, a, b, to_b)
  loop:wrap(pump, b, a, to_a)
end

-- The socket for the server's end of a connection whose records are spoiled.
function relay.spoil(conn, spoil)
  local near, far = socket.pair()
  local client = Connection.new(conn.sock)
  local server = Connection.new(far)
  Connection.new(near) -- sets its mode
  client.input, conn.input = conn.input, ""
  run(cqueues.running(), client, pass_to(server), server,
    pass_records(client, spoil))
  return near
end

-- Connects the client of a proxy with the address it asks for. Returns at the
-- end of the connection.
function relay.tunnel(conn, address)
  local host, port = address:match "^(.*):(%d+)$"
  local server = Connection.new(socket.connect(host, math.tointeger(port)))
  conn:send "HTTP/1.1 200 Connection established\r\n\r\n"
  local loop = cqueues.running()
  loop:wrap(pump, server, conn, pass_to(conn))
  pump(conn, server, pass_to(server))
end

return relay
