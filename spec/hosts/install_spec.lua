-- SPDX-License-Identifier: MIT
-- `make install` puts everything where Lua, the shell and man look for it,
-- `make uninstall` removes just that, and no Lua takes the command of another.
-- make calls the tools of macOS as they want to be called.

local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local luma = require "luma"
local process = require "spec.support.process"

local ABI = os.getenv "LUMA_ABI"
local LUA_VERSION = _VERSION:match "%d+%.%d+"
local COMMAND = ABI:gsub("^lua", "luma")
-- A make inside make would take over the options of the outer one.
local OUTER = { "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES" }

-- Runs make, with `env` for process.run, and gives what it prints.
local function make(words, env)
  local what = { "make", "--no-print-directory", unset = OUTER, env = env }
  for _, word in ipairs(words) do what[#what + 1] = word end
  local ended = process.run(what)
  assert.equal(0, ended.code, ended.output)
  return ended.output
end

local dir
before_each(function() dir = folder.new() end)
after_each(function() dir:remove() end)

describe("make install", function()
  if not fixture.PLAIN then return pending "not with sanitizers" end

  local function install(...) make { "install", "LUA=" .. ABI, ... } end

  -- Modes, links and files, without the modules of the command
  local function files(path)
    local list = process.output("cd " .. (path or dir.path)
      .. " && find . ! -type d -printf '%m %P %l\n' | LC_ALL=C sort -k 2")
    return (list:gsub(" \n", "\n"):gsub("%d+ [^\n]*/luma_cli/[^\n]*\n", ""))
  end

  local function runs(program)
    local shown = process.run { program, "--version",
      before = "cd /; unset LUA_CPATH;" }
    assert.same({ output = "luma " .. luma._VERSION .. "\n", code = 0 }, shown)
  end

  it("takes a prefix and options whose names have blanks", function()
    local prefix = dir:at "my games"
    install("PREFIX=" .. prefix, "CFLAGS=-O2 -g")
    local loaded = process.run {
      "-e", "print(require('luma')._VERSION)", program = process.LUA,
      env = { LUA_CPATH = prefix .. "/lib/lua/" .. LUA_VERSION .. "/?.so" },
    }
    assert.same({ output = luma._VERSION .. "\n", code = 0 }, loaded)
    runs(prefix .. "/bin/luma")
    runs(prefix .. "/bin/" .. COMMAND)
    assert(dir:run "ln -s 'my games/bin/luma' elsewhere")
    runs(dir:at "elsewhere")
  end)

  it("puts a package together in DESTDIR", function()
    install("PREFIX=/usr", "DESTDIR=" .. dir.path)
    local names = { VERSION = LUA_VERSION, COMMAND = COMMAND }
    assert.equal(([[
777 usr/bin/luma COMMAND
755 usr/bin/COMMAND
644 usr/lib/lua/VERSION/luma.so
644 usr/share/luma/library/luma.lua
777 usr/share/man/man1/luma.1 COMMAND.1
644 usr/share/man/man1/COMMAND.1
]]):gsub("%u%u%u%u+", names), files())
    local modules = dir:at("usr/share/lua/" .. LUA_VERSION .. "/luma_cli/")
    assert.equal("", process.output(("diff -r luma_cli %s"):format(modules)))
  end)

  -- All files and folders, and what is in them
  local function tree()
    return process.output("cd " .. dir.path .. " && find . | LC_ALL=C sort "
      .. "&& find . -type f -exec cksum {} + | LC_ALL=C sort")
  end

  local function uninstall(...) return make { "uninstall", ... } end

  it("is undone by make uninstall, to the last folder", function()
    assert(dir:run [[
      mkdir -p bin lib share/man/man1 share/lua/9.9 &&
      echo mine >bin/lumalike && echo mine >share/man/man1/lua.1
    ]])
    local before = tree()
    install("PREFIX=" .. dir.path)
    assert.not_equal(before, tree())
    assert.equal("", uninstall("LUA=" .. ABI, "PREFIX=" .. dir.path))
    assert.equal(before, tree())
  end)

  it("is not undone where other files are", function()
    install("PREFIX=" .. dir.path)
    local modules = "share/lua/" .. LUA_VERSION
    assert(dir:run(("rm bin/luma && echo mine >bin/luma && echo mine "
      .. ">%s/mine.lua && echo mine >%s/luma_cli/mine.lua"):format(modules,
      modules)))
    uninstall("LUA=" .. ABI, "PREFIX=" .. dir.path)
    local left = process.output("cd " .. dir.path .. " && find . -type f "
      .. "| LC_ALL=C sort")
    assert.equal(("./bin/luma\n./%s/luma_cli/mine.lua\n./%s/mine.lua\n")
      :format(modules, modules), left)
  end)

  describe("for several Luas", function()
    local function command_of(lua, ...)
      return make { "install-command", "LUA=" .. lua, "PREFIX=" .. dir.path,
        ... }
    end
    local function choose(lua)
      return make { "choose", "LUA=" .. lua, "PREFIX=" .. dir.path }
    end
    local function first_line(name) return dir:read(name):match "^[^\n]+" end

    it("keeps the command of the first, until another is chosen", function()
      assert.equal("", command_of "lua5.3")
      assert.equal(dir:at "bin/luma" .. " is still luma5.3, not luma5.4; "
        .. "make choose changes it\n", command_of "lua5.4")
      assert.equal("#!/usr/bin/env lua5.3", first_line "bin/luma")
      assert.equal("#!/usr/bin/env lua5.4", first_line "bin/luma5.4")
      choose "lua5.4"
      assert.equal("#!/usr/bin/env lua5.4", first_line "bin/luma")
      command_of "lua5.3"
      assert.equal([[
777 bin/luma luma5.4
755 bin/luma5.3
755 bin/luma5.4
777 share/man/man1/luma.1 luma5.4.1
644 share/man/man1/luma5.3.1
644 share/man/man1/luma5.4.1
]], files())
    end)

    it("removes the link with its target only", function()
      command_of "lua5.3"
      command_of "lua5.4"
      assert.equal("", uninstall("LUA=lua5.4", "PREFIX=" .. dir.path))
      assert.equal("#!/usr/bin/env lua5.3", first_line "bin/luma")
      command_of "lua5.4"
      assert.equal(dir:at "bin/luma5.4" .. " is still installed; make choose "
        .. "makes it luma\n", uninstall("LUA=lua5.3", "PREFIX=" .. dir.path))
      assert.is_nil(dir:read "bin/luma")
      assert.matches("\n644 share/man/man1/luma5.4.1\n$", files())
    end)

    it("keeps modules that Lua 5.1 and LuaJIT share", function()
      command_of "lua5.1"
      command_of "luajit"
      uninstall("LUA=luajit", "PREFIX=" .. dir.path)
      assert.truthy(dir:read "share/lua/5.1/luma_cli/main.lua")
      assert.is_nil(dir:read "bin/lumajit")
      uninstall("LUA=lua5.1", "PREFIX=" .. dir.path)
      assert.is_nil(dir:read "share/lua/5.1/luma_cli/main.lua")
    end)

    it("does not choose what is not there, nor replace a file", function()
      local function refuses(words)
        local what = { "make", "-s", "choose", "LUA=lua5.4",
          "PREFIX=" .. dir.path, unset = OUTER }
        local ended = process.run(what)
        assert.not_equal(0, ended.code)
        assert.matches(words, ended.output, 1, true)
      end
      refuses(dir:at "bin/luma5.4" .. " does not exist: make install")
      assert(dir:run "mkdir bin && echo mine >bin/luma")
      command_of "lua5.4"
      refuses(dir:at "bin/luma" .. " is not a link: move it away first")
      assert.equal("mine\n", dir:read "bin/luma")
    end)
  end)
end)

describe("the command of a source tree", function()
  if not fixture.PLAIN then return pending "not with sanitizers" end

  it("finds the module that make has built, through a link too", function()
    assert(dir:run(("ln -s '%s/bin/luma' luma"):format(
      process.output("pwd"):match "[^\n]+")))
    local shown = process.run {
      dir:at "luma", "--version", program = process.LUA,
      before = "cd /; unset LUA_CPATH;",
    }
    assert.same({ output = "luma " .. luma._VERSION .. "\n", code = 0 }, shown)
  end)
end)

describe("make", function()
  local function commands(...)
    return make { "-n", "-B", "LUA=" .. ABI, ... }
  end

  it("keeps what is for each Lua apart", function()
    local said = make { "-n", "install", "LUA=luajit", "PREFIX=/p" }
      .. make { "-n", "install", "LUA=lua5.3", "PREFIX=/p" }
    for _, words in ipairs {
      'LIBDIR="/p/lib/lua/5.1"', 'LIBDIR="/p/lib/lua/5.3"',
      'LUADIR="/p/share/lua/5.1"', 'LUADIR="/p/share/lua/5.3"',
      "LIBDIR:build/luajit/luma.so:luma.so",
      "LIBDIR:build/lua5.3/luma.so:luma.so",
      "BINDIR:bin/luma:lumajit", "BINDIR:bin/luma:luma5.3",
    } do
      assert.matches(words, said, 1, true)
    end
  end)

  describe("on macOS", function()
    -- A system that says that it is macOS, and has no other programs.
    local function on_macos(...)
      dir:write("uname", "#!/bin/sh\necho Darwin\n")
      assert(dir:run "chmod 755 uname")
      local program = process.output("command -v make"):match "%S+"
      local what = { program, "-n", "-B", "LUA=" .. ABI, ... }
      what.unset, what.env = OUTER, { PATH = dir.path }
      return process.run(what).output
    end

    it("builds a bundle that finds Lua in its host", function()
      local said = on_macos "all"
      assert.matches(" %-bundle %-undefined dynamic_lookup %-o %S+/luma%.so ",
        said)
      assert.matches(" %-lcurl %-lpthread %-lm\n", said)
      assert.not_matches("-Wl,-z", said, 1, true)
    end)

    it("builds a library with one name, without objcopy", function()
      local said = on_macos "static"
      assert.matches(" %-r %-nostdlib %-Wl,%-exported_symbol,_luaopen_luma "
        .. "%-o %S+/libluma%.o ", said)
      assert.not_matches("objcopy", said)
    end)

    it("needs no --wrap for the C tests", function()
      local said = on_macos "c-tests"
      assert.matches(" %-Dmalloc=__wrap_malloc ", said)
      assert.not_matches("-Wl,--wrap", said, 1, true)
    end)
  end)

  it("has the flags of other systems elsewhere", function()
    local said = commands("all", "static")
    assert.matches(" -shared -Wl,-z,relro ", said, 1, true)
    assert.matches("objcopy --keep-global-symbol=luaopen_luma", said, 1, true)
    assert.not_matches("-exported_symbol", said, 1, true)
  end)
end)
