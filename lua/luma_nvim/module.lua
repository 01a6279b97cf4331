-- SPDX-License-Identifier: MIT
-- Finds the C module. `require "luma"` looks on package.cpath and in the lua/
-- folder of each plugin; this adds the folder where `make LUA=luajit` puts the
-- module in this plugin's own folder.

local module = {}

local uv = vim.uv or vim.loop -- the name until Neovim 0.9

local file = uv.os_uname().sysname:find "Windows" and "?.dll" or "?.so"

-- The plugin's folder, without a slash at its end.
function module.root()
  local here = uv.fs_realpath(debug.getinfo(1, "S").source:sub(2))
  return (here:gsub("[/\\]lua[/\\]luma_nvim[/\\]module%.lua$", ""))
end

-- Lua's own message lists all paths, which is too long.
local function sentence(why)
  why = tostring(why)
  if why:find "^module 'luma' not found" then
    return "luma is not built: run `make LUA=luajit` in " .. module.root()
  end
  return (why:gsub("%s+", " "))
end

-- Returns the module, or nil and a sentence. Another luma that is found first
-- is taken.
function module.load()
  local own = module.root() .. "/build/luajit/" .. file
  if not package.cpath:find(own, 1, true) then
    package.cpath = package.cpath .. ";" .. own
  end
  local found, luma = pcall(require, "luma")
  if found then return luma end
  return nil, sentence(luma)
end

-- The message of an error that luma raised, without Lua's words around it.
function module.plain(why)
  why = tostring(why)
  return why:match "bad argument #%d+ to '.-' %((.*)%)$" or why
end

return module
