-- SPDX-License-Identifier: MIT
-- HTTP/2 servers that misbehave: what each of them sends instead of a response,
-- once it has read a request. `text` is the body that belongs there.

local h2 = require "h2"

local RST_STREAM, SETTINGS, PUSH_PROMISE, PING = 3, 4, 5, 6
local GOAWAY, WINDOW_UPDATE, CONTINUATION = 7, 8, 9
local END_STREAM, END_HEADERS, PADDED = 1, 4, 8
local NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL = 0, 2, 7, 8
local OK = "\x88" -- the status 200, from the static table of HPACK

local frame = h2.frame

-- A header line, literal and not indexed.
local function line(name, value)
  return "\0" .. ("s1"):pack(name) .. "\127" -- a length of 127 and more
    .. h2.integer(#value - 127) .. value
end

local function short(name, value) return "\0" .. ("s1s1"):pack(name, value) end

local function head(stream, more)
  return frame(h2.HEADERS, END_HEADERS, stream, OK .. (more or ""))
end

local function data(stream, text)
  return frame(h2.DATA, END_STREAM, stream, text)
end

local function part(stream, text)
  return frame(h2.DATA, 0, stream, text:sub(1, #text // 2))
end

local function rest(stream, text)
  return frame(h2.DATA, END_STREAM, stream, text:sub(#text // 2 + 1))
end

local function response(stream, text)
  return head(stream) .. data(stream, text)
end

local function reset(stream, code)
  return frame(RST_STREAM, 0, stream, (">I4"):pack(code))
end

local function goaway(last, code)
  return frame(GOAWAY, 0, 0, (">I4I4"):pack(last, code))
end

local frames = {}

frames["GOAWAY before"] = function() return goaway(0, NO_ERROR) end
frames["GOAWAY during"] = function(stream, text)
  return head(stream) .. part(stream, text) .. goaway(stream, NO_ERROR)
    .. rest(stream, text)
end
frames["GOAWAY after"] = function(stream, text)
  return response(stream, text) .. goaway(stream, NO_ERROR)
end
frames["GOAWAY and no more"] = function(stream, text)
  return head(stream) .. part(stream, text) .. goaway(0, INTERNAL_ERROR)
end
frames["REFUSED_STREAM"] = function(stream)
  return reset(stream, REFUSED_STREAM)
end
frames["INTERNAL_ERROR"] = function(stream)
  return reset(stream, INTERNAL_ERROR)
end
frames["CANCEL"] = function(stream) return reset(stream, CANCEL) end
frames["NO_ERROR"] = function(stream) return reset(stream, NO_ERROR) end
frames["CANCEL in the body"] = function(stream, text)
  return head(stream) .. part(stream, text) .. reset(stream, CANCEL)
end
frames["NO_ERROR in the body"] = function(stream, text)
  return head(stream) .. part(stream, text) .. reset(stream, NO_ERROR)
end
frames["an end in the body"] = function(stream, text)
  return head(stream) .. data(stream, text:sub(1, #text // 2))
end
frames["an end before content-length"] = function(stream, text)
  return head(stream, short("content-length", #text + 5)) .. data(stream, text)
end
frames["more than content-length"] = function(stream, text)
  return head(stream, short("content-length", #text - 5)) .. data(stream, text)
end
frames["a head alone"] = function(stream)
  return frame(h2.HEADERS, END_HEADERS | END_STREAM, stream, OK)
end
frames["no status"] = function(stream, text)
  return frame(h2.HEADERS, END_HEADERS, stream, short("a", "b"))
    .. data(stream, text)
end
frames["two heads"] = function(stream, text)
  return head(stream) .. response(stream, text)
end
frames["data before the head"] = function(stream, text)
  return part(stream, text) .. response(stream, text)
end
frames["a wrong index of HPACK"] = function(stream, text)
  return head(stream, "\255\255\255\15") .. data(stream, text)
end
frames["1,000 informational heads"] = function(stream, text)
  local early = frame(h2.HEADERS, END_HEADERS, stream, short(":status", "103"))
  return early:rep(1000) .. response(stream, text)
end
frames["trailers"] = function(stream, text)
  return head(stream) .. frame(h2.DATA, 0, stream, text)
    .. frame(h2.HEADERS, END_HEADERS | END_STREAM, stream, short("a", "b"))
end
frames["frames of an unknown kind"] = function(stream, text)
  return frame(170, 255, stream, "x") .. response(stream, text)
end
frames["another stream"] = function(stream, text)
  return response(stream + 2, text)
end
frames["a promise"] = function(stream, text)
  return frame(PUSH_PROMISE, END_HEADERS, stream, (">I4"):pack(2) .. "\x82")
    .. response(stream, text)
end
frames["a frame that is too long"] = function(stream, text)
  return (">I3BBI4"):pack(0xffffff, h2.DATA, 0, stream) .. text:rep(1000)
end
frames["too much padding"] = function(stream, text)
  return head(stream) .. frame(h2.DATA, PADDED, stream, "\255" .. text)
end
frames["a window that grows by 0"] = function(stream, text)
  return frame(WINDOW_UPDATE, 0, 0, (">I4"):pack(0)) .. response(stream, text)
end
frames["a window that overflows"] = function(stream, text)
  local most = frame(WINDOW_UPDATE, 0, 0, (">I4"):pack(0x7fffffff))
  return most:rep(2) .. response(stream, text)
end
frames["20,000 SETTINGS"] = function(stream, text)
  return frame(SETTINGS, 0, 0, ""):rep(20000) .. response(stream, text)
end
frames["20,000 PINGs"] = function(stream, text)
  return frame(PING, 0, 0, "pingpong"):rep(20000) .. response(stream, text)
end
frames["100 kB of headers"] = function(stream, text)
  local lines = line("x", ("x"):rep(1000)):rep(15)
  return frame(h2.HEADERS, 0, stream, OK)
    .. frame(CONTINUATION, 0, stream, lines):rep(7)
    .. frame(CONTINUATION, END_HEADERS, stream, "") .. data(stream, text)
end
frames["CONTINUATION for ever"] = function(stream)
  local lines = line("x", ("x"):rep(1000)):rep(15)
  return frame(h2.HEADERS, 0, stream, OK)
    .. frame(CONTINUATION, 0, stream, lines):rep(1000)
end

return frames
