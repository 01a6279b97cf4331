-- SPDX-License-Identifier: MIT
-- A download is resumed only where both responses are of the same file and the
-- server says so correctly. Whatever else it says, the file is right or is not
-- there.

local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local SIZE, CUT = 60000, 25000

describe("a download that broke", function()
  local f, g, dir, outside, client

  setup(function()
    f = fixture.start()
    g = f.g
    dir, outside = folder.new(), folder.new()
  end)
  teardown(function()
    f:stop()
    dir:remove()
    outside:remove()
  end)
  before_each(function()
    client = f:new { attempts = 5, timeout = { stall = 5 } }
  end)
  after_each(function()
    f:tidy()
    dir:empty()
    outside:empty()
  end)

  local function bring(options)
    options = options or {}
    options.path = options.path or dir:at "clip.mp4"
    options.allow_private = true
    options.sync = false
    return client:download(g.http .. "/clip", options):result()
  end

  -- The ranges asked for, "-" for none.
  local function ranges()
    local list = {}
    for i, request in ipairs((g:journal())) do
      list[i] = (request.headers.range or "-"):match "%d+" or "-"
    end
    return table.concat(list, " ")
  end

  local function clip(fields)
    local file = { size = SIZE }
    for key, value in pairs(fields) do file[key] = value end
    return file
  end

  local etags = {
    strong = { etag = "v1" },
    weak = { etag = "v1", weak = true },
    absent = { etag = false },
  }
  local ways = { true, "ignored", "forced", "refused", "shifted", "short",
    "total", "backward", "garbled", "missing", "other", "unnamed",
    "multipart", "longer", "surplus" }

  -- What the second request finds: the same file, or another one.
  local seconds = {
    same = {},
    changed = { name = "other", etag = "v2" },
    longer = { name = "other", etag = "v2", size = SIZE + 1000 },
    shorter = { name = "other", etag = "v2", size = CUT - 1000 },
  }

  -- Only a strong ETag may be asked with; and where the answer is odd, the
  -- whole is asked for.
  local function expected(kind, way, second)
    if kind ~= "strong" then return "- -" end
    local range = "- " .. CUT - 1
    if way == "ignored" or way == true and second ~= "same" then
      return range
    end
    if way == true or way == "forced" and second == "same" then
      return range
    end
    return range .. " -"
  end

  for kind, etag in pairs(etags) do
    for _, way in ipairs(ways) do
      for second, change in pairs(seconds) do
        it(("goes on with a %s ETag, %s ranges, a %s file"):format(kind,
          tostring(way), second), function()
          local last = { ranges = way }
          for key, value in pairs(etag) do last[key] = value end
          for key, value in pairs(change) do
            if key ~= "etag" or etag.etag then last[key] = value end
          end
          local first = clip(etag)
          first.cut = CUT
          g:file("/clip", first, clip(last))
          local path, bytes = bring()
          assert.equal(dir:at "clip.mp4", path, tostring(bytes))
          assert.equal(files.content(last.name or "clip", last.size or SIZE),
            dir:read "clip.mp4")
          assert.equal(last.size or SIZE, bytes)
          assert.same({ "clip.mp4" }, dir:names())
          assert.equal(expected(kind, way, second), ranges())
        end)
      end
    end
  end

  it("asks with If-Range, for the last byte it has and all behind", function()
    g:file("/clip", clip { cut = CUT }, clip {})
    assert(bring())
    local request = g:journal()[2]
    assert.equal("bytes=" .. CUT - 1 .. "-", request.headers.range)
    assert.equal('"v1"', request.headers["if-range"])
    assert.equal("identity", request.headers["accept-encoding"])
  end)

  it("goes on many times, as long as there is more each time", function()
    client = f:new { attempts = 2 }
    local list = {}
    for i = 1, 6 do list[i] = clip { cut = 5000 } end
    list[7] = clip {}
    g:file("/clip", table.unpack(list))
    assert(bring())
    assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
    assert.equal("- 4999 9998 14997 19996 24995 29994", ranges())
  end)

  it("starts anew when the rest is another file's", function()
    g:file("/clip", clip { cut = CUT }, clip { name = "other" })
    assert.not_equal(files.content("clip", SIZE):byte(CUT),
      files.content("other", SIZE):byte(CUT))
    assert(bring())
    assert.equal(files.content("other", SIZE), dir:read "clip.mp4")
    assert.equal("- " .. CUT - 1 .. " -", ranges())
  end)

  -- What comes before the break is no proof that it is a file.
  for start, rest in pairs {
    ["  "] = "<html>sorry</html>", ["#EXT"] = "M3U\n#EXT-X-VERSION:3\n",
    ["\239\187\191"] = '{"error":"expired"}', ["\255"] = "\254<\0h\0t\0",
    ["\n"] = "[1]",
  } do
    it(("asks for all when it broke after %q"):format(start), function()
      local body = start .. rest
      local function answer(status, from, fields)
        fields.headers = { ETag = '"v1"' }
        fields.status, fields.body = status, body:sub(from + 1)
        fields.content_type = "video/mp4"
        if from > 0 then
          fields.headers["Content-Range"] = ("bytes %d-%d/%d"):format(from,
            #body - 1, #body)
        end
        return fields
      end
      g:route("/clip", answer(200, 0, { cut = #start }),
        answer(206, math.max(#start - 1, 1), {}))
      local path, err = bring()
      assert.is_nil(path)
      assert.equal("link", err.code, tostring(err))
      assert.same({}, dir:names())
      assert.equal("-", ranges():sub(3, 3))
    end)
  end

  it("is given up when there is no more each time", function()
    client = f:new { attempts = 3 }
    g:file("/clip", clip { etag = false, cut = CUT })
    local path, err = bring()
    assert.is_nil(path)
    assert.equal("truncated", err.code)
    assert.equal(3, err.attempts)
    assert.same({}, dir:names())
  end)

  it("goes on as long as there is more each time, however often", function()
    client = f:new { attempts = 2 }
    local answers = {}
    for i = 1, 50 do answers[i] = clip { cut = 1000 } end
    answers[51] = clip {}
    g:file("/clip", table.unpack(answers))
    assert(bring())
    assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
    assert.equal(51, #g:journal())
  end)

  describe("in another job", function()
    local function leave_part(fields)
      client = f:new { attempts = 1 }
      local file = clip(fields or {})
      file.cut = CUT
      g:file("/clip", file)
      assert.equal("truncated", select(2, bring()).code)
    end

    it("leaves its part, which the next one takes up", function()
      leave_part()
      assert.same({ "clip.mp4.luma.part", "clip.mp4.luma.state.part" },
        dir:names())
      g:file("/clip", clip {})
      assert(bring())
      assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
      assert.same({ "clip.mp4" }, dir:names())
      assert.equal("- " .. CUT - 1, ranges())
    end)

    -- A retry is free only if the attempt before it has brought something.
    it("leaves a part that is no progress of the next one", function()
      leave_part()
      client = f:new { attempts = 2 }
      g:file("/gone", { close = true })
      for _ = 1, 40 do -- all the retries that there are
        client:download(g.http .. "/gone", {
          path = dir:at "gone", allow_private = true,
        }):result()
      end
      local before = #g:journal()
      g:file("/clip", { close = true })
      local _, err = bring()
      assert.equal("network", err.code)
      assert.matches("too much failed", err.message)
      assert.equal(before + 1, #g:journal())
    end)

    it("leaves a part whose place another file takes, piece by piece",
      function()
        leave_part()
        local function other(cut)
          return clip { name = "other", etag = "v2", cut = cut }
        end
        client = f:new { attempts = 2 }
        g:file("/clip", other(9000), other(3000), other(3000), other())
        assert(bring())
        assert.equal(files.content("other", SIZE), dir:read "clip.mp4")
      end)

    it("leaves nothing where nothing could be taken up", function()
      leave_part { etag = false }
      assert.same({}, dir:names())
      leave_part { weak = true }
      assert.same({}, dir:names())
    end)

    local function is_started_anew(what, spoil)
      it("starts anew when " .. what, function()
        leave_part()
        local options = spoil() or {}
        g:file("/clip", clip {})
        g:file("/else", clip { name = "else" })
        assert(bring(options))
        assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
        assert.equal("- -", ranges())
        assert.same({ "clip.mp4" }, dir:names())
      end)
    end

    local function edit_state(from, to)
      local state = dir:read "clip.mp4.luma.state.part"
      local changed, n = state:gsub(from, to, 1)
      assert.equal(1, n)
      dir:write("clip.mp4.luma.state.part", changed)
    end

    is_started_anew("the state is gone", function()
      os.remove(dir:at "clip.mp4.luma.state.part")
    end)
    is_started_anew("the state is empty", function()
      dir:write("clip.mp4.luma.state.part", "")
    end)
    is_started_anew("the state is cut", function()
      edit_state("%w\n$", "")
    end)
    is_started_anew("the state has changed", function()
      edit_state('"v1"', '"v2"')
    end)
    local function move_out(name)
      assert(os.execute(("mv %s %s"):format(dir:at(name), outside:at "it")))
    end

    is_started_anew("the state is a link", function()
      move_out "clip.mp4.luma.state.part"
      dir:run(("ln -s %s clip.mp4.luma.state.part"):format(outside:at "it"))
    end)
    is_started_anew("the part is empty", function()
      dir:write("clip.mp4.luma.part", "")
    end)
    is_started_anew("the part is longer than the file", function()
      dir:write("clip.mp4.luma.part", ("x"):rep(SIZE + 1))
    end)
    is_started_anew("somebody has added to the part", function()
      dir:write("clip.mp4.luma.part", files.content("clip", CUT) .. "x")
    end)
    is_started_anew("somebody has written to the part", function()
      dir:write("clip.mp4.luma.part", ("x"):rep(CUT))
    end)
    is_started_anew("the part is a copy", function()
      dir:run "cp -p clip.mp4.luma.part it && mv it clip.mp4.luma.part"
    end)
    is_started_anew("the state has two names", function()
      dir:run(("ln clip.mp4.luma.state.part %s"):format(outside:at "it"))
    end)
    is_started_anew("the state is a pipe", function()
      move_out "clip.mp4.luma.state.part"
      dir:run "mkfifo -m 600 clip.mp4.luma.state.part"
    end)
    is_started_anew("others may write to the state", function()
      dir:run "chmod 666 clip.mp4.luma.state.part"
    end)
    is_started_anew("others may write to the part", function()
      dir:run "chmod 666 clip.mp4.luma.part"
    end)
    is_started_anew("the part is a link", function()
      move_out "clip.mp4.luma.part"
      dir:run(("ln -s %s clip.mp4.luma.part"):format(outside:at "it"))
    end)
    is_started_anew("the part has two names", function()
      dir:run(("ln clip.mp4.luma.part %s"):format(outside:at "it"))
    end)

    it("writes to nothing that is not its own", function()
      outside:write("it", "precious")
      dir:run(("ln -s %s clip.mp4.luma.part"):format(outside:at "it"))
      dir:run(("ln %s clip.mp4.luma.state.part"):format(outside:at "it"))
      g:file("/clip", clip {})
      assert(bring())
      assert.equal("precious", outside:read "it")
      assert.same({ "clip.mp4" }, dir:names())
    end)

    it("starts anew for another link", function()
      leave_part()
      g:file("/else", clip { name = "else" })
      assert(client:download(g.http .. "/else", {
        path = dir:at "clip.mp4", allow_private = true,
      }):result())
      assert.equal(files.content("else", SIZE), dir:read "clip.mp4")
      assert.equal("- -", ranges())
    end)

    -- All bytes came, but a folder had the file's name.
    local function leave_whole_part()
      g:file("/clip", clip { stall = "body" })
      local job = client:download(g.http .. "/clip", {
        path = dir:at "clip.mp4", allow_private = true,
      })
      g:wait("stalled", 1)
      dir:run "mkdir clip.mp4"
      g:release()
      assert.equal("file", select(2, job:result()).code)
      dir:run "rmdir clip.mp4"
      assert.equal(files.content("clip", SIZE), dir:read "clip.mp4.luma.part")
    end

    it("takes up a part with nothing missing, after a look", function()
      leave_whole_part()
      g:file("/clip", clip {})
      assert(bring())
      assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
      assert.equal("- " .. SIZE - 1, ranges())
    end)

    it("finds out that a whole part is not the file any more", function()
      leave_whole_part()
      g:file("/clip", clip { name = "new", etag = "v2" })
      assert(bring())
      assert.equal(files.content("new", SIZE), dir:read "clip.mp4")
    end)

    -- After a response that is no answer to its Range, the whole is asked for.
    local slice = { status = 206, body = "abc", content_type = "video/mp4",
      headers = { ["Content-Range"] = "bytes 0-2/60000" } }
    local page = { body = "<html>sorry</html>", content_type = "video/mp4" }
    for name, answers in pairs {
      ["a slice and a broken connection"] = { slice, { reset = true } },
      ["a slice and a failure"] = { slice, { status = 503, body = "" } },
      ["a slice and a page"] = { slice, page },
      ["slices"] = { slice },
      ["416 and 404"] = { { status = 416 }, { status = 404 } },
      ["412"] = { { status = 412 } },
      ["a page called a video"] = { page },
      ["an empty body"] = { { body = "", content_type = "video/mp4" } },
      ["blanks and a break"] = { { body = "  abc", cut = 2,
        content_type = "video/mp4" } },
    } do
      it("keeps its part through " .. name, function()
        leave_part()
        client = f:new { attempts = 2 }
        g:route("/clip", table.unpack(answers))
        assert.is_nil((bring()))
        assert.equal(files.content("clip", SIZE):sub(1, CUT),
          dir:read "clip.mp4.luma.part")
        g:reset()
        g:file("/clip", clip {})
        assert(bring())
        assert.equal(files.content("clip", SIZE), dir:read "clip.mp4")
        assert.equal(tostring(CUT - 1), ranges())
      end)
    end

    it("keeps its part through failures that say nothing of it", function()
      leave_part()
      for _, status in ipairs { 500, 403, 404 } do
        g:route("/clip", { status = status })
        assert.is_nil((bring()))
      end
      g:route("/clip", { body = "<html>", content_type = "text/html" })
      assert.is_nil((bring()))
      assert.equal(files.content("clip", SIZE):sub(1, CUT),
        dir:read "clip.mp4.luma.part")
    end)
  end)
end)
