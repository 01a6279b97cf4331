-- SPDX-License-Identifier: MIT
-- Makes a folder with a game for LÖVE 11 and luma in it, which players can start.
-- Runs with any Lua, on systems that have `cp`:
--
--   lua5.4 examples/love/ship.lua GAME FOLDER [luma.dll] [LOVE]
--
-- GAME is the folder with main.lua. FOLDER must not exist. The result is
--
--   FOLDER/start.sh     starts the game on Linux, from any folder
--   FOLDER/start.cmd    starts it on Windows, if luma.dll was given
--   FOLDER/game/        the game, with luma.so and luma.dll
--   FOLDER/love/        LÖVE, if it was given: the folder of love.exe, or an
--                       AppImage. Without it, the player's own LÖVE is used.
--
-- luma.so is build/luajit/luma.so of luma's folder (`make LUA=luajit all`);
-- luma.dll is lua51\luma.dll in the archive of `make windows-zip`.

local function quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

local function fail(...)
  io.stderr:write("ship.lua: ", table.concat({ ... }, ""), "\n")
  os.exit(1)
end

-- Lua 5.1 and LuaJIT return a number.
local function run(...)
  local line = table.concat({ ... }, " ")
  local ok = os.execute(line)
  if ok ~= true and ok ~= 0 then fail("this failed: ", line) end
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

local function write(path, text)
  local file, why = io.open(path, "wb")
  if not file then fail(why) end
  file:write(text)
  file:close()
end

local START_SH = [[
#!/bin/sh
# Starts the game with the LÖVE in this folder, or with an installed one.
here=$(dirname "$(readlink -f "$0")")
for love in "$here"/love/*.AppImage "$here/love/love" love; do
  if command -v "$love" >/dev/null; then exec "$love" "$here/game" "$@"; fi
done
echo "LÖVE 11 is needed: https://love2d.org" >&2
exit 1
]]

-- Batch files want CR LF.
local START_CMD = ([[
@echo off
set love=love.exe
if exist "%~dp0love\love.exe" set "love=%~dp0love\love.exe"
start "" "%love%" "%~dp0game" %*
]]):gsub("\n", "\r\n")

local function arguments()
  local game, folder, dll, love = arg[1], arg[2], nil, nil
  for i = 3, #arg do
    if arg[i]:find "%.dll$" then dll = arg[i] else love = arg[i] end
  end
  if not folder then fail "ship.lua GAME FOLDER [luma.dll] [LOVE]" end
  return game, folder, dll, love
end

-- Checks everything before anything is written. The modules are those that the
-- game will have.
local function check(game, folder, modules, love)
  if not exists(game .. "/main.lua") then fail(game, " has no main.lua") end
  if exists(folder) then fail(folder, " exists already") end
  for _, path in ipairs(modules) do
    if not exists(path) then
      fail("there is no ", path, path:find "so$"
        and ": run `make LUA=luajit all` in luma's folder" or "")
    elseif not path:find "luma%.%a+$" then
      fail(path, " must be called luma.dll")
    end
  end
  if love and not exists(love) then fail("there is no ", love) end
end

local function ship(game, folder, dll, love)
  local root = arg[0]:gsub("[^/]*$", "") .. "../../"
  local modules = { root .. "build/luajit/luma.so", dll }
  check(game, folder, modules, love)
  run("mkdir -p", quote(folder))
  run("cp -R", quote(game), quote(folder .. "/game"))
  for _, path in ipairs(modules) do
    run("cp", quote(path), quote(folder .. "/game/" .. path:match "luma%.%a+$"))
  end
  write(folder .. "/start.sh", START_SH)
  run("chmod 755", quote(folder .. "/start.sh"))
  if dll then write(folder .. "/start.cmd", START_CMD) end
  if not love then return end
  run("mkdir", quote(folder .. "/love"))
  local whole = love:find "%.AppImage$" and quote(love) or quote(love .. "/.")
  run("cp -R", whole, quote(folder .. "/love/"))
end

ship(arguments())
