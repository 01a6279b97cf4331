-- SPDX-License-Identifier: MIT
-- A download of a task takes the right link, and gets a new one when it has
-- expired.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local files = require "spec.stub.files"

local CLIP = downloads.CLIP
local SIZE = downloads.SIZE

describe("a download", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir
  local with = downloads.with

  local function start(...) return d:start(...) end

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

    local function xml(code)
      return '<?xml version="1.0"?><Error><Code>' .. code .. "</Code></Error>"
    end

    -- The answer of a link that has expired, and how often it is asked.
    local expired = {
      { "403", { uses = 0 } },
      { "410", { uses = 0, expired = 410 } },
      { "401", { status = 401, body = "" } },
      { "404", { status = 404, body = xml "NoSuchKey" } },
      { "400", { status = 400, body = xml "ExpiredToken" } },
      { "416", { status = 416, body = "" } },
      { "204", { status = 204, body = "" } },
      { "200 and an error", { type = "application/xml",
        body = xml "AccessDenied" } },
      { "200 and an error called a video", { body = xml "AccessDenied" } },
      { "200 and a page", { type = "text/html", body = "Sign in" } },
      { "200 and a message", { type = "text/plain",
        body = "Request has expired" } },
      { "200 and nothing", { body = "" } },
      { "200 and white space", { body = " \n" } },
      { "200 and a playlist", { body = "#EXTM3U\n" } },
      { "a slice, twice", { body = CLIP:sub(1, 100), headers =
        { ["Content-Range"] = "bytes 0-99/100000" } }, 2 },
      { "a redirect to nowhere", { status = 302, body = "" } },
    }
    for _, case in ipairs(expired) do
      local asked = case[3] or 1
      it("renews a link that answers with " .. case[1], function()
        g:file("/old", case[2])
        g:file("/new", {})
        g:default { extra = { video = { download_url = g.http .. "/new" } } }
        assert(start(expiring "/old"):result())
        assert.equal(CLIP, dir:read "clip.mp4")
        local requests = g:journal()
        assert.equal(asked + 2, #requests)
        assert.same({ "task-1" }, requests[asked + 1].ids)
      end)
      it("renews it only once when it answers with " .. case[1] .. " again",
        function()
          g:file("/old", case[2])
          g:default { extra = { video = { download_url = g.http .. "/old" },
            video_raw = {} } }
          local path, err = start(expiring "/old"):result()
          assert.is_nil(path)
          assert.equal("link", errors.check(err).code, tostring(err))
          assert.equal(case[2].status or case[2].expired
            or case[2].uses and 403 or 200, err.status)
          assert.same({}, dir:names())
          assert.equal(asked + 1, #g:journal())
        end)
    end

    for _, status in ipairs { 408, 425, 429, 500, 503 } do
      it("repeats a link that answers with " .. status, function()
        g:file("/old", { status = status, body = "" }, {})
        assert(start(expiring "/old"):result())
        for _, request in ipairs((g:journal())) do
          assert.equal("/old", request.path)
        end
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

    it("renews a link that gives a page in the middle", function()
      g:default { extra = {
        video = { download_url = g.http .. "/file?signed=anew" },
      } }
      g:file("/file", { cut = 40000 }, { ranges = "ignored",
        body = " \n" .. xml "AccessDenied" }, {})
      assert(start(expiring "/file?signed=once"):result())
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.equal(4, #g:journal())
    end)

    it("keeps the part of a task whose link is not known yet", function()
      local link = { extra = { video = { download_url = g.http .. "/file" } } }
      g:default(link)
      g:file("/file", { cut = 40000 }, {})
      d:client_of { attempts = 1 }
      assert.is_nil((start(task {}):result()))
      g:queue { status = 401 }
      assert.is_nil((start(task {}):result()))
      assert(start(task {}):result())
      local requests = g:journal()
      assert.equal("bytes=39999-", requests[#requests].headers.range)
      assert.equal(CLIP, dir:read "clip.mp4")
    end)

    it("starts anew where the new link leads elsewhere", function()
      g:file("/one", { cut = 40000 }, { uses = 0 })
      g:file("/two", { name = "other" })
      g:default { extra = { video = { download_url = g.http .. "/two" } } }
      assert(start(expiring "/one"):result())
      assert.equal(files.content("other", SIZE), dir:read "clip.mp4")
    end)

    it("goes on from a new link that leads elsewhere, as long as it grows",
      function()
        local cut = { name = "other", cut = 5000 }
        d:client_of { attempts = 2 }
        g:file("/one", { cut = 40000 }, { uses = 0 })
        g:file("/two", cut, cut, cut, { name = "other" })
        g:default { extra = { video = { download_url = g.http .. "/two" } } }
        assert(start(expiring "/one"):result())
        assert.equal(files.content("other", SIZE), dir:read "clip.mp4")
      end)

    -- Links that cannot be asked, and one that leads to such a link.
    for _, link in ipairs { "pending", "ftp://files.example/x", "//",
      "http://jane:x@127.0.0.1/x", "/redirected" } do
      it("renews a link such as " .. link, function()
        g:route("/redirected", { status = 302, body = "",
          headers = { Location = "ftp://files.example/x" } })
        g:file("/new", {})
        g:default { extra = { video = { download_url = g.http .. "/new" } } }
        assert(start(task { video = { url = link } }):result())
        assert.equal(CLIP, dir:read "clip.mp4")
      end)
      it("renews a link such as " .. link .. " only once", function()
        g:route("/redirected", { status = 302, body = "",
          headers = { Location = "ftp://files.example/x" } })
        g:default { extra = { video = { download_url = link },
          video_raw = {}, artifact = {} } }
        local path, err = start(task { video = { url = link } }):result()
        assert.is_nil(path)
        assert.equal("link", errors.check(err).code)
        assert.equal(link == "/redirected" and 2 or 1, #g:journal())
      end)
    end

    it("asks a new link for the rest, whatever the old one gave", function()
      local slice = { body = CLIP:sub(1, 100), status = 206,
        headers = { ["Content-Range"] = "bytes 0-99/100000" } }
      g:file("/old", slice)
      g:file("/new", slice, {})
      g:default { extra = { video = { download_url = g.http .. "/new" } } }
      assert(start(expiring "/old"):result())
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.equal(5, #g:journal())
    end)

    local function row(id, link)
      return ('{"id":"%s","video":{"url":"%s"}}'):format(id, g.http .. link)
    end

    describe("whose id is abc takes", function()
      local rows = {
        { "the exact id before one that looks alike",
          { { "ABC", "/bad" }, { "abc", "/good" } } },
        { "the exact id behind several that look alike",
          { { "ABC", "/bad" }, { "Abc", "/bad" }, { "abc", "/good" },
            { " abc", "/bad" } } },
        { "the only id that looks alike",
          { { "other", "/bad" }, { " ABC", "/good" } } },
        { "an id that looks alike and comes twice",
          { { "ABC", "/good" }, { "ABC", "/good" } } },
        { "none of several that look alike",
          { { "ABC", "/bad" }, { "Abc", "/bad" } }, true },
        { "none that does not look alike", { { "abcd", "/bad" } }, true },
      }
      for _, case in ipairs(rows) do
        it(case[1], function()
          local texts = {}
          for i, pair in ipairs(case[2]) do texts[i] = row(pair[1], pair[2]) end
          g:file("/good", {})
          g:file("/bad", { name = "bad" })
          g:default { body = "[" .. table.concat(texts, ",") .. "]" }
          local path, err = start { id = "abc" }:result()
          if case[3] then
            assert.is_nil(path)
            assert.equal("link", errors.check(err).code)
            assert.same({}, dir:names())
          else
            assert(path, tostring(err))
            assert.equal(CLIP, dir:read "clip.mp4")
          end
        end)
      end
    end)

    it("asks again when the row of its task is not JSON", function()
      g:file("/good", {})
      g:queue { body = '[{"id":"abc","x":NaN}]' }
      g:default { body = "[" .. row("abc", "/good") .. "]" }
      assert(start { id = "abc" }:result())
      assert.equal(CLIP, dir:read "clip.mp4")
    end)

    it("fails by the reply when the row of its task is never JSON", function()
      d:client_of { attempts = 2 }
      g:default { body = '[{"id":"abc","x":NaN}]' }
      local path, err = start { id = "abc" }:result()
      assert.is_nil(path)
      assert.equal("reply", errors.check(err).code)
      assert.equal(2, #g:journal())
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

    it("fails by the link's own error when the task has no link", function()
      g:file("/old", { uses = 0, expired = 404 })
      g:default { extra = { video = {}, video_raw = {}, artifact = {} } }
      assert.equal(404, fails("link", start(expiring "/old")).status)
      assert.equal(2, #g:journal())
    end)

    it("is not renewed without a task", function()
      for _, status in ipairs { 400, 401, 403, 404, 410 } do
        g:file("/old", { uses = 0, expired = status })
        fails("link", start(g.http .. "/old"))
      end
      assert.equal(5, #g:journal())
    end)
  end)
end)
