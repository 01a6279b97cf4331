-- SPDX-License-Identifier: MIT
-- A game for LÖVE finds luma in the places that docs/hosts.md names, and only
-- there. The folder that ship.lua makes runs from anywhere.

local folder = require "spec.support.folder"
local hosts = require "spec.support.hosts"
local pages = require "spec.support.pages"
local process = require "spec.support.process"

local MODULE = "build/luajit/luma.so"

-- No window, so no display.
local CONF = [[
function love.conf(t)
  t.identity = "game"
  for _, name in ipairs { "window", "graphics", "audio", "joystick" } do
    t.modules[name] = false
  end
end
]]
local MAIN = [[
local found, luma = pcall(require, "luma")
print(found and luma._VERSION or luma:match "^[^\n]*")
love.event.quit()
]]

-- The line of docs/hosts.md.
local function line()
  for _, block in ipairs(pages.blocks "docs/hosts.md") do
    if block.marked and block.marked:find "ship_spec" then return block.text end
  end
end

-- What keeps a game from being run here, if anything does.
local function obstacle()
  return hosts.obstacle {
    programs = { "love", "zip", "timeout" },
    files = { [MODULE] = "make LUA=luajit all" },
  }
end

describe("a game for players", function()
  local why = obstacle()
  if why then
    pending("is not run: " .. why)
    return
  end

  local FOUND = "^" .. require "luma"._VERSION .. "\n$"
  local MISSING = "^module 'luma' not found:\n$"
  local SHARE = "share/love/game/" -- the save folder
  local dir

  setup(function() dir = folder.new() end)
  teardown(function() dir:remove() end)

  -- The game as a folder, as a file of LÖVE, and with LÖVE in one file.
  local function make(main)
    dir:empty()
    dir:run "mkdir -p game other share/love/game share/game"
    dir:write("game/conf.lua", CONF)
    dir:write("game/main.lua", main .. MAIN)
    assert(dir:run "cd game && zip -q ../game.love conf.lua main.lua")
    assert(dir:run [[cat "$(readlink -f "$(command -v love)")" game.love >fused
      chmod 755 fused]])
  end

  local function put(place)
    process.run { "cp", MODULE, dir:at(place) .. "luma.so" }
  end

  -- Runs it in a folder that has nothing to do with it.
  local function run(program, game)
    return process.run {
      game and dir:at(game), program = program or dir:at "fused", seconds = 20,
      before = "cd " .. dir:at "other" .. " &&", err = "/dev/null",
      unset = { "LUA_CPATH", "LUA_CPATH_5_1" },
      env = { XDG_DATA_HOME = dir:at "share" },
    }.output
  end

  it("finds luma in its folder", function()
    make ""
    put "game/"
    assert.matches(FOUND, run("love", "game"))
  end)

  it("finds luma in the save folder", function()
    make ""
    put(SHARE)
    assert.matches(FOUND, run("love", "game.love"))
    put "share/game/"
    assert.matches(FOUND, run())
  end)

  it("does not find luma in or beside a file without the line", function()
    make ""
    put "game/"
    assert(dir:run "cd game && zip -q ../game.love luma.so")
    put ""
    assert.matches(MISSING, run("love", "game.love"))
    assert.matches(MISSING, run())
  end)

  it("finds luma beside the file with the line", function()
    make(line())
    assert.matches(MISSING, run("love", "game.love"))
    put ""
    assert.matches(FOUND, run("love", "game.love"))
    assert.matches(FOUND, run())
  end)

  describe("from ship.lua", function()
    local SCRIPT = process.output("pwd"):match "[^\n]+"
      .. "/examples/love/ship.lua"

    -- Runs it in the folder of the spec.
    local function ship(...)
      return process.run {
        program = process.LUA .. " " .. process.quote(SCRIPT),
        before = "cd " .. dir.path .. " &&", ...
      }
    end

    local function start(script)
      return process.run {
        dir:at(script), "given", program = "sh", seconds = 20,
        before = "cd / &&", unset = { "LUA_CPATH", "LUA_CPATH_5_1" },
      }.output
    end

    before_each(function() make "print((...), arg and arg[2])\n" end)

    it("starts from anywhere, also through a link", function()
      assert.same({ output = "", code = 0 }, ship("game", "it's mine"))
      assert(dir:run [[mv "it's mine" moved && ln -s moved/start.sh link]])
      assert.equal("game\nstart.sh\n", process.output("ls " .. dir:at "moved"))
      local output = start "moved/start.sh"
      assert.matches(FOUND:sub(2), output)
      assert.matches("given", output)
      assert.matches(FOUND:sub(2), start "link")
    end)

    it("has the DLL and LÖVE for Windows, and a LÖVE that it brings", function()
      dir:write("luma.dll", "dll")
      assert(dir:run [[mkdir love-11 && printf '#!/bin/sh\necho own $1\n' \
        >love-11/love && chmod 755 love-11/love && touch love-11/love.exe]])
      assert.same({ output = "", code = 0 },
        ship("game", "out", "luma.dll", "love-11"))
      assert.equal("dll", dir:read "out/game/luma.dll")
      assert.truthy(dir:read "out/love/love.exe")
      assert.matches('\r\nstart "" "%love%" "%~dp0game" %*\r\n',
        dir:read "out/start.cmd", 1, true)
      assert.equal("own " .. dir:at "out/game" .. "\n",
        start "out/start.sh")
    end)

    it("says that LÖVE is missing", function()
      ship("game", "out")
      assert(dir:run [[mkdir bin && ln -s $(command -v readlink) \
        $(command -v dirname) $(command -v sh) bin/]])
      local ended = process.run {
        dir:at "out/start.sh", program = dir:at "bin/sh",
        env = { PATH = dir:at "bin" },
      }
      assert.same({ "LÖVE 11 is needed: https://love2d.org\n", 1 },
        { ended.output, ended.code })
    end)

    it("says what is wrong before it writes", function()
      for words, message in pairs {
        ["game"] = "ship.lua GAME FOLDER [luma.dll] [LOVE]",
        ["other out"] = "other has no main.lua",
        ["game other"] = "other exists already",
        ["game out no.dll"] = "there is no no.dll",
      } do
        local list = {}
        for word in words:gmatch "%S+" do list[#list + 1] = word end
        assert.same({ output = "ship.lua: " .. message .. "\n", code = 1 },
          ship(table.unpack(list)))
        assert.is_nil(dir:read "out/start.sh")
      end
    end)
  end)
end)
