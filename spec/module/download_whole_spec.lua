-- SPDX-License-Identifier: MIT
-- A file is complete or has no name, whatever the server says about the bytes
-- it sends.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"

local CLIP = downloads.CLIP
local SIZE = downloads.SIZE
local CUT = 40000

-- The bytes from `first` to `last`, called what `range` says.
local function slice(first, last, range, fields)
  return downloads.with({
    status = 206, body = CLIP:sub(first + 1, last + 1),
    headers = { ["Content-Range"] = range
      or ("bytes %d-%d/%d"):format(first, last, SIZE) },
  }, fields)
end

local OK = { status = 200 } -- for a range that is no answer to a Range

local function raw(head, body)
  return { raw = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n" .. head
    .. "\r\n\r\n" .. body }
end

local BROKEN = { cut = CUT }
local RANGE = ("bytes=%d-"):format(CUT - 1)

-- What the requests find, in turn and the last one for good; which Range each
-- of them asks for ("-" for none); what comes of it: a code, or the whole file.
local cases = {
  { "a 200 that is a slice", { slice(0, 49999, nil, OK) }, "- -", "link" },
  { "a 200 that is a slice, and then the file", { slice(0, 49999, nil, OK),
    {} }, "- -" },
  { "a 200 that is a slice in chunks", { slice(0, 49999, nil,
    { status = 200, chunked = true }) }, "- -", "link" },
  { "a 206 that nobody asked for", { slice(0, 49999) }, "- -", "link" },
  { "a 206 that nobody asked for, and then the file", { slice(0, 49999), {} },
    "- -" },
  { "a 206 that is the whole file", { { always_part = true } }, "-" },
  { "a 200 that is the whole range", { slice(0, SIZE - 1, nil, OK) }, "-" },
  { "a 200 that begins later", { slice(10, SIZE - 1, nil, OK) }, "- -",
    "link" },
  { "a 206 that begins later", { slice(10, SIZE - 1) }, "- -", "link" },
  { "a 206 without a range", { { status = 206 } }, "- -", "link" },
  { "a range without a total", { slice(0, 49999, "bytes 0-49999/*", OK) },
    "- -", "link" },
  { "a range that is too long", { slice(0, 49999,
    ("bytes 0-%d/%d"):format(SIZE - 1, SIZE), OK) }, "- -", "link" },
  { "a range that cannot be read", { slice(0, 49999, "bytes=0-49999", OK) },
    "- -", "link" },
  { "no range at all", { slice(0, 49999, "bytes */100000", OK) }, "- -",
    "link" },
  { "ranges that differ", { raw("Content-Range: bytes 0-2/3\r\n"
    .. "Content-Range: bytes 0-2/6\r\nContent-Length: 3", "abc") }, "- -",
    "link" },
  { "a range with a blank before its colon", { raw("Content-Range : bytes 0-2/6"
    .. "\r\nContent-Length: 3", "abc") }, "- -", "link" },
  { "chunks with a blank before their colon", { raw("Transfer-Encoding : "
    .. "chunked", "3\r\nabc") }, "- -", "link" },
  { "chunks without an end", { raw("Transfer-Encoding: chunked",
    "3\r\nabc\r\n") }, "- - -", "truncated" },
  { "another protocol", { { raw = "HTTP/1.1 101 Switching Protocols\r\n\r\n"
    .. "abc" } }, "- - -", "network" },
  { "lengths that differ in one line", { raw("Content-Length: 3, 6",
    "abcdef") }, "- -", "link" },
  { "a length that ends with letters", { raw("Content-Length: 3abc",
    "abcdef") }, "- -", "link" },
  { "several parts", { { type = "multipart/byteranges; boundary=b" } }, "- -",
    "link" },
  { "a 416", { { status = 416, body = "" } }, "-", "link" },
  { "a range that tells the length alone", { slice(0, SIZE - 1, nil,
    { status = 200, content_length = "none" }) }, "-" },
  { "a range that is cut and tells the length alone", { slice(0, SIZE - 1, nil,
    { status = 200, content_length = "none", cut = CUT, etag = false }) },
    "- - -", "truncated" },
  { "chunks and another length", { { chunked = true, etag = false,
    headers = { ["Content-Length"] = "100001" } } }, "- - -", "truncated" },
  { "chunks and the same length", { { chunked = true,
    headers = { ["Content-Length"] = "100000" } } }, "-" },
  { "after a break, the rest as 200", { BROKEN,
    slice(CUT - 1, SIZE - 1, nil, OK), {} }, "- R -" },
  { "after a break, slices of 200", { BROKEN,
    slice(CUT - 1, SIZE - 1, nil, OK) }, "- R -", "link" },
  { "after a break, a part of the rest", { BROKEN, slice(CUT - 1, SIZE - 2),
    {} }, "- R -" },
  { "after a break, a rest that begins elsewhere", { BROKEN,
    slice(CUT, SIZE - 1), {} }, "- R -" },
  { "after a break, everything as 200", { BROKEN, slice(0, SIZE - 1, nil, OK) },
    "- R" },
  { "after a break, everything as 206", { BROKEN, slice(0, SIZE - 1) },
    "- R" },
  { "after a break, the rest of another length", { BROKEN, slice(CUT - 1,
    SIZE - 1, nil, { content_length = SIZE, ["then"] = "close" }), {} },
    "- R -" },
  { "after a break, 416", { BROKEN, { ranges = "refused" }, {} }, "- R -" },
  { "after a break, always 416", { BROKEN, { status = 416, body = "" } },
    "- R -", "link" },
  { "after a break, 412", { BROKEN, { status = 412, body = "" }, {} },
    "- R -" },
  { "after a break, always 412", { BROKEN, { status = 412, body = "" } },
    "- R -", "link" },
  { "a 412", { { status = 412, body = "" } }, "-", "link" },
  { "a range that is too long by one", { { headers = { ["Content-Range"] =
    ("bytes 0-%d/%d"):format(SIZE, SIZE) } } }, "- -", "link" },
  { "breaks, and slices between them", { BROKEN, slice(5, 9), { cut = CUT + 9 },
    slice(5, 9), {} }, "- R - bytes=40008- -" },
  { "breaks that bring no more, and slices between them", { BROKEN,
    slice(5, 9), BROKEN, slice(5, 9), BROKEN, slice(5, 9), BROKEN },
    "- R - R -", "truncated" },
}

