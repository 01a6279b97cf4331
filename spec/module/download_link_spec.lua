-- SPDX-License-Identifier: MIT
-- A download goes only where a link may lead: redirects, addresses and schemes
-- are checked, and only the gateway sees the token.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local gateway = require "spec.support.gateway"

local CLIP = downloads.CLIP

describe("a download", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir
  local client

  before_each(function() client = d.client end)

  local function start(...) return d:start(...) end

  local function bring(...) return d:bring(...) end

  local function refused(...) return d:refused(...) end

  describe("that is redirected", function()
    local other, options

    setup(function() other = gateway.start() end)
    teardown(function() other:stop() end)
    before_each(function()
      other:reset()
      options = { allow_private = true }
    end)

    local function redirect(to, status)
      return { status = status or 302, headers = { Location = to } }
    end

    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      it("by " .. status .. " is followed", function()
        g:file("/clip", {})
        g:route("/from", redirect(g.http .. "/clip", status))
        assert(bring("/from", options))
        assert.equal(CLIP, dir:read "clip.mp4")
      end)
    end

    for _, to in ipairs { "/a/clip", "clip", "./clip", "../a/clip", "?x=1" } do
      it("to " .. to .. " goes on from where it is", function()
        g:file("/a/clip", {})
        g:file("/a/from", {})
        g:route("/a/from", redirect(to), { body = CLIP,
          content_type = "video/mp4" })
        assert(bring("/a/from", options))
        assert.equal(CLIP, dir:read "clip.mp4")
      end)
    end

    it("five times is followed, six times is not", function()
      g:file("/6", {})
      for i = 0, 5 do g:route("/" .. i, redirect("/" .. i + 1)) end
      assert(bring("/1", options))
      os.remove(dir:at "clip.mp4")
      refused("link", "/0", options)
    end)

    it("in a circle ends", function()
      g:route("/a", redirect "/b")
      g:route("/b", redirect "/a")
      refused("link", "/a", options)
      assert.equal(6, #g:journal())
    end)

    local nowhere = { "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x",
      "http://user:secret@127.0.0.1/x", "http://example.com/x", "http://[x",
      "javascript:alert(1)", "dict://127.0.0.1:1/x", "//", "http://" }
    for _, to in ipairs(nowhere) do
      it("to " .. to .. " is not followed", function()
        g:route("/from", redirect(to))
        refused("link", "/from", options)
        assert.equal(1, #g:journal())
      end)
    end

    it("to nowhere is not followed", function()
      g:route("/from", { status = 302, body = "" })
      refused("link", "/from", options)
    end)

    it("to another origin shows it no token", function()
      other:file("/clip", {})
      g:route("/from", redirect(other.http .. "/clip"))
      assert(bring("/from", options))
      assert.equal("Bearer token", g:journal()[1].headers.authorization)
      local request = other:journal()[1]
      assert.is_nil(request.raw_head:find "oken")
    end)

    it("back to the gateway by another origin shows it no token", function()
      g:file("/clip", {})
      other:route("/from", redirect(g.http .. "/clip"))
      assert(start(other.http .. "/from"):result())
      assert.is_nil(other:journal()[1].headers.authorization)
      assert.is_nil(g:journal()[1].raw_head:find "oken")
    end)

    it("shows the token again where it begins again", function()
      other:route("/2", { status = 503 }, redirect(g.http .. "/3"))
      g:route("/1", redirect(other.http .. "/2"))
      g:route("/3", redirect "/clip")
      g:file("/clip", {})
      assert(bring("/1", options))
      local seen = {}
      for i, request in ipairs((g:journal())) do
        seen[i] = request.path .. (request.headers.authorization or "")
      end
      assert.same({ "/1Bearer token", "/1Bearer token", "/3", "/clip" }, seen)
    end)

    -- All chunks have come, but they are less than was announced.
    it("begins again at the link behind a body that is too short", function()
      g:file("/short", { body = CLIP:sub(1, 50000), status = 206,
        chunked = true, headers = { ["Content-Range"] =
          ("bytes 0-%d/%d"):format(#CLIP - 1, #CLIP) } })
      g:file("/clip", {})
      g:route("/from", redirect "/short", redirect "/clip")
      assert(bring("/from", options))
      assert.equal(CLIP, dir:read "clip.mp4")
      local paths = {}
      for i, request in ipairs((g:journal())) do paths[i] = request.path end
      assert.same({ "/from", "/short", "/from", "/clip" }, paths)
      assert.equal("bytes=49999-", g:journal()[4].headers.range)
    end)

    it("after a break goes on with a range behind it", function()
      g:file("/clip", { cut = 50000 }, {})
      g:route("/from", redirect "/clip")
      assert(bring("/from", options))
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.equal("bytes=49999-", g:journal()[4].headers.range)
    end)
  end)

  describe("by a link", function()
    local closed = { "http://127.0.0.1:%d/x", "http://localhost:%d/x",
      "http://[::1]:%d/x", "https://127.1:%d/x", "https://2130706433:%d/x",
      "https://0x7f.0.0.1:%d/x", "https://0.0.0.0:%d/x",
      "https://10.0.0.1:%d/x", "https://172.16.0.1:%d/x",
      "https://192.168.0.1:%d/x", "https://169.254.169.254:%d/x",
      "https://100.64.0.1:%d/x", "https://[::ffff:127.0.0.1]:%d/x",
      "https://[fe80::1]:%d/x", "https://[fd00::1]:%d/x", "https://[::]:%d/x",
      "https://224.0.0.1:%d/x", "https://255.255.255.255:%d/x" }
    for _, url in ipairs(closed) do
      it("to " .. url:format(1) .. " nobody is asked", function()
        local path, err = client:download(url:format(g.http_port),
          dir:at "clip.mp4"):result()
        assert.is_nil(path)
        assert.equal("address", errors.check(err).code, tostring(err))
        assert.same({}, dir:names())
        local _, all = g:journal()
        assert.equal(0, all.connections)
      end)
    end

    it("behind a proxy that names such an address nobody is asked", function()
      client = d:client_of { proxy = g.http, plain_http = true }
      for _, host in ipairs { "127.0.0.1", "localhost", "[::1]", "10.1.1.1",
        "localhost.", "x.localhost", "ip6-localhost", "127.0.0.1.", "router",
        "metadata.google.internal" } do
        local _, err = client:download("https://" .. host .. "/x",
          dir:at "clip.mp4"):result()
        assert.equal("address", err.code, host)
      end
      local _, err = client:download("https://loc\239\189\129lhost/x",
        dir:at "clip.mp4"):result()
      assert.equal("link", err.code)
      assert.matches("its host name is not valid; an international one has "
        .. "to be in its xn%-%- form", err.message)
      assert.equal(0, #g:journal())
    end)

    it("does not use a connection that another one was allowed", function()
      g:file("/clip", {})
      assert(bring "/clip")
      local _, err = client:download(g.http .. "/clip",
        dir:at "two.mp4"):result()
      assert.equal("address", err.code)
      assert.equal(1, #g:journal())
    end)

    for _, url in ipairs { "file:///etc/passwd", "ftp://example.com/x",
      "http://example.com/x", "clip.mp4", "//", "http://u:p@127.0.0.1/x",
      "https://exa mple.com/", "https://example.com/a\nb", " ",
      "https://a\226\137\160b.example/x", "https://\226\145\160.\255/x",
      "4665a07c-7641-4809-a133-10786201bb56" } do
      it(("such as %q is refused"):format(url), function()
        local path, err = client:download(url, dir:at "clip.mp4"):result()
        assert.is_nil(path)
        assert.equal("link", errors.check(err).code, tostring(err))
      end)
    end

    it("that is relative is asked only where private addresses are allowed",
      function()
        g:file("/clip", {})
        local path, err = client:download("/clip", dir:at "clip.mp4"):result()
        assert.is_nil(path)
        assert.equal("address", errors.check(err).code)
        local _, all = g:journal()
        assert.equal(0, all.connections)
      end)

    -- From base_url, which ends with /v1: the link, and the path asked for.
    local written = {
      { "/files/clip", "/files/clip" },
      { "files/clip?a=b", "/v1/files/clip?a=b" },
      { "./clip", "/v1/clip" },
      { "../clip", "/clip" },
      { " \t/clip\r\n", "/clip" },
      { "/a cat.mp4", "/a%20cat.mp4" },
      { "/k\195\164tzchen", "/k%c3%a4tzchen" },
    }
    for _, case in ipairs(written) do
      it(("such as %q leads from the gateway, in every way"):format(case[1]),
        function()
          client = d:client_of { base_url = g.http .. "/v1" }
          local path = case[2]:match "[^?]+"
          g:file(path, {})
          g:file((path:gsub("%%%x%x", string.upper)), {})
          g:default { extra = { video = { download_url = case[1] } } }
          for _, source in ipairs { case[1],
            { id = "a", video = { url = case[1] } }, { id = "a" } } do
            assert(start(source):result())
            assert.equal(CLIP, dir:read "clip.mp4")
            local requests = g:journal()
            local last = requests[#requests]
            -- The digits of an escape have either case.
            assert.equal(case[2], (last.path:gsub("%%%x%x", string.lower)))
            assert.equal("Bearer token", last.headers.authorization)
          end
        end)
    end

    it("to another host without a scheme shows it no token", function()
      local other = gateway.start()
      other:file("/clip", {})
      assert(start(" " .. other.http:match "//.*" .. "/clip"):result())
      assert.is_nil(other:journal()[1].raw_head:find "oken")
      other:stop()
    end)

    it("with blanks around it and in it is asked without them", function()
      g:file("/a%20cat.mp4", {})
      assert(start("\n " .. g.http .. "/a cat.mp4?x=a b "):result())
      assert.equal("/a%20cat.mp4?x=a+b", g:journal()[1].path)
    end)

    it("shows the token to the gateway's origin only", function()
      local other = gateway.start()
      other:file("/clip", {})
      g:file("/clip", {})
      assert(start(other.http .. "/clip"):result())
      assert(bring "/clip")
      assert.is_nil(other:journal()[1].headers.authorization)
      assert.equal("Bearer token", g:journal()[1].headers.authorization)
      other:stop()
    end)
  end)
end)
