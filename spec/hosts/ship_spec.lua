-- SPDX-License-Identifier: MIT
-- A game for LÖVE finds luma in the places that docs/hosts.md names, and only
-- there.

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
end)
