-- SPDX-License-Identifier: MIT
-- A download to a disk that is full, read-only or limited gives a clear error,
-- no file under the final name, and no part that is of no use. A full disk
-- keeps the part, so that the download can be resumed.

local downloads = require "spec.support.downloads"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"
local program = require "spec.support.program"

local LUA = process.LUA

local quote, output_of = process.quote, process.output

-- A name space of its own lets a user who is not root mount something.
local MOUNTS = output_of("unshare -rm mount -t tmpfs none /mnt && echo yes")
  :find "yes"

describe("a disk", function()
  local d = downloads.use()
  local g, dir = d.g, d.dir

  local function bring(path, name)
    return ("%s spec/programs/bring.lua %s %s%s %s"):format(LUA, g.http,
      g.http, path, quote(name))
  end

  -- Runs shell commands with a small disk in the folder.
  local function on_small_disk(commands, options)
    return output_of(("unshare -rm sh -c %s"):format(quote(
      ("mount -t tmpfs -o %s none %s && { %s; }"):format(
        options or "size=256k", dir.path, commands))))
  end

  local function needs_mounts()
    if not MOUNTS then pending "no mounts for this user" end
    return not MOUNTS
  end

  it("that is full leaves no part that cannot be resumed", function()
    if needs_mounts() then return end
    g:file("/clip", { size = 1000000, etag = false })
    local text = on_small_disk(bring("/clip", dir:at "a") .. "; ls -A "
      .. dir.path)
    assert.equal("file\tthe file could not be written: cannot write: "
      .. "No space left on device\n", text)
  end)

  it("that is full leaves the old file alone", function()
    if needs_mounts() then return end
    g:file("/clip", { size = 1000000 })
    local text = on_small_disk(("echo old > %s; %s; ls -A %s; cat %s"):format(
      dir:at "a", bring("/clip", dir:at "a"), dir.path, dir:at "a"))
    assert.truthy(text:find("No space left on device\na\na.luma.part\n"
      .. "a.luma.state.part\nold\n", 1, true), text)
  end)

  it("that is full keeps what it has for the next time", function()
    if needs_mounts() then return end
    g:file("/clip", { size = 1000000 })
    local text = on_small_disk(("%s; mount -o remount,size=2m %s; %s; ls -A %s")
      :format(bring("/clip", dir:at "a"), dir.path, bring("/clip", dir:at "a"),
        dir.path))
    assert.truthy(text:find "No space left on device\nok\t1000000\na\n$", text)
    local requests = g:journal()
    assert.equal(2, #requests)
    local first = tonumber(requests[2].headers.range:match "^bytes=(%d+)%-$")
    assert.is_true(first > 200000 and first < 262144, tostring(first))
  end)

  it("that is full for one has room for the next", function()
    if needs_mounts() then return end
    g:file("/clip", { size = 1000000, etag = false })
    g:file("/small", { size = 200000 })
    local text = on_small_disk(bring("/clip", dir:at "a") .. "; "
      .. bring("/small", dir:at "b") .. "; ls -A " .. dir.path)
    assert.truthy(text:find "\nok\t200000\nb\n$", text)
  end)

  it("that has no room for a name says so", function()
    if needs_mounts() then return end
    g:file("/clip", {})
    local text = on_small_disk(bring("/clip", dir:at "a") .. "; ls -A "
      .. dir.path, "nr_inodes=1")
    assert.truthy(text:find "^file\t.*No space left on device\n$", text)
  end)

  it("that is read-only says so", function()
    if needs_mounts() then return end
    g:file("/clip", {})
    local text = on_small_disk(bring("/clip", dir:at "a") .. "; ls -A "
      .. dir.path, "ro")
    assert.truthy(text:find "^file\t.*Read%-only file system\n$", text)
    assert.equal(0, #g:journal())
  end)

  it("holds files only up to the process's limit", function()
    g:file("/clip", { size = 100000 })
    local text = output_of("prlimit --fsize=50000 "
      .. bring("/clip", dir:at "a"))
    assert.truthy(text:find "^file\t.*File too large\n$", text)
    assert.same({}, dir:names())
  end)

  it("is not reached without descriptors", function()
    g:file("/clip", {})
    local codes = {}
    for limit = 3, 24 do
      local text = output_of(("prlimit --nofile=%d "):format(limit)
        .. bring("/clip", dir:at "a"))
      local code = text:match "^(%w+)\t"
      codes[code or "none"] = true
      assert.same(code == "ok" and { "a" } or {}, dir:names(), text)
      if code == "ok" then assert.equal(100000, #dir:read "a") end
      dir:empty()
    end
    if fixture.PLAIN then
      assert.is_true(codes.ok and codes.file)
    end
  end)

  it("keeps its part without descriptors", function()
    for limit = 5, 20 do
      g:file("/clip", { cut = 40000 }, {})
      assert.truthy(output_of(bring("/clip", dir:at "a") .. " 1")
        :find "^truncated\t")
      local text = output_of(("prlimit --nofile=%d "):format(limit)
        .. bring("/clip", dir:at "a"))
      if text:find "^ok" then
        assert.equal(100000, #dir:read "a")
      else
        assert.equal(40000, #dir:read "a.luma.part", text)
        assert.truthy(dir:read "a.luma.state.part")
      end
      g:reset()
      dir:empty()
    end
  end)

  -- The calls that look at the disk or change it, and whether the download
  -- cannot do without; strace lets one of them fail, at every turn.
  local calls = {
    { "openat", "ENFILE", true }, { "pwrite64", "EIO", true },
    { "pwrite64", "ENOSPC", true }, { "fsync", "EIO", true },
    { "renameat", "EACCES", true }, { "linkat", "EPERM", false },
    { "ftruncate", "EIO", true },
    { "flock", "ENOLCK", false }, { "fchmod", "EPERM", false },
    { "unlinkat", "EACCES", false }, { "newfstatat", "EIO", false },
  }
  for _, call in ipairs(calls) do
    it(("whose %s fails by %s leaves a whole file or none"):format(call[1],
      call[2]), function()
      if output_of "command -v strace" == "" or not fixture.PLAIN then
        return pending "needs strace, and no sanitizer"
      end
      g:file("/clip", { size = 50000 })
      local failures = 0
      for nth = 1, 4 do
        dir:write("a", "old")
        -- Only calls on this folder and what is in it.
        local text = output_of(("strace -f -qq -o /dev/null -P %s -P %s "
          .. "-P %s -P %s -e trace=%s -e inject=%s:error=%s:when=%d "):format(
          dir.path, dir:at "a", dir:at "a.luma.part",
          dir:at "a.luma.state.part", call[1], call[1], call[2], nth)
          .. bring("/clip", dir:at "a"))
        local whole = text:find "ok\t50000" ~= nil
        failures = failures + (whole and 0 or 1)
        assert.truthy(whole or text:find "file\t", text)
        if whole then
          assert.equal(files.content("clip", 50000), dir:read "a")
        else
          assert.equal("old", dir:read "a")
        end
        for _, name in ipairs(dir:names()) do
          assert.truthy(name == "a" or name:find "%.part$", name)
        end
        -- What may lie there now does not harm the next one.
        assert.truthy(output_of(bring("/clip", dir:at "a")):find "ok\t50000")
        assert.same({ "a" }, dir:names())
        dir:empty()
      end
      assert.equal(call[3], failures > 0)
    end)
  end

  it("that is slow delays neither tasks nor close", function()
    if not fixture.PLAIN then return pending "a sanitizer is preloaded" end
    g:file("/clip", { size = 1000000 })
    local library, gone = program.build(
      "cc -o build/slow spec/native/slow_disk.c -shared -fPIC")
    local text = output_of(("LD_PRELOAD=%s %s spec/programs/slow-disk.lua %s %s")
      :format(library, LUA, g.http, dir.path))
    gone()
    local worst = tonumber(text:match "^[%d.]+")
    assert.truthy(worst, text)
    assert.is_true(worst < 3, text)
    assert.is_true(#dir:names() > 0)
  end)

  it("may be closed to this user", function()
    if output_of "id -u" ~= "0\n" then
      dir:run "chmod 500 ."
      local text = output_of(bring("/clip", dir:at "a"))
      dir:run "chmod 700 ."
      assert.truthy(text:find "^file\t.*Permission denied\n$", text)
      return
    end
    -- Root may write anywhere, unless the file system itself is shut.
    g:file("/clip", {})
    local text = output_of(bring("/clip", "/proc/a"))
    assert.truthy(text:find "^file\t", text)
  end)
end)
