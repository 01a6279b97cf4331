-- SPDX-License-Identifier: MIT
-- A name server on 127.0.0.1, in a network of its own (own-names.sh): the first
-- word of a name says how it is answered.
--
--   lua5.4 resolver.lua PORT
--
-- At that port nobody answers on 127.0.0.9 and ::1: the one place for a
-- connection is taken there. Prints a line when it is ready.

local socket = require "socket"

local port = assert(tonumber(arg[1]))

local GOOD, SILENT = "\127\0\0\1", "\127\0\0\9"
local SILENT6 = ("\0"):rep(15) .. "\1"
local A, CNAME, AAAA = 1, 5, 28
local NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
local TRUNCATED = 0x200

-- ---- messages -------------------------------------------------------------

-- The question of a query: its bytes, the first word and the type.
local function read_question(query)
  local at = 13
  while query:byte(at) > 0 do at = at + 1 + query:byte(at) end
  return {
    id = query:sub(1, 2), bytes = query:sub(13, at + 4),
    word = query:sub(14, 13 + query:byte(13)),
    kind = (">I2"):unpack(query, at + 1),
  }
end

-- A record of the name in the question, unless there is another one.
local function record(kind, data, name)
  return (name or "\xC0\12") .. (">I2I2I4s2"):pack(kind, 1, 0, data)
end

local function message(question, flags, records)
  return question.id .. (">I2I2I2I2I2"):pack(0x8180 | flags, 1, #records, 0, 0)
    .. question.bytes .. table.concat(records)
end

-- With these addresses, each of 4 or 16 bytes.
local function found(question, ...)
  local records = {}
  for _, address in ipairs { ... } do
    local kind = #address == 4 and A or AAAA
    if kind == question.kind then
      records[#records + 1] = record(kind, address)
    end
  end
  return message(question, NOERROR, records)
end

local function failing(flags)
  return function(question) return message(question, flags, {}) end
end

-- A name with this word before the rest of the one in the question.
local function name_of(word) return ("s1"):pack(word) .. "\7example\0" end

-- ---- names ----------------------------------------------------------------

local names = { nxdomain = failing(NXDOMAIN), servfail = failing(SERVFAIL),
  empty = failing(NOERROR), truncated = failing(TRUNCATED) }

function names.good(question) return found(question, GOOD) end

function names.never() end

function names.half(question)
  if question.kind == A then return found(question, GOOD) end
end

function names.late(question) return found(question, GOOD), 0.2 end

names["too-late"] = function(question) return found(question, GOOD), 2 end

function names.garbage(question)
  return question.id .. ("\xFF"):rep(60)
end

function names.short(question) return question.id end

names["wrong-id"] = function(question)
  return ("\xAA"):rep(2) .. found(question, GOOD):sub(3)
end

function names.fifty(question)
  local addresses = {}
  for i = 1, 49 do addresses[i] = "\127\0\1" .. string.char(i) end
  addresses[50] = GOOD
  return found(question, table.unpack(addresses))
end

names["silent-ipv6"] = function(question)
  return found(question, SILENT6, GOOD)
end

names["silent-first"] = function(question)
  return found(question, SILENT, GOOD)
end

function names.silent(question) return found(question, SILENT, SILENT6) end

function names.alias(question)
  local to = name_of "good"
  return message(question, NOERROR, { record(CNAME, to),
    question.kind == A and record(A, GOOD, to) or nil })
end

function names.loop(question)
  local other = name_of "other"
  return message(question, NOERROR,
    { record(CNAME, other), record(CNAME, "\xC0\12", other) })
end

-- ---- the server -----------------------------------------------------------

-- Returns both ends, which have to be held.
local function fill(address, make)
  local server, client = assert(make()), assert(make())
  assert(server:bind(address, port))
  assert(server:listen(0))
  assert(client:connect(address, port))
  return server, client
end

local held = { fill("127.0.0.9", socket.tcp4), fill("::1", socket.tcp6) }
local server = assert(socket.udp4())
assert(server:setsockname("127.0.0.1", 53))
local late = {}

-- Sends what is due; gives the seconds until something is.
local function send_late()
  local now, first = socket.gettime(), nil
  for answer, due in pairs(late) do
    if due <= now then
      server:sendto(answer.bytes, answer.host, answer.port)
      late[answer] = nil
    else
      first = math.min(first or due, due)
    end
  end
  return first and first - now
end

print "ready"
io.stdout:flush()
while #held > 0 do
  server:settimeout(send_late())
  local query, host, from = server:receivefrom()
  if query then
    local question = read_question(query)
    local bytes, delay = names[question.word](question)
    if bytes then
      late[{ bytes = bytes, host = host, port = from }] =
        socket.gettime() + (delay or 0)
    end
  end
end
