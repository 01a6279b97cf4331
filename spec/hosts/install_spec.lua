-- SPDX-License-Identifier: MIT
-- `make install` puts everything where Lua, the shell and man look for it, and
-- make calls the tools of macOS as they want to be called.

local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local luma = require "luma"
local process = require "spec.support.process"

local ABI = os.getenv "LUMA_ABI"
local LUA_VERSION = _VERSION:match "%d+%.%d+"
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

  local function files()
    local list = process.output("cd " .. dir.path
      .. " && find . -type f -printf '%m %P\n' | LC_ALL=C sort -k 2")
    return (list:gsub("%d+ [^\n]*/luma_cli/[^\n]*\n", ""))
  end

  it("takes a prefix and options whose names have blanks", function()
    local prefix = dir:at "my games"
    install("PREFIX=" .. prefix, "CFLAGS=-O2 -g")
    local loaded = process.run {
      "-e", "print(require('luma')._VERSION)", program = process.LUA,
      env = { LUA_CPATH = prefix .. "/lib/lua/" .. LUA_VERSION .. "/?.so" },
    }
    assert.same({ output = luma._VERSION .. "\n", code = 0 }, loaded)
    local shown = process.run { prefix .. "/bin/luma", "--version",
      before = "cd /; unset LUA_CPATH;" }
    assert.same({ output = "luma " .. luma._VERSION .. "\n", code = 0 }, shown)
  end)

  it("puts a package together in DESTDIR", function()
    install("PREFIX=/usr", "DESTDIR=" .. dir.path)
    assert.equal(([[
755 usr/bin/luma
644 usr/lib/lua/VERSION/luma.so
644 usr/share/man/man1/luma.1
]]):gsub("VERSION", LUA_VERSION), files())
    local modules = dir:at("usr/share/lua/" .. LUA_VERSION .. "/luma_cli/")
    assert.equal("", process.output(("diff -r luma_cli %s"):format(modules)))
  end)
end)

describe("make", function()
  local function commands(...)
    return make { "-n", "-B", "LUA=" .. ABI, ... }
  end

  it("keeps what is for each Lua apart", function()
    local said = make { "-n", "install", "LUA=luajit", "PREFIX=/p" }
      .. make { "-n", "install", "LUA=lua5.3", "PREFIX=/p" }
    for _, path in ipairs { "/p/lib/lua/5.1/luma.so", "/p/lib/lua/5.3/luma.so",
      "/p/share/lua/5.1/luma_cli", "/p/share/lua/5.3/luma_cli" } do
      assert.matches('"' .. path .. '"', said, 1, true)
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
