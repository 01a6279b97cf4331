-- SPDX-License-Identifier: MIT
-- A wrong response to a download gives an error that says so, and no file.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"

local CLIP = downloads.CLIP

describe("a download", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir
  local client

  before_each(function() client = d.client end)

  local function bring(...) return d:bring(...) end

  describe("that is answered with", function()
    local function raw(head, body)
      return { raw = "HTTP/1.1 200 OK\r\n" .. head .. "\r\n\r\n"
        .. (body or "") }
    end
    local html = "<!DOCTYPE html><html>sign in</html>"
    local cases = {
      { "404", "link", { status = 404 } },
      { "401", "link", { status = 401 } },
      { "204", "link", { status = 204 } },
      { "300", "link", { status = 300 } },
      { "304", "link", { status = 304 } },
      { "416", "link", { status = 416 } },
      { "429", "rate_limit", { status = 429 } },
      { "500", "server", { status = 500 } },
      { "503 and a long wait", "server",
        { status = 503, headers = { ["Retry-After"] = "1000" } } },
      { "a page", "link", { body = html, content_type = "text/html" } },
      { "a page called a video", "link",
        { body = html, content_type = "video/mp4" } },
      { "a page with a mark before it", "link",
        { body = "\239\187\191 \n" .. html, content_type = "video/mp4" } },
      { "JSON", "link", { body = "{}", content_type = "application/json" } },
      { "JSON called a video", "link",
        { body = '{"error":{}}', content_type = "video/mp4" } },
      { "a JSON array called a video", "link",
        { body = '["expired"]', content_type = "application/octet-stream" } },
      { "a page in UTF-16", "link", { body = "\255\254<\0h\0t\0m\0l\0>\0",
        content_type = "application/octet-stream" } },
      { "a message in UTF-16", "link", { body = "\254\255\0N\0o",
        content_type = "application/octet-stream" } },
      { "white space", "link", { body = "  \n ", content_type = "video/mp4" } },
      { "nothing", "link", { body = "", content_type = "video/mp4" } },
      { "no chunk", "link",
        { body = "", chunked = true, content_type = "video/mp4" } },
      { "a part nobody asked for", "link", { status = 206, body = "abc",
        content_type = "video/mp4" } },
      { "less than it says", "truncated",
        { body = "abc", content_length = 10, content_type = "video/mp4",
          ["then"] = "close" } },
      { "an end nobody can tell", "reply",
        { body = "abc", content_length = "none",
          content_type = "video/mp4" } },
      { "two lengths", "link", raw("Content-Length: 3\r\n"
        .. "Content-Length: 4", "abcd") },
      { "a negative length", "link", raw("Content-Length: -3", "abc") },
      { "a length beyond all numbers", "link",
        raw("Content-Length: 99999999999999999999", "abc") },
      { "a length that is no number", "link", raw("Content-Length: x",
        "abc") },
      { "a coding that changes bytes", "reply",
        raw("Content-Encoding: gzip\r\nContent-Length: 3", "abc") },
      { "a coding in a second line", "reply", raw("Content-Encoding: identity"
        .. "\r\nContent-Encoding: br\r\nContent-Length: 3", "abc") },
      { "a page's media type in a second line", "link",
        raw("Content-Type: video/mp4\r\nContent-Type: text/html"
          .. "\r\nContent-Length: 3", "abc") },
      { "another transfer coding", "reply",
        raw("Transfer-Encoding: x, chunked", "3\r\nabc\r\n0\r\n\r\n") },
      { "a cut chunk", "truncated",
        raw("Transfer-Encoding: chunked", "5\r\nab") },
      { "no last chunk", "truncated",
        raw("Transfer-Encoding: chunked", "2\r\nab\r\n") },
      { "a bad chunk", "truncated",
        raw("Transfer-Encoding: chunked", "zz\r\nab\r\n") },
      { "a cut head", "truncated", { raw = "HTTP/1.1 200 OK\r\nETag" } },
      { "a head without end", "too_large", { header_flood = true } },
      { "too many short headers", "too_large",
        raw(("a:\r\n"):rep(10000) .. "Content-Length: 3", "abc") },
      { "a broken connection", "network", { reset = true } },
    }
    for _, case in ipairs(cases) do
      it(case[1] .. " fails and leaves nothing", function()
        client = d:client_of { attempts = 1 }
        g:route("/clip", case[3])
        local path, err = bring "/clip"
        assert.is_nil(path)
        errors.check(err)
        if case[2] == "truncated" then -- libcurl has several names for it
          assert.is_true(err.code == "truncated" or err.code == "network"
            or err.code == "reply", tostring(err))
        else
          assert.equal(case[2], err.code, tostring(err))
        end
        assert.same({}, dir:names())
      end)
    end

    for _, kind in ipairs { "application/vnd.apple.mpegurl",
      "Application/X-mpegURL; charset=utf-8", "audio/mpegurl",
      "application/dash+xml", "video/vnd.mpeg.dash.mpd" } do
      it("the media type " .. kind .. " fails as a playlist", function()
        g:file("/clip", { type = kind })
        local err = d:refused("link", "/clip")
        assert.truthy(err.message:find("playlist", 1, true), err.message)
      end)
    end

    local playlist = "#EXTM3U\n#EXT-X-VERSION:3\nhttps://x.example/1.ts\n"
    for name, answer in pairs {
      ["at once"] = { body = playlist },
      ["behind a byte order mark"] = { body = "\239\187\191" .. playlist },
      ["byte by byte"] = { body = playlist,
        drip = { bytes = 1, seconds = 0.001 } },
    } do
      it("a playlist called a video, " .. name .. ", fails", function()
        answer.content_type = "video/mp4"
        g:route("/clip", answer)
        local err = d:refused("link", "/clip")
        assert.truthy(err.message:find("playlist", 1, true), err.message)
      end)
    end

    -- What servers say of bytes that are as they are.
    for _, coding in ipairs { "", "identity", "none", "Binary", "aws-chunked",
      "aws-chunked, identity", "aws-chunked,", "utf-8", "base64", "null",
      "video/mp4", "mystery", '"none"' } do
      it(("the coding %q is taken"):format(coding), function()
        g:file("/clip", { headers = { ["Content-Encoding"] = coding } })
        assert(bring "/clip")
        assert.equal(CLIP, dir:read "clip.mp4")
      end)
    end

    for _, coding in ipairs { "gzip", "GZIP;q=1.0", '"x-gzip"',
      "none, zstd" } do
      it(("the coding %q is refused, and not asked for again"):format(coding),
        function()
          client = d:client_of { attempts = 3 }
          g:file("/clip", { headers = { ["Content-Encoding"] = coding } })
          assert.is_false(d:refused("reply", "/clip").retryable)
          assert.equal(1, #g:journal())
        end)
    end

    it("several lines of such codings is taken", function()
      g:route("/clip", raw("Content-Encoding: aws-chunked\r\n"
        .. "Content-Encoding:\r\nContent-Length: 3", "abc"))
      assert(bring "/clip")
      assert.equal("abc", dir:read "clip.mp4")
    end)

    it("silence ends by timeout.stall", function()
      client = d:client_of { attempts = 1, timeout = { stall = 0.2 } }
      g:file("/clip", { stall = "body" })
      assert.equal("stall_timeout", select(2, bring "/clip").code)
    end)

    it("a slow tail is waited for, whatever timeout.attempt says", function()
      client = d:client_of { timeout = { attempt = 0.2, stall = 2 } }
      g:file("/clip", { drip = { after = 90000, bytes = 1000,
        seconds = 0.05 } })
      assert(bring "/clip")
      assert.equal(CLIP, dir:read "clip.mp4")
    end)

    it("a token in its media type is not shown", function()
      client = d:client_of {} -- its token is "token"
      g:file("/clip", { type = "text/Bearer token" })
      local message = d:refused("link", "/clip").message
      assert.truthy(message:find("text/Bearer ***", 1, true), message)
    end)

    it("a body that is too short to be told from a page says so", function()
      g:route("/clip", { body = " \n", content_type = "video/mp4" })
      assert.truthy(d:refused("link", "/clip").message
        :find("its body is too short to be a file", 1, true))
    end)

    it("a failure that passes is repeated", function()
      for i, status in ipairs { 503, 502 } do
        g:file("/clip", { status = status, body = "" }, {})
        assert(bring "/clip")
        assert.equal(CLIP, dir:read "clip.mp4")
        assert.equal(2 * i, client:stats().requests)
        assert.equal(i, client:stats().retries)
      end
    end)
  end)
end)
