-- SPDX-License-Identifier: MIT
-- The command works on Windows: with its paths, consoles, shells and encodings.
-- spec/programs/windows.lua stands for Windows here; `make windows` runs the
-- command in wine.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local process = require "spec.support.process"

local HERE = cli.shell("pwd").out:match "^[^\n]+"
local CAT = "\231\140\171" -- U+732B
local VERSION = "luma " .. require "luma"._VERSION .. "\n"

-- The words that start the program on what looks like Windows.
local function program(path)
  return ("%s %s/spec/programs/windows.lua %s"):format(process.LUA, HERE,
    process.quote(path or "Z:" .. (HERE .. "/bin/luma"):gsub("/", "\\")))
end

-- `like` has words for windows.lua.
local function environment(like)
  return { LIKE_WINDOWS = like or "", LC_ALL = "" }
end

describe("on Windows", function()
  local g, dir = fixture.use({ unknown = { "nobody" } }).g, folder.new()
  teardown(function() dir:remove() end)
  before_each(function()
    dir:empty()
    g:default { body = cjson.encode {
      { id = "a", state = "completed", prompt = CAT },
      { id = "b", state = "processing", prompt = ("long "):rep(30) },
    } }
  end)

  local function luma(words, more)
    more = more or {}
    more.program = program(more.path)
    more.env = more.env or environment(more.like)
    return cli.run(g, words, more)
  end

  local function on_console(words, like, more)
    more = more or {}
    more.program, more.env = program(), more.env or environment(like)
    return cli.on_terminal(g, 100, words, more)
  end

  local function succeeds(ended)
    assert.same({ 0, "" }, { ended.code, ended.err })
    return ended.out
  end

  describe("the program finds its modules", function()
    it("by paths with either slash, with a drive or without", function()
      local installed = cli.install(dir.path .. "/opt")
      local where = "cd " .. dir.path .. "/opt/bin;"
      for _, path in ipairs { "Z:" .. installed:gsub("/", "\\"),
        "Z:" .. installed, ".\\luma", "..\\bin\\luma", "./luma", "luma",
        "Z:luma", "Z:..\\bin\\luma" } do
        local ended = luma({ "--version" }, { path = path, before = where })
        assert.equal(VERSION, succeeds(ended), path)
      end
    end)

    it("but not in the current folder", function()
      dir:run [[mkdir luma_cli && for name in luma cjson argparse term system \
        luma_cli/main luma_cli/streams; do
          echo 'io.stderr:write "trapped\n" os.exit(99)' >$name.lua
          echo no >$name.so
        done]]
      local env = environment()
      for _, path in ipairs { "./?.lua;;", "?.lua;;", "Z:?.lua;;",
        "Z:./?.lua;.//?.lua;;" } do
        env.LUA_PATH = path
        env.LUA_CPATH = path:gsub("lua", "so")
          .. (os.getenv "LUA_CPATH" or "")
        local ended = luma({ "get", "a" },
          { env = env, before = "cd " .. dir.path .. ";" })
        assert.equal("a", cjson.decode(succeeds(ended)).id)
      end
    end)

    it("and in other folders of LUA_PATH", function()
      dir:write("term.lua", "error 'this one'")
      local env = environment()
      for _, path in ipairs { "Z:" .. dir.path .. "/?.lua;;",
        "../" .. dir.path:match "[^/]+$" .. "/?.lua;;" } do
        env.LUA_PATH = path
        local ended = luma({ "get", "a" },
          { env = env, before = "cd " .. dir.path .. ";" })
        assert.matches("this one", ended.err, 1, true)
      end
    end)
  end)

  describe("a console", function()
    it("has colours and progress where it knows escape sequences", function()
      local screen = on_console({ "get", "a", "b" }).screen
      assert.matches("\27[32mcompleted \27[0m", screen, 1, true)
      assert.matches("1 completed, 1 processing", screen)
      for _, like in ipairs { "no-escapes", "old-luasystem" } do
        screen = on_console({ "get", "a", "b" }, like).screen
        assert.is_nil(screen:find("\27", 1, true))
        assert.matches("\n +completed +a", screen)
        assert.is_nil(screen:find("1 completed", 1, true))
      end
    end)

    it("has its own width, and 80 columns where that is unknown", function()
      local function longest(like)
        local most = 0
        for line in on_console({ "get", "a", "b" }, like).screen
          :gmatch "[^\n]+" do
          most = math.max(most, #cli.plain(line))
        end
        return most
      end
      assert.equal(50, longest "columns=50")
      assert.equal(80, longest "old-luasystem")
    end)

    it("shows UTF-8 in its code page only, else ASCII", function()
      assert.matches(CAT, on_console({ "get", "a", "b" }, "page=65001").screen)
      for _, like in ipairs { "page=437", "old-luasystem" } do
        local screen = on_console({ "get", "a", "b" }, like).screen
        assert.is_nil(screen:find "[\128-\255]")
        assert.matches("%?\n", screen)
      end
    end)

    it("has its code page whatever the variables of Unix say", function()
      local env = { LIKE_WINDOWS = "page=437", LC_ALL = "C.UTF-8" }
      local screen = on_console({ "get", "a", "b" }, nil, { env = env }).screen
      assert.is_nil(screen:find "[\128-\255]")
      local ended = luma({ "get", "--table", "a", "b" }, { env = env })
      assert.matches(CAT, succeeds(ended)) -- a pipe has no code page
    end)

    it("shows JSON with the same value in ASCII", function()
      local screen = on_console({ "get", "--json", "a" }, "page=437").screen
      assert.is_nil(screen:find "[\128-\255]")
      assert.equal(CAT, cjson.decode(screen).prompt)
      screen = on_console({ "get", "--json", "a" }, "page=65001").screen
      assert.matches('"prompt":"' .. CAT .. '"', screen, 1, true)
    end)

    it("is not a file", function()
      assert.matches("^{.*}\n$", succeeds(luma { "get", "a" }))
    end)
  end)

  it("a closed pipe ends it quietly", function()
    local ended = luma({ "get", "a" }, { like = "reader-gone" })
    assert.same({ 141, "" }, { ended.code, ended.err })
  end)

  it("ids in a pipe are taken line by line", function()
    g:default {}
    local write, finish = process.feed {
      program = program(), "get", "--window", "1", "-",
      env = { LUMA_GATEWAY_URL = g.http, LUMA_GATEWAY_TOKEN = "token" },
    }
    write "a\r\n"
    g:wait("requests", 1)
    assert.equal(0, finish())
  end)

  it("help is for its shells", function()
    for _, name in ipairs { "get", "watch", "download", "request" } do
      local help = succeeds(luma { name, "--help" })
      assert.matches("type [%w.]+ | luma " .. name, help)
      assert.is_nil(help:find("- <", 1, true))
      assert.is_nil(help:find("'{", 1, true))
      assert.is_nil(help:find "[\128-\255]")
    end
  end)

  describe("the folder of downloads", function()
    before_each(function()
      g:file("/clip", {})
      g:default { body = cjson.encode {
        { id = "a", state = "completed", video = { url = g.http .. "/clip" } },
      } }
    end)

    local function download(name)
      return luma({ "download", "--allow-private", "--dir", name, "a" },
        { before = "cd " .. dir.path .. ";" })
    end

    local function names(path)
      return cli.shell("ls -A " .. process.quote(dir:at(path))).out
    end

    it("is made if it is not there", function()
      for _ = 1, 2 do
        succeeds(download "new/clips 1")
        assert.equal("a.mp4\n", names "new/clips 1")
        assert.equal(files.content("clip", 100000),
          dir:read "new/clips 1/a.mp4")
      end
    end)

    it("may have any name if it is there", function()
      dir:run "mkdir 100%"
      succeeds(download "100%")
      assert.equal("a.mp4\n", names "100%")
    end)

    it("is not passed to cmd.exe if that would change the name", function()
      local said = "luma: cannot write to the folder %s: %s\n"
      for name, why in pairs {
        ["50%PATH%"] = "No such file or directory; create it first, because "
          .. "cmd.exe changes such a name",
        ['clips"'] = "a name cannot have a quotation mark; does a backslash "
          .. "precede it?",
      } do
        local ended = download(name)
        assert.same({ 2, said:format(name, why), "" },
          { ended.code, ended.err, ended.out })
      end
      assert.same({}, dir:names())
    end)

    it("is not a file", function()
      dir:write("clips", "")
      local ended = download "clips"
      assert.equal(2, ended.code)
      assert.matches("^luma: cannot write to the folder clips: [^\n]+\n$",
        ended.err)
      assert.equal(0, #g:journal())
    end)
  end)
end)
