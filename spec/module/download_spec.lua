-- SPDX-License-Identifier: MIT
-- A file under its final name is complete and the right one, and a download
-- never blocks.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"

local CLIP = downloads.CLIP
local SIZE = downloads.SIZE

describe("a download", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir
  local client

  before_each(function() client = d.client end)

  local function start(...) return d:start(...) end

  local function bring(...) return d:bring(...) end

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
    assert(bring "/clip")
    dir:run "touch other"
    local modes = process.output("cd " .. dir.path .. " && stat -c %a *")
    local one, two = modes:match "^(%d+)\n(%d+)\n$"
    assert.truthy(one, modes)
    assert.equal(two, one)
  end)

  it("takes a chunked file, whose size nobody knows before", function()
    g:file("/clip", { chunked = 1000 })
    assert.equal(SIZE, select(2, bring "/clip"))
    assert.equal(CLIP, dir:read "clip.mp4")
  end)

  it("goes over TLS", function()
    client = d:client_of { base_url = g.https }
    g:file("/clip", {})
    assert(start(g.https .. "/clip"):result())
    assert.equal(CLIP, dir:read "clip.mp4")
  end)

  describe("where the file is there", function()
    local function skip(path, more)
      local options = { exists = "skip", allow_private = true }
      for key, value in pairs(more or {}) do options[key] = value end
      return client:download(path, options):result()
    end

    it("asks for nothing, and the file is the result", function()
      dir:write("clip.mp4", "old")
      assert.same({ dir:at "clip.mp4", 3 },
        { skip(g.http .. "/clip", { path = dir:at "clip.mp4" }) })
      for _, name in ipairs { "a.webm", "b-thumbnail.png" } do
        dir:write(name, "old")
      end
      assert.same({ dir.path .. "/a.webm", 3 },
        { skip({ id = "a" }, { dir = dir.path }) })
      assert.same({ dir.path .. "/b-thumbnail.png", 3 },
        { skip({ id = "b" }, { dir = dir.path, what = "thumbnail" }) })
      assert.equal(0, #g:journal())
      assert.equal("old", dir:read "clip.mp4")
    end)

    it("is made anew if it is empty, a folder, or to be replaced", function()
      g:file("/clip", {})
      dir:write("clip.mp4", "")
      local path = dir:at "clip.mp4"
      assert.equal(SIZE, select(2, skip(g.http .. "/clip", { path = path })))
      dir:write("clip.mp4", "old")
      assert.equal(SIZE, select(2, client:download(g.http .. "/clip", {
        path = path, allow_private = true, exists = "replace" }):result()))
      assert.equal(CLIP, dir:read "clip.mp4")
      dir:run "mkdir sub"
      local _, err = skip(g.http .. "/clip", { path = dir:at "sub" })
      assert.equal("file", err.code)
      assert.matches('exists: must be "replace" or "skip"',
        errors.misuse(client.download, client, g.http .. "/clip",
          { path = path, exists = "keep" }))
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
      client = d:client_of { connections = 2 }
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
      client = d:client_of { connections = 1, timeout = { stall = 30 } }
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
      local job = start(g.http .. "/clip")
      g:wait("requests", 1)
      assert.is_false(job:done())
      job = nil -- luacheck: ignore
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
      { "a numeric key", url, { "x" }, "[1]" },
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
    errors.misuse(client.download, {}, "https://example.com/x", "x")
  end)
end)