describe("a download that is answered with", function()
  local d = downloads.use { attempts = 3 }
  local g, dir = d.g, d.dir

  local function ranges()
    local list = {}
    for i, request in ipairs((g:journal())) do
      local range = request.headers.range or "-"
      list[i] = range == RANGE and "R" or range
      assert.equal(range ~= "-", request.headers["if-range"] ~= nil)
    end
    return table.concat(list, " ")
  end

  for _, case in ipairs(cases) do
    it(case[1] .. (case[4] and " fails and leaves no file" or " brings all"),
      function()
        g:file("/clip", table.unpack(case[2]))
        local path, result = d:bring "/clip"
        if case[4] then
          assert.is_nil(path)
          errors.check(result)
          assert.equal(case[4], result.code, tostring(result))
          assert.is_nil(dir:read "clip.mp4")
        else
          assert.equal(dir:at "clip.mp4", path, tostring(result))
          assert.equal(CLIP, dir:read "clip.mp4")
          assert.same({ "clip.mp4" }, dir:names())
        end
        assert.equal(case[3], ranges())
      end)
  end

  -- Only newer versions of libcurl read such a header as one line.
  it("chunks in a folded header, but no last one, fails", function()
    g:file("/clip", raw("Transfer-Encoding:\r\n chunked", "3\r\nabc"))
    local path, err = d:bring "/clip"
    assert.is_nil(path)
    assert.is_true(errors.check(err).code == "link" or err.code == "truncated",
      tostring(err))
    assert.is_nil(dir:read "clip.mp4")
  end)
end)
