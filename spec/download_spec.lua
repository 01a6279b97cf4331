-- SPDX-License-Identifier: MIT
-- Downloads: a file under its final name is whole and the one asked for,
-- whatever the server, the disk or the caller does.

local errors = require "spec.support.errors"
local files = require "spec.support.files"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local gateway = require "spec.support.gateway"
local luma = require "luma"

local SIZE = 100000
local CLIP = files.content("clip", SIZE)

describe("a download", function()
  local f, g, dir, client

  setup(function()
    f = fixture.start { unknown = { "nobody" } }
    g = f.g
    dir = folder.new()
  end)
  teardown(function()
    f:stop()
    dir:remove()
  end)
  before_each(function()
    client = f:new { timeout = { stall = 5, connect = 5 } }
  end)
  after_each(function()
    f:tidy()
    dir:empty()
  end)

  local function with(options, more)
    for key, value in pairs(more or {}) do options[key] = value end
    return options
  end

  local function start(source, options)
    return client:download(source, with({
      path = not (options and options.dir) and dir:at "clip.mp4" or nil,
      allow_private = true,
    }, options))
  end

  local function bring(path, options)
    return start(g.http .. path, options):result()
  end

  -- The error of a download that left nothing at all.
  local function refused(code, path, options)
    local result, err = bring(path, options)
    assert.is_nil(result)
    errors.check(err)
    assert.equal(code, err.code, tostring(err))
    assert.same({}, dir:names())
    return err
  end

  it("puts the file where it is wanted", function()
    g:file("/clip", {})
    local job = start(g.http .. "/clip")
    local path, bytes = job:result()
    assert.equal(dir:at "clip.mp4", path)
    assert.equal(SIZE, bytes)
    assert.equal(CLIP, dir:read "clip.mp4")
    assert.same({ path, bytes }, { job:result() })
    assert.is_true(job:done())
    assert.same({ "clip.mp4" }, dir:names())
  end)

  it("takes a path and options behind it", function()
    g:file("/clip", {})
    assert.equal(dir:at "a", (client:download(g.http .. "/clip", dir:at "a",
      { allow_private = true }):result()))
  end)

  it("takes a path as it is seen from the process's own folder", function()
    g:file("/clip", {})
    local name = "relative-" .. dir.path:match "[^/]+$"
    local path = client:download(g.http .. "/clip", name,
      { allow_private = true }):result()
    os.remove(name)
    assert.equal(name, path)
  end)

  it("has the mode that new files have", function()
    g:file("/clip", {})
    dir:run "umask 000; true"
    assert(bring "/clip")
    dir:run "touch other"
    local pipe = io.popen("cd " .. dir.path .. " && stat -c %a *")
    local one, two = pipe:read("*l", "*l")
    pipe:close()
    assert.equal(two, one)
  end)

  it("takes a chunked file, whose size nobody knows before", function()
    g:file("/clip", { chunked = 1000 })
    assert.equal(SIZE, select(2, bring "/clip"))
    assert.equal(CLIP, dir:read "clip.mp4")
  end)

  it("goes over TLS", function()
    client = f:new { base_url = g.https }
    g:file("/clip", {})
    assert(start(g.https .. "/clip"):result())
    assert.equal(CLIP, dir:read "clip.mp4")
  end)

  describe("of a task", function()
    local function task(fields)
      return with({ id = "task-1" }, fields)
    end

    local links = {
      { "the clean link", "video",
        { video = { download_url = "/good", url = "/bad" },
          video_raw = { url = "/bad" } } },
      { "the raw link", "video",
        { video = { download_url = "", url = "/bad" },
          video_raw = { url = "/good" } } },
      { "the only link", "video", { video = { url = "/good" } } },
      { "the artifact's link", "video",
        { artifact = { video = { url = "/good" } } } },
      { "the thumbnail", "thumbnail",
        { video = { url = "/bad" }, thumbnail = { url = "/good" } } },
      { "the last frame", "last_frame",
        { video = { url = "/bad" }, last_frame = { url = "/good" } } },
      { "a row's link", "video",
        { task_id = "task-1", data = { video = { url = "/good" } } } },
    }

    local function absolute(value)
      if type(value) == "string" and value:sub(1, 1) == "/" then
        return g.http .. value
      end
      if type(value) ~= "table" then return value end
      local copy = {}
      for key, item in pairs(value) do copy[key] = absolute(item) end
      return copy
    end

    for _, case in ipairs(links) do
      it("takes " .. case[1], function()
        g:file("/good", {})
        g:file("/bad", { name = "bad" })
        assert(start(task(absolute(case[3])), { what = case[2] }):result())
        assert.equal(CLIP, dir:read "clip.mp4")
      end)
      it("takes " .. case[1] .. " of the gateway when it was not in hand",
        function()
          g:file("/good", {})
          g:default { extra = with({ video = { url = "" },
            video_raw = { url = "" }, thumbnail = { url = "" },
            last_frame = { url = "" }, artifact = {} }, absolute(case[3])) }
          assert(start(task {}, { what = case[2] }):result())
          assert.equal(CLIP, dir:read "clip.mp4")
        end)
    end

    it("fails when the gateway has no such link", function()
      g:default { extra = { last_frame = { url = "" }, artifact = {} } }
      local path, err = start(task {}, { what = "last_frame" }):result()
      assert.is_nil(path)
      assert.equal("link", errors.check(err).code)
    end)

    local function expiring(link)
      return task { video = { url = g.http .. link } }
    end

    for _, status in ipairs { 403, 410 } do
      it("renews a link that answers with " .. status, function()
        g:file("/old", { uses = 0, expired = status })
        g:file("/new", {})
        g:default { extra = { video = { download_url = g.http .. "/new" } } }
        assert(start(expiring "/old"):result())
        assert.equal(CLIP, dir:read "clip.mp4")
        local requests = g:journal()
        assert.equal(3, #requests)
        assert.same({ "task-1" }, requests[2].ids)
      end)
    end

    it("renews a link in the middle, and goes on", function()
      g:default { extra = {
        video = { download_url = g.http .. "/file?signed=anew" },
      } }
      g:file("/file", { cut = 40000 }, { uses = 0 }, {})
      assert(start(expiring "/file?signed=once"):result())
      assert.equal(CLIP, dir:read "clip.mp4")
      local last = g:journal()[4]
      assert.equal("bytes=39999-", last.headers.range)
      assert.equal("/file?signed=anew", last.path)
    end)

    it("starts anew where the new link leads elsewhere", function()
      g:file("/one", { cut = 40000 }, { uses = 0 })
      g:file("/two", { name = "other" })
      g:default { extra = { video = { download_url = g.http .. "/two" } } }
      assert(start(expiring "/one"):result())
      assert.equal(files.content("other", SIZE), dir:read "clip.mp4")
    end)

    local function fails(code, job)
      local path, err = job:result()
      assert.is_nil(path)
      errors.check(err)
      assert.equal(code, err.code, tostring(err))
      assert.same({}, dir:names())
      return err
    end

    it("renews once, no more", function()
      g:file("/old", { uses = 0 })
      g:file("/new", { uses = 0, expired = 410 })
      g:default { extra = { video = { download_url = g.http .. "/new" } } }
      assert.equal(410, fails("link", start(expiring "/old")).status)
      assert.equal(3, #g:journal())
    end)

    it("fails when the new link is the old one", function()
      g:file("/old", { uses = 0 })
      g:default { extra = { video = { download_url = g.http .. "/old" } } }
      assert.equal(403, fails("link", start(expiring "/old")).status)
      assert.equal(2, #g:journal())
    end)

    it("fails when the gateway does not know the task any more", function()
      g:file("/old", { uses = 0 })
      fails("link", start { id = "nobody",
        video = { url = g.http .. "/old" } })
    end)

    it("fails when the gateway does not say", function()
      g:file("/old", { uses = 0 })
      g:default { status = 401 }
      fails("auth", start(expiring "/old"))
    end)

    it("asks the gateway again when it fails for a moment", function()
      g:file("/old", { uses = 0 })
      g:file("/new", {})
      g:queue { status = 500 }
      g:default { extra = { video = { download_url = g.http .. "/new" } } }
      assert(start(expiring "/old"):result())
    end)

    it("is not renewed for a 404, nor for a bare link", function()
      fails("link", start(expiring "/none"))
      assert.equal(1, #g:journal())
      g:file("/old", { uses = 0 })
      fails("link", start(g.http .. "/old"))
      assert.equal(2, #g:journal())
    end)
  end)

  describe("into a folder", function()
    local function name_of(id, kind, what, headers)
      local link = { url = g.http .. "/clip/%2e%2e/..%2f..%2fname.sh" }
      g:file("/clip/%2e%2e/..%2f..%2fname.sh", { type = kind,
        headers = headers })
      local path = assert(start({ id = id, video = link, thumbnail = link },
        { dir = dir.path, what = what }):result())
      local names = dir:names()
      assert.equal(1, #names)
      assert.equal(dir:at(names[1]), path)
      return names[1]
    end

    it("is called by its id and media type", function()
      for kind, name in pairs {
        ["video/mp4"] = "a.mp4", ["VIDEO/WebM; codecs=vp9"] = "a.webm",
        ["video/quicktime"] = "a.mov", ["image/jpeg"] = "a.jpg",
        ["image/png;x"] = "a.png", ["image/webp"] = "a.webp",
        ["image/gif"] = "a.gif", ["application/octet-stream"] = "a.mp4",
        ["video/../../x"] = "a.mp4", ["video/mp4x"] = "a.mp4",
        ["x"] = "a.mp4",
      } do
        assert.equal(name, name_of("a", kind))
        dir:empty()
      end
      assert.equal("a.mp4", name_of("a", false))
      dir:empty()
      assert.equal("a-thumbnail.jpg", name_of("a", false, "thumbnail"))
      dir:empty()
      assert.equal("a-thumbnail.png", name_of("a", "image/png", "thumbnail"))
    end)

    it("does not listen to the server's own name", function()
      assert.equal("a.mp4", name_of("a", nil, nil, {
        ["Content-Disposition"] = 'attachment; filename="../evil.sh"',
      }))
    end)

    local harmless = { "4665a07c-7641-4809-a133-10786201bb56", "task_0aZ",
      "luma_x.y-z", "A" }
    for _, id in ipairs(harmless) do
      it("keeps the id " .. id, function()
        assert.equal(id .. ".mp4", name_of(id))
      end)
    end

    local odd = { "..", ".", ".hidden", "../../etc/passwd", "/etc/passwd",
      "a/b", "a\\b", "a b", "a\nb", "a\0b", "-rf *", "$(id)", "é", "\255",
      "%2e%2e", "a:b", "~", ("x"):rep(101), ("x"):rep(1000), "CON\\" }
    for _, id in ipairs(odd) do
      it(("makes a name of the id %q"):format(id:sub(1, 20)), function()
        local name = name_of(id)
        assert.truthy(name:find "^[%w_%-][%w._%-]*%.mp4$", name)
        assert.is_true(#name < 130)
        assert.truthy(name:find "%-%x+%.mp4$", name)
      end)
    end

    it("makes different names of different ids", function()
      local seen = {}
      for _, id in ipairs(odd) do
        local name = name_of(id)
        assert.is_nil(seen[name])
        seen[name] = true
        dir:empty()
      end
    end)
  end)

  describe("whose target", function()
    local function has(text, failing)
      if failing then
        g:route("/clip", { status = 404 })
        assert.is_nil((bring "/clip"))
      else
        g:file("/clip", {})
        local path, err = bring "/clip"
        assert.truthy(path, tostring(err))
      end
      assert.equal(text, dir:read "clip.mp4")
    end

    it("is a file is replaced by the whole one", function()
      dir:write("clip.mp4", "old")
      has(CLIP)
    end)

    local failures = {
      { "a 404", "link", { status = 404 } },
      { "a page", "link", { body = "x", content_type = "text/html" } },
      { "a broken reply", "truncated", { body = "x", content_length = 100,
        ["then"] = "close", content_type = "video/mp4" } },
      { "too large a file", "too_large", { body = ("x"):rep(2000),
        content_type = "video/mp4" } },
    }
    for _, case in ipairs(failures) do
      it("is a file is left alone by " .. case[1], function()
        dir:write("clip.mp4", "old")
        g:route("/clip", case[3])
        local path, err = bring("/clip", { max_bytes = 1000 })
        assert.is_nil(path)
        assert.equal(case[2], err.code)
        assert.equal("old", dir:read "clip.mp4")
        assert.same({ "clip.mp4" }, dir:names())
      end)
    end

    it("is a link is replaced, not followed", function()
      dir:write("other", "precious")
      dir:run "ln -s other clip.mp4"
      has(CLIP)
      assert.equal("precious", dir:read "other")
    end)

    it("is a link to nothing is replaced", function()
      dir:run "ln -s nowhere clip.mp4"
      has(CLIP)
      assert.same({ "clip.mp4" }, dir:names())
    end)

    local function is_refused(what, prepare, path, text)
      it("is " .. what .. " is refused at once", function()
        dir:run(prepare)
        local before = dir:names()
        g:file("/clip", {})
        local result, err = bring("/clip", { path = dir:at(path) })
        assert.is_nil(result)
        assert.equal("file", errors.check(err).code)
        assert.truthy(err.message:find(text, 1, true), err.message)
        assert.equal(0, #g:journal())
        assert.same(before, dir:names())
      end)
    end

    is_refused("a directory", "mkdir clip.mp4", "clip.mp4", "directory")
    is_refused("a pipe", "mkfifo clip.mp4", "clip.mp4", "regular")
    is_refused("in no directory", "true", "none/clip.mp4", "No such file")
    is_refused("in a file", "touch none", "none/clip.mp4", "Not a directory")
    is_refused("in a loop of links", "ln -s none none", "none/clip.mp4",
      "symbolic")
    is_refused("of too long a name", "true", ("x"):rep(300), "too long")
    is_refused("behind a part that is a directory",
      "mkdir clip.mp4.luma.part", "clip.mp4", "part file")

    it("becomes a directory meanwhile stays one", function()
      g:file("/clip", { stall = "body" })
      local job = start(g.http .. "/clip")
      g:wait("stalled", 1)
      dir:run "mkdir clip.mp4"
      g:release()
      local path, err = job:result()
      assert.is_nil(path)
      assert.equal("file", err.code)
      assert.same({ "clip.mp4" }, dir:names())
    end)

    it("is being written to is refused to a second one", function()
      g:file("/clip", { stall = "body" }, {})
      local one = start(g.http .. "/clip")
      g:wait("stalled", 1)
      local path, err = bring "/clip"
      assert.is_nil(path)
      assert.equal("file", err.code)
      assert.truthy(err.message:find("another download", 1, true))
      g:release()
      assert(one:result())
      assert.equal(CLIP, dir:read "clip.mp4")
      assert(bring "/clip")
    end)
  end)

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
      { "416", "reply", { status = 416 } },
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
      { "white space", "link", { body = "  \n ", content_type = "video/mp4" } },
      { "nothing", "link", { body = "", content_type = "video/mp4" } },
      { "no chunk", "link",
        { body = "", chunked = true, content_type = "video/mp4" } },
      { "a part nobody asked for", "reply", { status = 206, body = "abc",
        content_type = "video/mp4" } },
      { "less than it says", "truncated",
        { body = "abc", content_length = 10, content_type = "video/mp4",
          ["then"] = "close" } },
      { "an end nobody can tell", "reply",
        { body = "abc", content_length = "none",
          content_type = "video/mp4" } },
      { "two lengths", "reply", raw("Content-Length: 3\r\n"
        .. "Content-Length: 4", "abcd") },
      { "a negative length", "reply", raw("Content-Length: -3", "abc") },
      { "a length beyond all numbers", "reply",
        raw("Content-Length: 99999999999999999999", "abc") },
      { "a length that is no number", "reply", raw("Content-Length: x",
        "abc") },
      { "another coding", "reply",
        raw("Content-Encoding: gzip\r\nContent-Length: 3", "abc") },
      { "a cut chunk", "truncated",
        raw("Transfer-Encoding: chunked", "5\r\nab") },
      { "no last chunk", "truncated",
        raw("Transfer-Encoding: chunked", "2\r\nab\r\n") },
      { "a bad chunk", "truncated",
        raw("Transfer-Encoding: chunked", "zz\r\nab\r\n") },
      { "a cut head", "truncated", { raw = "HTTP/1.1 200 OK\r\nETag" } },
      { "a head without end", "too_large", { header_flood = true } },
      { "a broken connection", "network", { reset = true } },
    }
    for _, case in ipairs(cases) do
      it(case[1] .. " fails and leaves nothing", function()
        client = f:new { attempts = 1 }
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

    it("silence ends by timeout.stall", function()
      client = f:new { attempts = 1, timeout = { stall = 0.2 } }
      g:file("/clip", { stall = "body" })
      assert.equal("stall_timeout", select(2, bring "/clip").code)
    end)

    it("a slow tail is waited for, whatever timeout.attempt says", function()
      client = f:new { timeout = { attempt = 0.2, stall = 2 } }
      g:file("/clip", { drip = { after = 90000, bytes = 1000,
        seconds = 0.05 } })
      assert(bring "/clip")
      assert.equal(CLIP, dir:read "clip.mp4")
    end)

    it("a failure that passes is repeated", function()
      g:file("/clip", { status = 503, body = "" },
        { status = 502, body = "" }, {})
      assert(bring "/clip")
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.equal(3, client:stats().requests)
      assert.equal(2, client:stats().retries)
    end)
  end)

  describe("with max_bytes", function()
    for _, chunked in ipairs { false, 1000 } do
      local how = chunked and " in chunks" or ""
      it("takes exactly so many" .. how, function()
        g:file("/clip", { chunked = chunked })
        assert(bring("/clip", { max_bytes = SIZE }))
      end)
      it("refuses one more" .. how, function()
        g:file("/clip", { chunked = chunked })
        refused("too_large", "/clip", { max_bytes = SIZE - 1 })
      end)
    end
  end)

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

    it("back to the gateway shows the token to it alone", function()
      g:file("/clip", {})
      other:route("/from", redirect(g.http .. "/clip"))
      assert(start(other.http .. "/from"):result())
      assert.is_nil(other:journal()[1].headers.authorization)
      assert.equal("Bearer token", g:journal()[1].headers.authorization)
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
      client = f:new { proxy = g.http }
      for _, host in ipairs { "127.0.0.1", "localhost", "[::1]", "10.1.1.1" } do
        local _, err = client:download("https://" .. host .. "/x",
          dir:at "clip.mp4"):result()
        assert.equal("address", err.code, host)
      end
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
      "https://exa mple.com/", "https://example.com/\n", " " } do
      it(("such as %q is refused"):format(url), function()
        local path, err = client:download(url, dir:at "clip.mp4"):result()
        assert.is_nil(path)
        assert.equal("link", errors.check(err).code, tostring(err))
      end)
    end

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

  describe("in its life", function()
    local SLOW = { drip = { bytes = 5000, seconds = 0.02 } }

    it("tells how far it is", function()
      g:file("/clip", { drip = { bytes = 5000, seconds = 0.02 } })
      local seen, ended = {}, nil
      local job = start(g.http .. "/clip", {
        on_progress = function(p) seen[#seen + 1] = p end,
        on_done = function(path, bytes) ended = { path, bytes } end,
      })
      fixture.finish(client)
      assert.same({ dir:at "clip.mp4", SIZE }, ended)
      assert.is_true(#seen >= 2)
      for i, p in ipairs(seen) do
        assert.equal(SIZE, p.total_bytes)
        assert.is_true(p.bytes > (i > 1 and seen[i - 1].bytes or 0))
      end
      assert.equal(SIZE, seen[#seen].bytes)
      assert.is_true(seen[#seen].rate > 0)
      assert.equal(SIZE, job:progress().bytes)
      assert.truthy(tostring(job):find "download")
    end)

    it("can be cancelled, and taken up again", function()
      g:file("/clip", SLOW, {})
      local job = start(g.http .. "/clip")
      fixture.wait_until(function() return job:progress().bytes > 10000 end)
      job:cancel()
      local path, err = job:result()
      assert.is_nil(path)
      assert.equal("cancelled", errors.check(err).code)
      assert.is_nil(dir:read "clip.mp4")
      assert(bring "/clip")
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.truthy(g:journal()[2].headers.range)
    end)

    it("has a deadline", function()
      g:file("/clip", SLOW)
      local _, err = bring("/clip", { deadline = 0.1 })
      assert.equal("deadline", errors.check(err).code)
      assert.is_nil(dir:read "clip.mp4")
    end)

    it("is pending until it ends", function()
      g:file("/clip", { stall = "body" })
      local job = start(g.http .. "/clip")
      local path, err = job:result(0.05)
      assert.is_nil(path)
      assert.equal("pending", err.code)
      assert.is_false(job:done())
      g:release()
      assert(job:result())
    end)

    it("runs beside others, and beside tasks", function()
      local jobs = {}
      for i = 1, 20 do
        g:file("/clip-" .. i, { name = "clip-" .. i, size = 20000 + i })
        jobs[i] = start(g.http .. "/clip-" .. i, { path = dir:at("f" .. i) })
      end
      assert.equal(3, #client:tasks { "a", "b", "c" })
      for i, job in ipairs(jobs) do
        assert(job:result())
        assert.equal(files.content("clip-" .. i, 20000 + i),
          dir:read("f" .. i))
      end
    end)

    it("has no more connections than it may have", function()
      client = f:new { connections = 2 }
      local jobs = {}
      for i = 1, 6 do
        g:file("/clip-" .. i, {})
        jobs[i] = start(g.http .. "/clip-" .. i, { path = dir:at("f" .. i) })
      end
      for _, job in ipairs(jobs) do assert(job:result()) end
      local _, all = g:journal()
      assert.is_true(all.max_open <= 2)
    end)

    it("does not hold tasks up when all its connections stall", function()
      client = f:new { connections = 1, timeout = { stall = 30 } }
      g:file("/clip", { stall = "body" })
      local job = start(g.http .. "/clip")
      g:wait("stalled", 1)
      assert.equal(1, #client:tasks { "a" })
      g:release()
      assert(job:result())
    end)

    it("makes the client's descriptor readable", function()
      g:file("/clip", {})
      local fd = client:fd()
      local job = start(g.http .. "/clip")
      assert.is_true(client:wait(10))
      assert.equal(fd, client:fd())
      while client:step() > 0 do client:wait() end
      assert.is_true(job:done())
      assert.is_false(client:wait(0))
    end)

    it("ends with its client, at once, and keeps its part", function()
      g:file("/clip", SLOW)
      local done
      local job = start(g.http .. "/clip", {
        on_done = function() done = true end,
      })
      fixture.wait_until(function() return job:progress().bytes > 10000 end)
      fixture.within(0.1, client.close, client)
      local path, err = job:result()
      assert.is_nil(path)
      assert.equal("cancelled", err.code)
      assert.is_nil(done)
      fixture.wait_until(function() return #dir:names() == 2 end)
      assert.is_nil(dir:read "clip.mp4")
      assert.is_true(job:progress().bytes > 10000)
    end)

    it("ends when nobody holds it, and nobody listens", function()
      g:file("/clip", SLOW)
      start(g.http .. "/clip")
      g:wait("requests", 1)
      collectgarbage()
      collectgarbage()
      fixture.wait_until(function()
        client:step()
        return client:stats().active == 0
      end)
      assert.is_nil(dir:read "clip.mp4")
    end)

    it("is no loop's business", function()
      g:file("/clip", {})
      local job = start(g.http .. "/clip")
      for _ in job:each() do error "a task" end
      assert(job:result())
    end)

    it("leaves an error in a callback to its caller", function()
      g:file("/clip", {})
      local job = start(g.http .. "/clip", {
        on_done = function() error "mine" end,
      })
      local ok, why = pcall(job.result, job)
      assert.is_false(ok)
      assert.truthy(why:find "mine")
      assert(job:result())
    end)

    it("does without sync when told", function()
      g:file("/clip", {})
      assert(bring("/clip", { sync = false }))
    end)

    it("counts", function()
      g:file("/clip", {})
      assert(bring "/clip")
      local stats = client:stats()
      assert.equal(1, stats.requests)
      assert.equal(SIZE, stats.bytes)
      assert.equal(0, stats.active)
    end)
  end)

  describe("is misused by", function()
    local url = "https://example.com/x"
    local cases = {
      { "no task", nil, "x", "task or a URL" },
      { "a number", 7, "x", "task or a URL" },
      { "an empty link", "", "x", "task or a URL" },
      { "a link with a NUL", "https://x/\0", "x", "task or a URL" },
      { "a task without anything", {}, "x", "neither an id" },
      { "no path", url, nil, "table expected" },
      { "an empty path", url, "", "path" },
      { "a path that is a folder", url, "/tmp/", "path" },
      { "a path that ends in dots", url, "/tmp/..", "path" },
      { "a path with a NUL", url, "a\0b", "NUL" },
      { "no target", url, {}, "either path or dir" },
      { "two targets", url, { path = "x", dir = "y" }, "either path or dir" },
      { "a folder for a bare link", url, { dir = "x" }, "id" },
      { "an unknown option", url, { path = "x", size = 1 }, "'size'" },
      { "a numeric key", url, { "x" }, "'number'" },
      { "an unknown file", url, { path = "x", what = "sound" }, "what" },
      { "no number of bytes", url, { path = "x", max_bytes = "1" },
        "max_bytes" },
      { "half a byte", url, { path = "x", max_bytes = 1.5 }, "max_bytes" },
      { "no byte", url, { path = "x", max_bytes = 0 }, "max_bytes" },
      { "no deadline", url, { path = "x", deadline = 0 }, "deadline" },
      { "a wrong flag", url, { path = "x", sync = 1 }, "sync" },
      { "a wrong flag again", url, { path = "x", allow_private = "yes" },
        "allow_private" },
      { "no function", url, { path = "x", on_done = true }, "on_done" },
      { "a callback it has not", url, { path = "x",
        on_task = print }, "on_task" },
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        local why = errors.misuse(client.download, client, case[2], case[3])
        assert.truthy(why:find(case[4], 1, true), why)
      end)
    end

    it("two tables of options", function()
      errors.misuse(client.download, client, url, { path = "x" }, {})
      errors.misuse(client.download, client, url, "x", { path = "y" })
    end)

    it("a closed client", function()
      client:close()
      errors.misuse(client.download, client, url, "x")
    end)
  end)

  it("is refused without a client of this kind", function()
    assert.is_function(luma.client)
    errors.misuse(client.download, {}, "https://example.com/x", "x")
  end)
end)
