-- SPDX-License-Identifier: MIT
-- Responses whose bytes are framed in odd ways: what is wrong is never taken
-- for complete, and what HTTP allows is read.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local BODY = '[{"id":"a","state":"completed"},{"id":"b","state":"completed"}]'
local FIRST = 31 -- bytes of the body with the first task
local OK = "HTTP/1.1 200 OK\r\n"
local LENGTH = ("Content-Length: %d\r\n"):format(#BODY)
local CHUNKED = "Transfer-Encoding: chunked\r\n"

local function chunk(text, size)
  return ("%s\r\n%s\r\n"):format(size or ("%x"):format(#text), text)
end

local WHOLE = chunk(BODY)
local LAST = "0\r\n\r\n"

-- What is odd, the bytes up to the end of the connection, and the ids that come
-- and the code; no code where both ids come. `either`: libcurl forgives it in
-- some versions.
local cases = {
  -- lengths
  { "no length", OK .. "\r\n" .. BODY },
  { "a length", OK .. LENGTH .. "\r\n" .. BODY },
  { "the same length twice", OK .. LENGTH .. LENGTH .. "\r\n" .. BODY },
  { "two lengths", OK .. LENGTH .. "Content-Length: 5\r\n\r\n" .. BODY, "",
    "reply" },
  { "two lengths in a line", OK .. LENGTH:gsub("\r\n", ", 5\r\n") .. "\r\n"
    .. BODY, "", "reply", either = true },
  { "a length that is short", OK .. "Content-Length: 40\r\n\r\n" .. BODY, "a",
    "truncated" },
  { "a length of 0", OK .. "Content-Length: 0\r\n\r\n" .. BODY, "", "reply" },
  { "a length that is long", OK .. "Content-Length: 99\r\n\r\n" .. BODY },
  { "a length that is long, and half a body", OK .. "Content-Length: 99\r\n\r\n"
    .. BODY:sub(1, 40), "a", "truncated" },
  { "a negative length", OK .. "Content-Length: -1\r\n\r\n" .. BODY, "",
    "reply" },
  { "a length with a sign", OK .. "Content-Length: +63\r\n\r\n" .. BODY, "",
    "reply", either = true },
  { "a length in words", OK .. "Content-Length: all\r\n\r\n" .. BODY, "",
    "reply" },
  { "an empty length", OK .. "Content-Length:\r\n\r\n" .. BODY, "", "reply" },
  { "a length in hex", OK .. "Content-Length: 0x3f\r\n\r\n" .. BODY, "",
    "reply" },
  { "a length of 2^63", OK .. "Content-Length: 9223372036854775808\r\n\r\n"
    .. BODY },
  { "a length of 30 digits", OK .. "Content-Length: " .. ("9"):rep(30)
    .. "\r\n\r\n" .. BODY },
  -- chunks
  { "a chunk", OK .. CHUNKED .. "\r\n" .. WHOLE .. LAST },
  { "chunks", OK .. CHUNKED .. "\r\n" .. chunk(BODY:sub(1, 9))
    .. chunk(BODY:sub(10)) .. LAST },
  { "a chunk's extension", OK .. CHUNKED .. "\r\n"
    .. chunk(BODY, ("%x;a=b"):format(#BODY)) .. LAST },
  { "a size with zeros before it", OK .. CHUNKED .. "\r\n"
    .. chunk(BODY, ("%010x"):format(#BODY)) .. LAST },
  { "a trailer", OK .. CHUNKED .. "\r\n" .. WHOLE .. "0\r\nA: b\r\n\r\n" },
  { "bytes behind the last chunk", OK .. CHUNKED .. "\r\n" .. WHOLE .. LAST
    .. "more" },
  { "no last chunk", OK .. CHUNKED .. "\r\n" .. WHOLE },
  { "no last chunk, and half a body", OK .. CHUNKED .. "\r\n"
    .. chunk(BODY:sub(1, 40)), "a", "truncated" },
  { "half a chunk", OK .. CHUNKED .. "\r\n" .. WHOLE:sub(1, 44), "a",
    "truncated" },
  { "a size that is no number", OK .. CHUNKED .. "\r\n"
    .. chunk(BODY, "zz") .. LAST, "", "truncated" },
  { "a negative size", OK .. CHUNKED .. "\r\n" .. chunk(BODY, "-3f") .. LAST,
    "", "truncated" },
  { "a size of 20 digits", OK .. CHUNKED .. "\r\n"
    .. chunk(BODY, ("f"):rep(20)) .. LAST, "", "truncated" },
  { "a size that is short", OK .. CHUNKED .. "\r\n" .. chunk(BODY, "1f")
    .. LAST, "a", "truncated" },
  { "no end of line behind a chunk", OK .. CHUNKED .. "\r\n"
    .. chunk(BODY:sub(1, FIRST)):sub(1, -3) .. chunk(BODY:sub(FIRST + 1))
    .. LAST, "a", "truncated" },
  { "chunks and a length", OK .. CHUNKED .. "Content-Length: 5\r\n\r\n"
    .. WHOLE .. LAST },
  { "a length and chunks", OK .. "Content-Length: 5\r\n" .. CHUNKED .. "\r\n"
    .. WHOLE .. LAST },
  { "an unknown encoding of the transfer", OK
    .. "Transfer-Encoding: mystery\r\n\r\n" .. BODY, "", "reply" },
  -- heads
  { "lines that end in LF", (OK .. LENGTH .. "\r\n"):gsub("\r", "") .. BODY },
  { "a folded header", OK .. "X-Long: a\r\n b\r\n" .. LENGTH .. "\r\n" .. BODY },
  { "a header without a colon", OK .. "nonsense\r\n" .. LENGTH .. "\r\n"
    .. BODY, "", "reply", either = true },
  { "a NUL in a header", OK .. "X: a\0b\r\n" .. LENGTH .. "\r\n" .. BODY, "",
    "reply" },
  { "a header of 64 kB", OK .. "X: " .. ("x"):rep(65536) .. "\r\n" .. LENGTH
    .. "\r\n" .. BODY, "", "too_large" },
  { "10,000 headers", OK .. ("X: y\r\n"):rep(10000) .. LENGTH .. "\r\n" .. BODY,
    "", "too_large" },
  { "100 headers", OK .. ("X: y\r\n"):rep(100) .. LENGTH .. "\r\n" .. BODY },
  { "an early hint", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" .. OK
    .. LENGTH .. "\r\n" .. BODY },
  { "100 Continue a hundred times", ("HTTP/1.1 100 Continue\r\n\r\n"):rep(100)
    .. OK .. LENGTH .. "\r\n" .. BODY },
  { "interim responses without an end",
    ("HTTP/1.1 100 Continue\r\n\r\n"):rep(10000), "", "too_large" },
  { "another protocol", "HTTP/1.1 101 Switching Protocols\r\n"
    .. "Upgrade: x\r\n\r\n" .. BODY, "", "network" },
  { "HTTP/1.0", "HTTP/1.0 200 OK\r\n" .. LENGTH .. "\r\n" .. BODY },
  { "HTTP/1.2", "HTTP/1.2 200 OK\r\n" .. LENGTH .. "\r\n" .. BODY, "",
    "reply" },
  { "HTTP/2 in the status line", "HTTP/2 200 OK\r\n" .. LENGTH .. "\r\n"
    .. BODY, "", "reply", either = true },
  { "HTTP/0.9", BODY, "", "reply" },
  { "no words in the status line", "HTTP/1.1 200\r\n" .. LENGTH .. "\r\n"
    .. BODY },
  { "no status", "HTTP/1.1 OK\r\n" .. LENGTH .. "\r\n" .. BODY, "", "reply" },
  { "a status of two digits", "HTTP/1.1 20 OK\r\n" .. LENGTH .. "\r\n" .. BODY,
    "", "reply" },
  { "a status of four digits", "HTTP/1.1 2000 OK\r\n" .. LENGTH .. "\r\n"
    .. BODY, "", "reply", either = true },
  { "an empty line before the head", "\r\n" .. OK .. LENGTH .. "\r\n" .. BODY,
    "", "reply" },
  { "two responses", (OK .. LENGTH .. "\r\n" .. BODY):rep(2) },
}

describe("a response with", function()
  local f = fixture.use { token = errors.TOKEN, attempts = 1 }

  for _, case in ipairs(cases) do
    local what, bytes, came, code = case[1], case[2], case[3], case[4]

    it(what .. (code and " is not taken for complete" or " is read"), function()
      f.g:default { raw = bytes }
      local tasks, err = f:new():tasks { "a", "b" }
      if case.either and tasks then came, code = "ab", nil end
      assert.equal(came or "ab", table.concat(fixture.ids_of(tasks or err.tasks)))
      if not code then return assert.same({}, err) end
      assert.is_nil(tasks)
      assert.equal(code, errors.check(err).code, tostring(err))
      assert.same({}, err.missing)
    end)
  end
end)
