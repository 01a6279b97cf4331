-- SPDX-License-Identifier: MIT
-- No server chooses the name of a file, existing targets are safe, and no more
-- bytes are taken than wanted.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"

local CLIP = downloads.CLIP
local SIZE = downloads.SIZE

describe("a download", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir

  local function start(...) return d:start(...) end

  local function bring(...) return d:bring(...) end

  local function refused(...) return d:refused(...) end

  describe("into a folder", function()
    local function name_of(id, kind, what, headers)
      local odd = "/clip/%2E%2E/..%2F..%2Fname.sh"
      local link = { url = g.http .. odd }
      g:file(odd, { type = kind, headers = headers })
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
      "a/b", "a\\b", "a b", "a\nb", "a\0b", "-rf *", "-rf", "--help", "-",
      "$(id)", "é", "\255",
      "%2e%2e", "a:b", "~", ("x"):rep(101), ("x"):rep(1000), "CON\\" }
    for _, id in ipairs(odd) do
      it(("makes a name of the id %q"):format(id:sub(1, 20)), function()
        local name = name_of(id)
        assert.truthy(name:find "^[%w_][%w._%-]*%.mp4$", name)
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

    it("may stand beside a folder that is called by the id alone", function()
      dir:run "mkdir a"
      g:file("/clip", {})
      local task = { id = "a", video = { url = g.http .. "/clip" } }
      assert.equal(dir:at "a.mp4",
        assert(start(task, { dir = dir.path }):result()))
      assert.equal(CLIP, dir:read "a.mp4")
      assert.same({ "a", "a.mp4" }, dir:names())
    end)

    it("does not replace a folder that has its whole name", function()
      dir:run "mkdir a.mp4"
      g:file("/clip", {})
      local path, err = start({ id = "a", video = { url = g.http .. "/clip" } },
        { dir = dir.path }):result()
      assert.is_nil(path)
      assert.equal("file", errors.check(err).code)
      assert.matches("a folder or device has this name", err.message)
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

    -- Whether there is a link in hand or the gateway has to be asked for one.
    local function sources()
      return { link = g.http .. "/clip", id = { id = "task-1" } }
    end

    local function is_refused(what, prepare, path, ...)
      local texts = { ... }
      for name in pairs { link = true, id = true } do
        it(("is %s is refused before the %s is asked"):format(what, name),
          function()
            dir:run(prepare)
            local before = dir:names()
            g:file("/clip", {})
            local result, err = start(sources()[name],
              { path = dir:at(path) }):result()
            assert.is_nil(result)
            assert.equal("file", errors.check(err).code)
            for _, text in ipairs(texts) do
              assert.truthy(err.message:find(text, 1, true), err.message)
            end
            local _, all = g:journal()
            assert.equal(0, all.connections)
            assert.same(before, dir:names())
          end)
      end
    end

    is_refused("a directory", "mkdir clip.mp4", "clip.mp4",
      "a folder or device has this name")
    is_refused("a pipe", "mkfifo clip.mp4", "clip.mp4",
      "a folder or device has this name")
    is_refused("in no directory", "true", "none/clip.mp4", "/none",
      "No such file")
    is_refused("in a file", "touch none", "none/clip.mp4", "/none",
      "Not a directory")
    is_refused("in a loop of links", "ln -s none none", "none/clip.mp4",
      "/none", "symbolic")
    is_refused("of too long a name", "true", ("x"):rep(300), "too long")
    is_refused("of a name that is too long by a byte", "true",
      ("x"):rep(256), "too long")
    is_refused("behind a part that is a directory",
      "mkdir clip.mp4.luma.part", "clip.mp4", "part file")
    is_refused("behind a state that is a directory",
      "mkdir clip.mp4.luma.state.part", "clip.mp4", "state file")

    it("has the longest name there can be is downloaded and resumed",
      function()
        for length = 238, 255 do
          local name = ("x"):rep(length)
          d:client_of { attempts = 2 }
          g:file("/clip", { cut = 40000 }, {})
          assert(bring("/clip", { path = dir:at(name) }))
          assert.equal("bytes=39999-", g:journal()[2].headers.range)
          assert.equal(CLIP, dir:read(name))
          assert.same({ name }, dir:names())
          d:tidy()
        end
      end)

    it("is in a folder that cannot be used is refused, and named", function()
      for folder, reason in pairs { [dir:at "none"] = "No such file",
        ["/proc"] = "" } do
        for _, task in pairs { { id = "a" },
          { id = "a", video = { url = g.http .. "/clip" } } } do
          local result, err = start(task, { dir = folder }):result()
          assert.is_nil(result)
          assert.equal("file", errors.check(err).code)
          assert.truthy(err.message:find(folder .. ": " .. reason, 1, true),
            err.message)
        end
      end
      local _, all = g:journal()
      assert.equal(0, all.connections)
    end)

    it("becomes a directory meanwhile stays one", function()
      g:file("/clip", { stall = "body" })
      local job = start(g.http .. "/clip")
      g:wait("stalled", 1)
      dir:run "mkdir clip.mp4"
      g:release()
      local path, err = job:result()
      assert.is_nil(path)
      assert.equal("file", err.code)
      assert.is_true(dir:run "rmdir clip.mp4")
      g:reset()
      g:file("/clip", {})
      assert(bring "/clip")
      assert.equal(("bytes=%d-"):format(SIZE - 1),
        g:journal()[1].headers.range)
      assert.equal(CLIP, dir:read "clip.mp4")
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
end)
