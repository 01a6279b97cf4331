-- SPDX-License-Identifier: MIT
-- luma takes none of the standard descriptors and leaves none of its own to a
-- child process. It reports when there are no descriptors left, or no working
-- directory.

local children = require "spec.support.children"
local downloads = require "spec.support.downloads"
local fixture = require "spec.support.fixture"
local native = require "spec.support.native"
local process = require "spec.support.process"
local program = require "spec.support.program"

local FULL = "too many open files"

describe("in a process", function()
  local d, g, dir, cpath, remove

  setup(function()
    d = downloads.setup()
    g, dir = d.g, d.dir
    cpath, remove = native "posix"
  end)
  teardown(function()
    d:teardown()
    remove()
  end)
  after_each(function() d:tidy() end)

  local function run(words)
    words.seconds = 60
    return children.run { words }[1]
  end

  describe("without standard streams", function()
    local NULL, SAME = "/dev/null", "as before"

    -- what the shell closes, and what 0, 1 and 2 are then
    local cases = {
      { "<&-", NULL, SAME, SAME },
      { ">&-", SAME, NULL, SAME },
      { "2>&-", SAME, SAME, NULL },
      { "<&- >&-", NULL, NULL, SAME },
      { "<&- 2>&-", NULL, SAME, NULL },
      { "<&- >&- 2>&-", NULL, NULL, NULL },
    }

    local function report(after, more)
      g:default { close_after = true }
      g:file("/clip", { drip = { bytes = 10000, seconds = 0.02 } })
      local ended = run {
        "spec/programs/streams.lua", g.http, g.http .. "/clip", dir:at "", more,
        after = after,
      }
      assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
      assert.equal(downloads.CLIP, dir:read "first")
      return dir:read "report", ended.output
    end

    for _, case in ipairs(cases) do
      it("luma works, and leaves them useless: " .. case[1], function()
        assert.equal(("tasks 2\nfile whole\n0 %s\n1 %s\n2 %s\n"
          .. "fail as before\n"):format(case[2], case[3], case[4]),
          (report(case[1])))
      end)
    end

    it("nothing of luma's is printed into what is there", function()
      local _, output = report("<&- >&-")
      assert.equal("xx", output) -- the host's own, to standard error
    end)

    it("which it closed while luma was at work", function()
      local text = report("", (cpath:gsub("%?", "posix")))
      assert.equal(downloads.CLIP, dir:read "second")
      local file = ("file whole\n0 %s\n1 %s\n2 %s\n")
        :format(NULL, NULL, SAME)
      assert.equal("tasks 2\n" .. file:rep(2), text)
    end)
  end)

  -- How many low numbers are free in a table that is full otherwise.
  for _, holes in ipairs { 0, 1, 3, 8 } do
    local more = holes > 0 and tostring(holes) or nil
    local where = more and (" in a table with %d holes"):format(holes) or ""

    it("children get no descriptor of luma's" .. where, function()
      g:default { stall = "body" }
      g:file("/clip", { drip = { bytes = 1000, seconds = 0.05 } })
      local ended = run {
        "spec/programs/inherited.lua", g.http, g.https, g.ca, g.http .. "/clip",
        dir:at "", more,
      }
      assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
      local before, meanwhile = ended.output:match "^([%d ]+)\n([%d ]+)\n$"
      assert.truthy(before, ended.output)
      assert.equal(before, meanwhile)
    end)

    it("children get none while a name is looked up" .. where, function()
      -- A sanitizer has to be the first that is loaded.
      if not fixture.PLAIN then return pending "not with sanitizers" end
      local library, gone = program.build(
        "cc -o build/slow spec/native/slow_names.c -shared -fPIC")
      local ended = run {
        "spec/programs/inherited.lua", "http://files.example", "", "",
        "http://files.example/clip", dir:at "", more,
        env = { LD_PRELOAD = library },
      }
      gone()
      assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
      assert.truthy(ended.output:match "^([%d ]+)\n%1\n$", ended.output)
    end)
  end

  it("whose working directory is gone, that is said", function()
    g:file("/clip", {})
    local ended = run {
      os.getenv "PWD" .. "/spec/programs/removed.lua", g.http .. "/clip",
      dir:at "clip.mp4",
      before = "gone=$(mktemp -d); cd $gone; rmdir $gone;",
    }
    assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
    assert.equal("the file could not be written: cannot find the working "
      .. "directory: No such file or directory (file)\nworks\n", ended.output)
    assert.equal(downloads.CLIP, dir:read "clip.mp4")
  end)

  -- Also a wake-up is a write.
  describe("where the system refuses a write", function()
    for _, refusal in ipairs { "EIO", "EINTR", "EAGAIN" } do
      it("every job ends nevertheless: " .. refusal, function()
        if not process.has "strace" or not fixture.PLAIN then
          return pending "needs strace, and no sanitizer"
        end
        g:default { extra = { video = { download_url = g.http .. "/clip" } } }
        g:file("/clip", {})
        g:route("/silent", { stall = "request" })
        g:route("/luma/generations", { body = '{"id":"new"}' })
        local list = {}
        for nth = 1, 12 do
          list[nth] = {
            before = ("strace -f -qq -o /dev/null -e trace=write "
              .. "-e inject=write:error=%s:when=%d"):format(refusal, nth),
            "spec/programs/unwoken.lua", g.http, dir:at(refusal .. nth),
          }
        end
        for nth, ended in ipairs(children.run(list)) do
          assert.same({ "exit", 0 }, { ended.kind, ended.code },
            nth .. ended.output)
        end
      end)
    end
  end)

  describe("with too many open files", function()
    -- what is done, descriptors left, URL, code and message, and afterwards
    local cases = {
      { "a client is not made", "client", 1, "http", "thread", "works" },
      { "no connection is made", "tasks", 0, "http", "connect", "works" },
      { "issuers cannot be read", "tasks", 1, "https", "connect", "works" },
      { "no name is looked up", "tasks", 2, "nowhere", "connect",
        "resolve true" },
      { "a download does not begin", "download", 1, "http", "thread",
        "works" },
    }

    for _, case in ipairs(cases) do
      it("which is said: " .. case[1], function()
        local url = g[case[4]] or "http://no.such.host.invalid"
        g:route("/silent", { stall = "request" })
        local ended = run {
          "spec/programs/shortage.lua", case[2], case[3], url, g.ca,
          before = "ulimit -n 64;",
        }
        assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
        local first, second = ended.output:match "^(.-)\n(.-)\n"
        local retryable = tostring(case[5] == "connect")
        assert.truthy(first:find(case[5] .. " " .. retryable, 1, true), first)
        assert.truthy(first:find(FULL, 1, true), first)
        assert.equal(1, second:find(case[6], 1, true), second)
      end)
    end
  end)
end)
