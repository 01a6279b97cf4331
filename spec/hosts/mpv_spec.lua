-- SPDX-License-Identifier: MIT
-- A script of mpv fetches tasks in a timer, and mpv quits at any time, also
-- while a task is on its way. The script in examples/mpv/ plays tasks as they
-- are completed.

local fixture = require "spec.support.fixture"
local hosts = require "spec.support.hosts"
local process = require "spec.support.process"
local program = require "spec.support.program"

local MODULE = "build/lua5.2/luma.so" -- mpv of Debian has Lua 5.2

-- What keeps it from being run here, if anything does.
local function obstacle()
  if not fixture.PLAIN then return "not with sanitizers" end
  return hosts.obstacle {
    programs = { "mpv" }, files = { [MODULE] = "make LUA=lua5.2 all" },
  }
end

describe("a script of mpv", function()
  local why = obstacle()
  if why then
    pending("is not run: " .. why)
    return
  end

  local f = fixture.use()

  local function play(options)
    return process.run {
      "--no-config", "--idle=once", "--vo=null", "--ao=null",
      "--script=spec/programs/inside-mpv.lua", "--script-opts=cpath=build/lua5.2/?.so," .. options,
      program = "mpv", seconds = 20, env = {
        LUMA_GATEWAY_TOKEN = "token", LUMA_GATEWAY_URL = f.g.http,
      },
    }
  end

  it("gets its tasks in a timer", function()
    f.g:default { delay = 0.1 }
    local ended = play "ids=a:b"
    assert.equal(0, ended.code, ended.output)
    for _, id in ipairs { "a", "b" } do
      local line = ("task %s completed 1360"):format(id)
      assert.truthy(ended.output:find(line, 1, true), ended.output)
    end
    assert.truthy(ended.output:find "left 0 true")
  end)

  it("does not keep mpv from quitting", function()
    f.g:default { stall = "body" }
    local start = fixture.now()
    local ended = play "ids=a,leave=yes"
    assert.equal(0, ended.code, ended.output)
    assert.truthy(ended.output:find "left 1 false", ended.output)
    assert.is_true(fixture.now() - start < 10)
  end)

  describe("as examples/mpv/luma.lua", function()
    -- A picture of one grey in each of the frames: small, and only text.
    local function video(frames)
      local picture = "FRAME\n" .. ("z"):rep(16 * 16 * 3 / 2)
      return "YUV4MPEG2 W16 H16 F25:1 Ip A1:1 C420jpeg\n"
        .. picture:rep(frames)
    end

    local function completed(id)
      return ('{"id":"%s","state":"completed","request":{"prompt":"a cat %s"},'
        .. '"video":{"url":"%s/%s.y4m"}}'):format(id, id, f.g.http, id)
    end

    local function serve(id)
      f.g:route(("/%s.y4m"):format(id), {
        body = video(5), content_type = "video/x-yuv4mpeg",
      })
    end

    local function run(options, token, library)
      return process.run {
        "--no-config", "--idle=once", "--vo=null", "--ao=null", "--ytdl=no",
        "--script=examples/mpv/luma.lua", "--script-opts=" .. options,
        "--term-playing-msg=playing ${media-title} ${width}x${height}",
        program = "mpv", seconds = 20, env = {
          LUMA_GATEWAY_TOKEN = token or "token", LUMA_GATEWAY_URL = f.g.http,
          LD_PRELOAD = library,
        }, unset = { "LUA_CPATH", "http_proxy", "HTTP_PROXY" },
      }
    end

    -- The lines of its output that begin with one of the words, in order.
    local function lines(output, ...)
      local list = {}
      for printed in output:gmatch "[^\r\n]+" do
        local line = printed:gsub("^%[luma%] ", ""):gsub(" +$", "")
        for _, word in ipairs { ... } do
          if line:find("^" .. word) then list[#list + 1] = line end
        end
      end
      return list
    end

    it("generates a video and plays it", function()
      serve "new"
      f.g:route("/luma/generations", { body = '{"id":"new","state":"queued"}' })
      f.g:default { moves = { new = { completed "new" } } }
      local ended = run "luma-prompt=a cat dances,luma-interval=0.1"
      assert.equal(0, ended.code, ended.output)
      assert.same({ "added: a cat new", "playing a cat new 16x16" },
        lines(ended.output, "added", "playing"))
      assert.equal('{"user_prompt":"a cat dances"}', f.g:journal()[1].body)
    end)

    it("plays each task once it is completed, and then ends", function()
      serve "a"
      serve "b"
      f.g:default { unknown = {}, moves = {
        a = { '{"id":"a","state":"dreaming"}',
          '{"id":"a","state":"dreaming"}', completed "a" },
        b = { completed "b" },
        sad = { '{"id":"sad","state":"failed"}' },
      } }
      local ended = run "luma-ids=a:b:sad,luma-interval=0.2"
      assert.equal(0, ended.code, ended.output)
      assert.same({ "added: a cat b", "sad is failed", "added: a cat a" },
        lines(ended.output, "added", "sad"))
      assert.same({ "playing a cat b 16x16", "playing a cat a 16x16" },
        lines(ended.output, "playing"))
    end)

    it("takes the ids of a file", function()
      serve "a"
      f.g:default { moves = { a = { completed "a" } } }
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write "a\n"
      file:close()
      local ended = run("luma-file=" .. path)
      os.remove(path)
      assert.equal(0, ended.code, ended.output)
      assert.same({ "playing a cat a 16x16" }, lines(ended.output, "playing"))
    end)

    it("plays what has no prompt in words, under its id", function()
      local moves = {}
      for id, prompt in pairs { a = '{"text":"x"}', b = "true", c = '""' } do
        serve(id)
        moves[id] = { (completed(id):gsub('"a cat %l"', prompt)) }
      end
      f.g:default { moves = moves }
      local ended = run "luma-ids=a:b:c"
      assert.equal(0, ended.code, ended.output)
      assert.same({ "added: a", "added: b", "added: c" },
        lines(ended.output, "added"))
      assert.same({ "playing a 16x16", "playing b 16x16", "playing c 16x16" },
        lines(ended.output, "playing"))
    end)

    it("opens nothing but what the web has", function()
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(video(5))
      file:close()
      local moves = {}
      for id, link in pairs {
        a = path, b = "file://" .. path, c = "edl://" .. path,
        d = "av://lavfi:testsrc=duration=0.1",
      } do
        moves[id] = { ('{"id":"%s","state":"completed","video":{"url":"%s"}}')
          :format(id, link) }
      end
      f.g:default { moves = moves }
      local ended = run "luma-ids=a:b:c:d"
      os.remove(path)
      assert.equal(0, ended.code, ended.output)
      assert.same({}, lines(ended.output, "added", "playing"))
      for id in pairs(moves) do
        assert.matches(id .. " has no link to a video", ended.output)
      end
    end)

    it("says so where luma cannot start, and ends", function()
      local library, remove = program.build(
        "cc -o build/threadless spec/native/threadless.c -shared -fPIC")
      for _, what in ipairs { "luma-ids=a", "luma-prompt=a cat" } do
        local ended = run(what, "token", library)
        assert.equal(0, ended.code, ended.output)
        assert.matches("%(thread%)", ended.output)
      end
      remove()
      assert.same({}, (f.g:journal()))
    end)

    it("says what is wrong, and ends", function()
      f.g:default { status = 401 }
      local ended = run "luma-ids=a"
      assert.equal(0, ended.code, ended.output)
      assert.matches("the gateway does not accept the token", ended.output)
      ended = run("luma-ids=a,luma-interval=-1")
      assert.matches("interval", ended.output)
      assert.equal(0, ended.code)
      ended = run("luma-ids=a", "")
      assert.matches("token: must not be empty", ended.output)
      assert.equal(0, ended.code)
    end)
  end)
end)
