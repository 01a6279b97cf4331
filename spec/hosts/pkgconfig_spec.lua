-- SPDX-License-Identifier: MIT
-- After `make install-static`, a short C host builds with what pkg-config
-- says of luma, and each Lua keeps its own archive.

local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local luma = require "luma"
local process = require "spec.support.process"

local ABI = os.getenv "LUMA_ABI"
local EXAMPLE = "examples/embed/ten.c"
-- A make inside make would take over the options of the outer one.
local OUTER = { "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES" }

describe("make install-static", function()
  if not fixture.PLAIN then return pending "not with sanitizers" end

  local f = fixture.use { unknown = { "nobody" } }
  local dir
  before_each(function() dir = folder.new() end)
  after_each(function() dir:remove() end)

  local function make(...)
    assert.same({ output = "", code = 0 }, process.run {
      "make", "-s", "PREFIX=" .. dir.path, unset = OUTER, ...
    })
  end

  local function install() make("install-static", "LUA=" .. ABI) end

  -- For a Lua that luma is not built for here: the archive is another file.
  local function install_other(lua)
    local build = dir:at("build-" .. lua)
    assert(dir:run("mkdir build-" .. lua))
    dir:write("build-" .. lua .. "/libluma.a", "")
    make("install-static", "LUA=" .. lua, "build=" .. build,
      "-o", build .. "/libluma.a", "LUA_NAME=" .. lua)
  end

  -- Runs a line of the shell where pkg-config finds what was installed.
  local function with_luma(line)
    local ended = process.run { "-c", line, program = "sh",
      env = { PKG_CONFIG_PATH = dir:at "lib/pkgconfig" .. ":"
        .. (os.getenv "PKG_CONFIG_PATH" or "") } }
    assert.equal(0, ended.code, ended.output)
    return ended.output
  end

  -- The command in the comment at the head of the example.
  local function compile(to)
    local command = fixture.read(EXAMPLE):match "(cc %-o .-)\n"
    command = command:gsub("build/ten", function() return process.quote(to) end)
    assert.equal("", with_luma(command))
  end

  local function run_script()
    return process.run {
      dir:at "host", dir:at "script.lua", unset = { "LUA_CPATH" },
      env = { LUMA_GATEWAY_URL = f.g.http, LUMA_GATEWAY_TOKEN = "token" },
    }
  end

  it("lets a C host run scripts with luma", function()
    install()
    compile(dir:at "host")
    dir:write("script.lua", [[
      local tasks, missing = luma.client {}:tasks { "a", "nobody" }
      print(luma.id(tasks[1]), luma.state(tasks[1]), missing[1])
    ]])
    local ended = run_script()
    assert.same({ output = "a\tcompleted\tnobody\n", code = 0 }, ended)
    dir:write("script.lua", "luma.client { tokn = 1 }")
    ended = run_script()
    assert.equal(1, ended.code)
    assert.matches("unknown option 'tokn'", ended.output)
    dir:write("script.lua", "error(select(2, luma.client {}:tasks { 'a' }))")
    f.g:default { status = 401 }
    ended = run_script()
    assert.equal(1, ended.code)
    assert.matches("^the gateway does not accept the token", ended.output)
  end)

  it("tells the version", function()
    install()
    assert.equal(luma._VERSION .. "\n", with_luma "pkg-config --modversion luma")
  end)

  it("has names for each Lua, and luma is the first", function()
    install_other "lua5.4"
    install_other "luajit"
    local function requires(name)
      return with_luma("pkg-config --print-requires " .. name):match "%S+"
    end
    assert.same({ "lua5.4", "lua5.4", "luajit" },
      { requires "luma", requires "luma5.4", requires "lumajit" })
    assert.matches("-llumajit ", with_luma "pkg-config --libs lumajit", 1, true)
    make("uninstall", "LUA=lua5.4")
    assert.equal("liblumajit.a\npkgconfig\n",
      process.output("ls " .. dir:at "lib"))
    assert.equal("lumajit.pc\n",
      process.output("ls " .. dir:at "lib/pkgconfig"))
  end)
end)
