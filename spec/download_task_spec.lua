-- SPDX-License-Identifier: MIT
-- Downloads of a task: which link is taken, and what happens when it has
-- expired.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local files = require "spec.support.files"

local CLIP = downloads.CLIP
local SIZE = downloads.SIZE

describe("a download", function()
  local d, g, dir
  local with = downloads.with

  setup(function()
    d = downloads.setup()
    g, dir = d.g, d.dir
  end)
  teardown(function() d:teardown() end)
  before_each(function() d:client_of {} end)
  after_each(function() d:tidy() end)

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
end)
