-- SPDX-License-Identifier: MIT
-- luma watch, download and request follow a task through its life.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local gateway = require "spec.support.gateway"

local VIDEO = "\0\0\0\24ftypmp42\0\0\0\0mp42isom" .. ("frame"):rep(50000)

local function slurp(path)
  local file = assert(io.open(path, "rb"))
  local content = file:read "*a"
  file:close()
  return content
end

describe("the command line", function()
  local g, dir = fixture.use({ unknown = { "nobody" } }).g, nil
  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    assert(os.execute("mkdir " .. dir))
  end)
  after_each(function() os.execute("rm -r " .. dir) end)

  local function watch(words, more)
    local all = { "watch", "--interval", "0.1", "--max-interval", "0.1" }
    for _, word in ipairs(words) do all[#all + 1] = word end
    return cli.run(g, all, more)
  end

  describe("watch", function()
    it("prints a task when it ends, and only then", function()
      g:queue({ state = "queued" }, { state = "processing" },
        { states = { a = "processing", b = "failed" } })
      local ended = watch { "a", "b" }
      assert.equal(3, ended.code)
      local first, second = ended.out:match "^([^\n]+)\n([^\n]+)\n$"
      assert.equal("b", cjson.decode(first).id)
      assert.equal("failed", cjson.decode(first).state)
      assert.equal("a", cjson.decode(second).id)
      assert.equal("completed", cjson.decode(second).state)
      assert.equal("", ended.err)
    end)

    it("counts an id as missing at once with no grace", function()
      local ended = watch { "--missing-grace", "0", "nobody" }
      assert.same({ 4, "luma: missing: nobody\n" }, { ended.code, ended.err })
    end)

    it("gives up at the deadline, and says on what", function()
      g:default { states = { a = "completed" }, state = "processing" }
      local ended = watch { "--deadline", "1", "a", "b" }
      assert.equal(5, ended.code)
      assert.equal("a", cjson.decode(ended.out).id)
      assert.equal("luma: out of time: b: processing\n", ended.err)
    end)

    it("tells the gateway's own words for what it does not know", function()
      g:default { texts = { a = '{"id":"a","state":"TELEPORTING"}' } }
      local ended = cli.run(g, { "watch", "--interval", "0.01", "--deadline",
        "0.2", "a" })
      assert.equal(5, ended.code)
      assert.equal("luma: out of time: a: processing, the gateway says "
        .. "TELEPORTING\n", ended.err)
    end)

    -- Each of these fails for six rounds, with the pauses between attempts: so
    -- all of them run at the same time.
    it("says why the gateway cannot be asked any more", function()
      local gone = "^luma: failed: b: [^\n]*database is gone[^\n]*\n$"
      local broken = gateway.start()
      -- the gateway, the ids, the id of the task that is printed, what is said
      local runs = {
        { { http = "http://127.0.0.1:1" }, { "a" }, nil,
          "^luma: failed: a: no connection could be made" },
        { g, { "a", "b" }, "a", gone }, { broken, { "a", "b" }, "a", gone },
      }
      for _, stub in ipairs { g, broken } do
        stub:queue { states = { a = "completed" }, state = "processing" }
      end
      g:default { status = 500,
        body = '{"error":{"message":"database is gone"}}' }
      broken:default { status = 200, body = "<html>database is gone</html>" }
      for i, run in ipairs(runs) do
        local _, finish = cli.start(run[1], { "watch", "--interval", "0.1",
          "--max-interval", "0.1", table.unpack(run[2]) }, dir .. "/" .. i)
        run.finish = finish
      end
      for i, run in ipairs(runs) do
        local ended, out = run.finish(), slurp(dir .. "/" .. i)
        assert.same({ 1, run[3] }, { ended.code,
          out ~= "" and cjson.decode(out).id or nil })
        assert.matches(run[4], ended.err)
      end
      broken:stop()
    end)

    it("draws what is open on a terminal", function()
      g:queue({ shape = "B", state = "processing" },
        { shape = "B", state = "processing" },
        { shape = "B", state = "processing" },
        { shape = "B", state = "processing" },
        { shape = "B", state = "processing" })
      local ended = cli.on_terminal(g, 80, { "watch", "--interval", "0.2",
        "--max-interval", "0.2", "--color=never", "a", "b" })
      assert.equal(0, ended.code)
      assert.matches("processing  50%% █████░░░░░  a", ended.screen)
      assert.matches("0 of 2 done, 2 processing, 0:0%d", ended.screen)
      -- Behind a row, or behind the last view, which was erased
      assert.matches("completed   a .*completed   b .*[\nJ]2 completed, ",
        ended.screen)
    end)

    it("says at Ctrl-C what was settled", function()
      g:default { states = { a = "completed", b = "processing" } }
      local out = os.tmpname()
      local pid, finish = cli.start(g, { "watch", "a", "b" }, out)
      fixture.wait_until(function() return slurp(out):find "\n" end)
      os.execute("kill -INT " .. pid)
      local ended = finish()
      os.remove(out)
      assert.equal(130, ended.code)
      assert.matches("^luma: interrupted: 1 completed, [^;]*; run the command "
        .. "again for the rest\n$", ended.err)
    end)

    it("ends at once with 130 at Ctrl-C", function()
      g:default { state = "processing" }
      local pid, finish = cli.start(g, { "watch", "a", "b" })
      g:wait("requests", 1)
      local start = fixture.now()
      os.execute("kill -INT " .. pid)
      local ended = finish()
      assert.equal(130, ended.code)
      assert.equal("", ended.err)
      if fixture.PLAIN then assert.is_true(fixture.now() - start < 2) end
    end)
  end)

  -- Every task is completed, and its video is what the route serves.
  local function answer_with_video(numeric)
    local link = g.http .. "/files/clip.mp4"
    g:default { numeric = numeric, inner = {
      video = { url = link, download_url = link, width = 1, height = 1 },
      video_raw = { url = link, width = 1, height = 1, duration = 5 },
    } }
  end

  local function serve(...)
    answer_with_video()
    local behaviours = { ... }
    for _, behaviour in ipairs(behaviours) do
      behaviour.content_type = "video/mp4"
      behaviour.headers = { ETag = '"v1"', ["Accept-Ranges"] = "bytes" }
      behaviour.body = behaviour.body or VIDEO
    end
    g:ask("route", { path = "/files/clip.mp4", behaviours = behaviours })
  end

  local function download(words, more)
    local all = { "download", "--allow-private", "--interval", "0.1",
      "--max-interval", "0.1", "--missing-grace", "0.1", "--dir", dir }
    for _, word in ipairs(words) do all[#all + 1] = word end
    return cli.run(g, all, more)
  end

  describe("download", function()
    it("brings each file and says where it is", function()
      serve {}
      local ended = download({ "a", "-" }, { stdin = "b\n" })
      assert.equal("", ended.err)
      assert.equal(0, ended.code)
      local count = 0
      for line in ended.out:gmatch "[^\n]+" do
        count = count + 1
        local saved = cjson.decode(line)
        assert.equal(dir .. "/" .. saved.id, (saved.path:gsub("%.%w+$", "")))
        assert.equal(VIDEO, slurp(saved.path))
      end
      assert.equal(2, count)
    end)

    it("tells tasks that failed or are not there",
      function()
        serve {}
        g:default { shape = "B", state = "failed" }
        local ended = download { "a", "nobody" }
        assert.equal(4, ended.code)
        assert.equal("", ended.out)
        assert.matches("luma: task failed: a: stub failure\n", ended.err)
        assert.matches("luma: missing: nobody\n", ended.err)
        assert.equal(3, download({ "a" }).code)
      end)

    it("says which option lets it take a private address",
      function()
        serve {}
        local ended = cli.run(g, { "download", "--dir", dir, "a" })
        assert.equal(1, ended.code)
        assert.matches("^luma: failed: a: .*see %-%-allow%-private",
          ended.err)
      end)

    it("has a row for each on a terminal", function()
      serve { drip = { bytes = 20000, seconds = 0.1 } }
      local ended = cli.on_terminal(g, 80, { "download", "--allow-private",
        "--color=never", "--dir", dir, "a", "b" })
      assert.equal(0, ended.code)
      assert.matches("a +%d+%% [█░]+ +[%d.]+ kB +[%d.]+ [kM]?B/s",
        ended.screen)
      assert.matches("0 of 2 files, [%d.]+ [kM]?B/s, 0:%d%d left",
        ended.screen)
      assert.matches("saved +250 kB  " .. dir:gsub("%p", "%%%0") .. "/a%.mp4",
        ended.screen)
      assert.matches("2 files, 500 kB, ", ended.screen)
    end)

    it("ends files at the deadline as well", function()
      serve { drip = { bytes = 1, seconds = 0.05 } }
      local start = fixture.now()
      local ended = download { "--deadline", "1", "--jobs", "1", "a", "b" }
      if fixture.PLAIN then assert.is_true(fixture.now() - start < 10) end
      assert.same({ 5, "" }, { ended.code, ended.out })
      assert.equal("luma: out of time: a: the file is not complete\n"
        .. "luma: out of time: b: the file is not complete\n", ended.err)
      serve {}
      assert.equal(0, download({ "--deadline", "60", "a", "b" }).code)
      assert.equal(VIDEO, slurp(dir .. "/a.mp4"))
    end)

    it("keeps what is there, unless it is forced",
      function()
        serve {}
        assert.equal(0, download({ "a" }).code)
        local file = assert(io.open(dir .. "/a.mp4", "w"))
        file:write "mine"
        file:close()
        local ended = download { "a", "b", "--table" }
        assert.equal(0, ended.code)
        assert.matches("kept  .*/a%.mp4\n", ended.out)
        assert.matches("saved  .*/b%.mp4\n", ended.out)
        assert.equal("mine", slurp(dir .. "/a.mp4"))
        assert.equal(0, download({ "a", "--force" }).code)
        assert.equal(VIDEO, slurp(dir .. "/a.mp4"))
      end)

    it("saves one under a name", function()
      serve {}
      local path = dir .. "/clip"
      local ended = cli.run(g, { "download", "--allow-private", "-o", path,
        "a" })
      assert.same({ 0, "" }, { ended.code, ended.err })
      assert.equal(VIDEO, slurp(path))
      ended = cli.run(g, { "download", "-o", path, "--name", "{id}", "a" })
      assert.equal(2, ended.code)
      assert.matches("%-%-name is for the files in %-%-dir", ended.err)
      for _, words in ipairs { { "a", "b" }, { "-" }, { "--file", "x" } } do
        ended = cli.run(g, { "download", "-o", path, words[1], words[2] })
        assert.equal(2, ended.code)
        assert.matches("%-%-output is for a single id", ended.err)
      end
    end)

    it("makes names of what tasks say", function()
      local link = g.http .. "/clip"
      g:file("/clip", { body = VIDEO })
      local texts = {}
      for id, prompt in pairs { a = "a cat/../dances\27[31m in the rain",
        b = "\229\175\186\229\175\186 x", c = "same", d = "same" } do
        texts[id] = cjson.encode { id = id, state = "completed",
          prompt = prompt, video = { url = link } }
      end
      g:default { texts = texts }
      local ended = download { "a", "b", "c", "d",
        "--name=-{prompt:12}{state}" }
      assert.equal(0, ended.code, ended.err)
      assert.equal("_a_cat_.._dancompleted-a.mp4\n_samecompleted-c.mp4\n"
        .. "_samecompleted-d.mp4\n"
        .. "_\229\175\186\229\175\186_xcompleted-b.mp4\n",
        cli.shell("ls '" .. dir .. "' | LC_ALL=C sort").out)
      for name, why in pairs { ["{token}"] = "there is no {token}",
        ["a/{id}"] = "no folders" } do
        ended = download { "a", "--name", name }
        assert.equal(2, ended.code)
        assert.truthy(ended.err:find(why, 1, true), ended.err)
      end
    end)

    it("takes a backslash as a part of the folder's name", function()
      serve {}
      local odd = dir .. "/clips\\"
      local ended = download { "a", "--name", "{id}", "--dir", odd }
      assert.equal(0, ended.code, ended.err)
      assert.equal("a.mp4\n", cli.shell("ls '" .. odd .. "'").out)
    end)

    it("counts what became of all", function()
      serve {}
      local ended = cli.on_terminal(g, 80, { "download", "--allow-private",
        "--color=never", "--dir", dir, "--interval", "0.1",
        "--missing-grace", "0.1", "a", "nobody" })
      assert.equal(4, ended.code)
      assert.matches("1 file, 250 kB, 1 missing, ", ended.screen)
    end)

    it("makes the folder, and those above it", function()
      serve {}
      local ended = download { "a", "--dir", dir .. "/it's new/clips" }
      assert.same({ 0, "" }, { ended.code, ended.err })
      assert.equal(VIDEO, slurp(dir .. "/it's new/clips/a.mp4"))
      assert.equal("a.mp4\n",
        cli.shell("ls -A '" .. dir .. "/it'\\''s new/clips'").out)
    end)

    it("names a folder it cannot use before it asks",
      function()
        local file = dir .. "/file"
        assert(io.open(file, "w")):close()
        for path, reason in pairs {
          [file] = "it is not a folder",
          [file .. "/clips"] = "Not a directory",
          ["/proc/clips"] = "No such file or directory",
          ["/proc"] = "[^\n]+",
        } do
          local ended = download { "a", "--dir", path }
          assert.equal(2, ended.code)
          assert.equal("", ended.out)
          assert.matches("^luma: cannot write to the folder "
            .. path:gsub("%p", "%%%0") .. ": " .. reason .. "\n$", ended.err)
        end
        local ended = download { "a", "--dir", "" }
        assert.same({ 2, "luma: --dir: must not be empty\n" },
          { ended.code, ended.err })
        assert.equal(0, #g:journal())
      end)

    it("names the file by the digits of the id", function()
      serve {}
      answer_with_video(true)
      local id = "831922345719271433" -- beyond 2^53
      local ended = download { id }
      assert.same({ 0, "" }, { ended.code, ended.err })
      assert.same({ id = id, path = dir .. "/" .. id .. ".mp4" },
        cjson.decode(ended.out))
      assert.equal(VIDEO, slurp(dir .. "/" .. id .. ".mp4"))
    end)

    it("goes on after Ctrl-C where it stopped", function()
      serve({ stall = "body" }, {})
      local pid, finish = cli.start(g, { "download", "--allow-private",
        "--dir", dir, "a" })
      fixture.wait_until(function()
        local found = cli.shell("find " .. dir .. " -size +10k -name '*part*'")
        return found.out ~= ""
      end, "a part file")
      os.execute("kill -INT " .. pid)
      assert.equal(130, finish().code)
      assert.equal("", cli.shell("find " .. dir .. " -name '*.mp4'").out)
      assert.equal(0, download({ "a" }).code)
      assert.equal(VIDEO, slurp(dir .. "/a.mp4"))
      local journal = g:journal()
      assert.matches("^bytes=%d+", journal[#journal].headers.range)
    end)
  end)

  describe("request", function()
    local REPLY = '{ "id" : "new", "state": "queued",\n "list": [ ],'
      .. ' "prompt": "say \\"hi\\" \\\\" }'

    it("prints the reply, its white space removed", function()
      g:route("/luma/generations", { status = 201, body = REPLY })
      local ended = cli.run(g, { "request", "post", "/luma/generations",
        '{"prompt":"x y"}' })
      assert.equal("", ended.err)
      assert.equal(0, ended.code)
      assert.equal('{"id":"new","state":"queued","list":[],'
        .. '"prompt":"say \\"hi\\" \\\\"}\n', ended.out)
      local request = g:journal()[1]
      assert.equal("POST", request.method)
      assert.equal('{"prompt":"x y"}', request.body)
    end)

    it("reads the body from standard input", function()
      g:route("/luma/generations", { body = REPLY })
      cli.run(g, { "request", "POST", "/luma/generations", "-" },
        { stdin = '{"prompt":"from a pipe"}' })
      assert.equal('{"prompt":"from a pipe"}', g:journal()[1].body)
    end)

    it("sets the reply out on a terminal", function()
      g:route("/x", { body = REPLY })
      local ended = cli.on_terminal(g, 80, { "request", "GET", "/x" })
      assert.equal([[
{
  "id": "new",
  "state": "queued",
  "list": [],
  "prompt": "say \"hi\" \\"
}
]], cli.plain(ended.screen))
    end)

    it("tells failures by its exit code", function()
      local ended = cli.run(g, { "request", "GET", "/nothing/there" })
      assert.equal(1, ended.code)
      assert.equal("", ended.out)
      assert.matches("^luma: .*Invalid URL", ended.err)
      assert.equal(2, cli.run(g, { "request", "GET", "no-slash" }).code)
      g:route("/x", { stall = "request" })
      assert.equal(5, cli.run(g, { "request", "GET", "/x", "--deadline",
        "0.2" }).code)
    end)

    it("prints the response of an error with status 200", function()
      for body, out in pairs {
        ['{ "id": "paid", "error": "no quota" }'] =
          '{"id":"paid","error":"no quota"}\n',
        ['{ "id": "paid" } x'] = '{"id":"paid"}\n', ["<html>"] = "",
      } do
        g:reset()
        g:route("/x", { body = body })
        local ended = cli.run(g, { "request", "POST", "/x", "{}" })
        assert.same({ 1, out }, { ended.code, ended.out })
        assert.matches("^luma: .*HTTP 200", ended.err)
      end
    end)

    it("feeds a watch", function()
      g:route("/luma/generations", { status = 201, body = REPLY })
      local submitted = cli.run(g, { "request", "POST", "/luma/generations",
        "{}" })
      local ended = watch({ "-" }, { stdin = submitted.out })
      assert.equal(0, ended.code)
      assert.equal("new", cjson.decode(ended.out).id)
    end)
  end)
end)
