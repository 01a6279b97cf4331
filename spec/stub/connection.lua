-- SPDX-License-Identifier: MIT
-- One accepted connection of the stub server: exact bytes in, exact bytes
-- out, and the ways to end it.

local cqueues = require "cqueues"
local errno = require "cqueues.errno"
local socket = require "cqueues.socket"

local READ_SIZE, WRITE_SIZE = 64 * 1024, 512 * 1024
local LINGER = 2 -- seconds a polite end waits for the peer's own end

-- Errors come back as values: what a client does is never news here.
socket.onerror(function(_, _, why) return why end)

local Connection = {}
Connection.__index = Connection

-- Raised when the peer has left; whoever runs the connection catches it.
Connection.GONE = {}

local function gone() error(Connection.GONE, 0) end

function Connection.new(sock)
  sock:setmode("b", "bn")
  -- A whole answer has to fit, or it would leave in several writes.
  sock:setbufsiz(READ_SIZE, WRITE_SIZE)
  return setmetatable({ sock = sock, input = "" }, Connection)
end

-- Takes what has arrived. True if something had, false if not; raises at
-- the end of the stream.
function Connection:peek()
  local data, why = self.sock:recv(-READ_SIZE)
  if data then
    self.input = self.input .. data
  elseif why ~= errno.EAGAIN then
    gone()
  end
  return data ~= nil
end

-- Waits until more has arrived.
function Connection:fill()
  while not self:peek() do cqueues.poll(self.sock) end
end

-- The bytes up to and including `mark`.
function Connection:upto(mark)
  local from = 1
  while true do
    local _, stop = self.input:find(mark, from, true)
    if stop then return self:cut(stop) end
    from = math.max(1, #self.input - #mark + 2)
    self:fill()
  end
end

-- The first `size` bytes of what has arrived, which must be enough.
function Connection:cut(size)
  local bytes = self.input:sub(1, size)
  self.input = self.input:sub(size + 1)
  return bytes
end

function Connection:exactly(size)
  local parts, have = { self.input }, #self.input
  while have < size do
    self.input = ""
    self:fill()
    parts[#parts + 1] = self.input
    have = have + #self.input
  end
  self.input = table.concat(parts)
  return self:cut(size)
end

function Connection:send(bytes)
  if not self.sock:xwrite(bytes, "bn") then gone() end
end

-- Waits until `done()`, asked again at each signal of `condition`, or until
-- `seconds` have passed; returns whether it is done. Raises if the peer
-- leaves. Reads no more than one buffer ahead, so a large request still
-- finds the window shut.
function Connection:hold(seconds, condition, done)
  local deadline = seconds and cqueues.monotime() + seconds
  while not (done and done()) do
    local left = deadline and deadline - cqueues.monotime()
    if left and left <= 0 then return false end
    if #self.input >= READ_SIZE then
      cqueues.poll(condition or left, condition and left)
    elseif not self:peek() then
      cqueues.poll(self.sock, condition or left, condition and left)
    end
  end
  return true
end

-- After a handshake that failed, what the client has sent cannot be read: gives
-- it the time to read why.
function Connection:linger()
  cqueues.sleep(LINGER)
  self.sock:shutdown "rw"
end

-- Ends the stream and takes what the peer is still sending: a close with
-- unread bytes would be a reset, which can destroy the answer on its way.
-- (Under TLS there is no close_notify: cqueues has none.)
function Connection:finish()
  local deadline = cqueues.monotime() + LINGER
  self.sock:shutdown "w"
  while true do
    local data, why = self.sock:recv(-READ_SIZE)
    local left = deadline - cqueues.monotime()
    if not data and why ~= errno.EAGAIN or left <= 0 then break end
    if not data then cqueues.poll(self.sock, left) end
  end
  self.sock:close()
end

-- Ends with RST. Nothing in Lua's reach sets SO_LINGER, and bytes left
-- unread (the other way to a reset) cannot be had under TLS; but the option
-- belongs to the connection, not to the process, so a child that inherits
-- the descriptor can set it. Perl is part of every Debian and macOS.
local SET_LINGER = [[exec perl -MSocket -e '
  open S, "+<&=", shift or die;
  setsockopt S, SOL_SOCKET, SO_LINGER, pack "ii", 1, 0 or die;' ]]

function Connection:reset()
  os.execute(SET_LINGER .. self.sock:pollfd())
  self.sock:close()
end

return Connection
