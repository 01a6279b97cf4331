-- SPDX-License-Identifier: MIT
-- The command finds its modules wherever it is started from, and reports
-- streams that are closed or cannot be written.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"

local LUA = os.getenv "LUMA_LUA"
local HERE = cli.shell("pwd").out:match "^[^\n]+"
local VERSION = "luma " .. require "luma"._VERSION .. "\n"

describe("the command line", function()
  local g, dir = fixture.use({ unknown = { "nobody" } }).g, nil
  setup(function()
    dir = os.tmpname()
    os.remove(dir)
    assert(cli.shell("mkdir " .. dir).code == 0)
  end)
  teardown(function() os.execute("rm -r " .. dir) end)

  describe("in a folder with modules of the same names", function()
    setup(function()
      local made = cli.shell(([[
        mkdir -p %s/trap/luma_cli && cd %s/trap
        for name in luma cjson argparse term system luma_cli/main \
            luma_cli/streams luma_cli/get; do
          echo 'io.stderr:write "trapped\n" os.exit(99)' >$name.lua
        done
        for name in luma cjson term system; do echo no >$name.so; done
      ]]):format(dir, dir))
      assert.equal(0, made.code)
    end)

    local function get_there(program, env, before)
      local ended = cli.run(g, { "get", "a" }, {
        program = program, env = env,
        before = ("cd %s/trap; %s"):format(dir, before or ""),
      })
      assert.equal("", ended.err)
      assert.equal(0, ended.code)
      assert.equal("a", cjson.decode(ended.out).id)
    end

    local ENVIRONMENTS = {
      {}, { LUA_PATH = ";;" }, { LUA_PATH = "./?.lua;./?/init.lua;;" },
      { LUA_PATH = ";;?.lua" },
      { LUA_CPATH = "./?.so;" .. (os.getenv "LUA_CPATH" or "") },
    }

    it("loads its own, started by its path", function()
      for _, env in ipairs(ENVIRONMENTS) do
        get_there(LUA .. " '" .. HERE .. "/bin/luma'", env)
      end
    end)

    it("loads its own, started through PATH", function()
      cli.install(dir .. "/installed")
      for _, env in ipairs(ENVIRONMENTS) do
        get_there("luma", env, ("PATH=%s/installed/bin:$PATH;"):format(dir))
      end
    end)

    it("loads its own, started by a relative path", function()
      cli.install(dir .. "/installed")
      get_there("../installed/bin/luma")
      get_there("../installed/bin/../bin/luma")
    end)

    it("still takes modules from other folders of LUA_PATH", function()
      assert.equal(0, cli.shell(("mkdir -p %s/mine && cd %s/mine && "
        .. "echo 'return { isatty = function() return false end }' >term.lua")
        :format(dir, dir)).code)
      get_there(LUA .. " '" .. HERE .. "/bin/luma'",
        { LUA_PATH = dir .. "/mine/?.lua;../mine/?.lua;;" })
    end)
  end)

  it("works through symbolic links", function()
    cli.install(dir .. "/it's/opt")
    local made = cli.shell(([[
      cd %s && mkdir -p links/deep folder &&
      ln -s "%s/it's/opt/bin/luma" links/absolute &&
      ln -s "../it's/opt/bin/luma" links/relative &&
      ln -s ../relative links/deep/again &&
      ln -s "../it's/opt/bin" folder/bin &&
      ln -s nowhere "links/it's broken"
    ]]):format(dir, dir))
    assert.equal(0, made.code)
    local elsewhere = { before = "cd /;" }
    for _, path in ipairs { "links/absolute", "links/relative",
      "links/deep/again", "folder/bin/luma" } do
      elsewhere.program = dir .. "/" .. path
      local ended = cli.run(g, { "--version" }, elsewhere)
      assert.same({ 0, VERSION, "" }, { ended.code, ended.out, ended.err })
    end
    local near = cli.run(g, { "--version" }, {
      program = "luma", before = ("cd %s/links/deep && ln -sf again luma && "
        .. "PATH=.:$PATH;"):format(dir),
    })
    assert.same({ VERSION, "" }, { near.out, near.err })
  end)

  it("names the module that is not installed", function()
    assert.equal(0, cli.shell(("mkdir -p %s/alone/bin && "
      .. "cp bin/luma %s/alone/bin"):format(dir, dir)).code)
    local ended = cli.run(g, { "--version" },
      { program = LUA .. " " .. dir .. "/alone/bin/luma", before = "cd /;" })
    assert.equal(1, ended.code)
    assert.matches("^luma: the module luma_cli%.[a-z]+ is not installed for "
      .. _VERSION, ended.err)
    assert.matches("/alone/bin/../share/lua/", ended.err, 1, true)
  end)

  describe("help", function()
    local function help(more)
      local ended = cli.run(g, { "help" }, more)
      assert.same({ 0, "" }, { ended.code, ended.err })
      return ended.out
    end

    it("shows the manual page, wherever it was installed", function()
      if not process.has "man" then return pending "man is not installed" end
      local program = cli.install(dir .. "/manual")
      local modules = dir .. "/manual/share/lua/" .. _VERSION:match "%d.%d"
      for _, place in ipairs { dir .. "/manual/share/man/man1",
        modules .. "/luma_cli" } do
        assert.equal(0, cli.shell(("mkdir -p %s && cp man/luma.1 %s"):format(
          place, place)).code)
        local more = { program = program, before = "cd /;" }
        assert.matches("^LUMA%(1%) .*\nNAME\n.*\nSYNOPSIS\n", help(more))
        os.remove(place .. "/luma.1")
      end
      assert.matches("^LUMA%(1%) ", help())
    end)

    it("is that of all commands where there is no man", function()
      local program = process.output("command -v " .. LUA):match "[^\n]+"
      local text = help {
        program = LUA:gsub("^%S+", program) .. " bin/luma",
        env = { PATH = dir },
      }
      for _, name in ipairs { "get", "watch", "download", "request" } do
        assert.matches("\nUsage: luma " .. name .. " ", text)
      end
    end)

    it("uses the pager on a terminal", function()
      if not process.has "man" then return pending "man is not installed" end
      local ended = cli.on_terminal(g, 80, { "help" },
        { env = { MANPAGER = "sed 's/^/| /'" } })
      assert.equal(0, ended.code)
      assert.matches("^| LUMA%(1%) ", ended.screen)
    end)
  end)

  describe("says that it cannot write", function()
    local TEXTS = { { "--help" }, { "--version" }, { "get", "--help" },
      { "help" }, { "completion", "bash" }, { "completion", "zsh" },
      { "completion", "fish" } }
    local FULL = "luma: cannot write: No space left on device\n"
    local CLOSED = "luma: cannot write: standard output is closed\n"

    local function fails(words, to, said)
      local ended = cli.run(g, words, { after = to })
      assert.same({ 1, said }, { ended.code, ended.err },
        table.concat(words, " ") .. to)
    end

    it("help, its version and completions", function()
      for _, words in ipairs(TEXTS) do
        fails(words, ">/dev/full", FULL)
        fails(words, ">&-", CLOSED)
      end
    end)

    it("results, also where something is said in between", function()
      fails({ "get", "a" }, ">/dev/full", FULL)
      fails({ "get", "--table", "a" }, ">/dev/full", FULL)
      local ended = cli.run(g, { "get", "a", "nobody" },
        { after = ">/dev/full" })
      assert.equal(1, ended.code)
      assert.matches(FULL .. "$", ended.err)
    end)

    it("where standard output is closed, before it asks", function()
      g:route("/luma/generations", { body = '{"id":"new"}' })
      fails({ "get", "a" }, ">&-", CLOSED)
      fails({ "get", "a", "b" }, ">&- <&-", CLOSED)
      fails({ "watch", "a" }, ">&-", CLOSED)
      fails({ "download", "a" }, ">&-", CLOSED)
      fails({ "request", "POST", "/luma/generations", "{}" }, ">&-", CLOSED)
      assert.equal(0, #g:journal())
    end)
  end)

  describe("with standard input closed", function()
    it("says that it cannot read it", function()
      for _, words in ipairs { { "get", "-" },
        { "request", "POST", "/luma/generations", "-" } } do
        local ended = cli.run(g, words, { after = "<&-" })
        assert.same({
          2, "", "luma: cannot read standard input: Bad file descriptor\n",
        }, { ended.code, ended.out, ended.err })
      end
      assert.equal(0, #g:journal())
    end)

    it("does what needs no input", function()
      local ended = cli.run(g, { "get", "a" }, { after = "<&-" })
      assert.same({ 0, "" }, { ended.code, ended.err })
      assert.equal("a", cjson.decode(ended.out).id)
      assert.equal(VERSION, cli.run(g, { "--version" }, { after = "<&-" }).out)
    end)
  end)

  it("has the right exit code with standard error closed", function()
    for _, case in ipairs {
      { 0, "get", "a" }, { 4, "get", "a", "nobody" }, { 2, "get" },
      { 0, "--version" }, { 0, "get", "--help" },
    } do
      local code = table.remove(case, 1)
      local ended = cli.run(g, case, { after = "2>&-" })
      assert.equal(code, ended.code, table.concat(case, " "))
      assert.equal(code ~= 2, ended.out ~= "")
      ended = cli.run(g, case, { after = ">&- 2>&- <&-" })
      assert.equal(code == 2 and 2 or 1, ended.code)
    end
  end)
end)
