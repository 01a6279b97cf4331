-- SPDX-License-Identifier: MIT
-- luma help: shows the manual page. LuaRocks installs no pages for man, so the
-- page is looked for near this file. Without man, or without the page, the help
-- of all commands is shown.

local system = require "luma_cli.system"

-- Where LuaRocks has the page, the source tree and `make install`, seen from the
-- folder of luma_cli/.
local PLACES = { "luma_cli/luma.1", "man/luma.1", "../../man/man1/luma.1" }

local function find_page()
  local source = debug.getinfo(1, "S").source
  local root = source:match "^@(.*)luma_cli[/\\][^/\\]*$" or ""
  for _, place in ipairs(PLACES) do
    local file = io.open(root .. place)
    if file then
      file:close()
      return root .. place
    end
  end
end

-- For man, a name with a slash is a file.
local function man_command(path)
  if not path:find "/" then path = "./" .. path end
  return "command -v man >/dev/null && man '" .. path:gsub("'", "'\\''") .. "'"
end

-- With the pager of the user. Lua 5.1 returns the exit status, later ones a
-- boolean.
local function page_through(path)
  local status = os.execute(man_command(path))
  return status == true or status == 0
end

-- The page as text, or nil if man printed something else.
local function plain_text(path)
  local pipe = io.popen("{ " .. man_command(path) .. "; } 2>/dev/null")
  local text = pipe and pipe:read "*a" or ""
  if pipe then pipe:close() end
  text = text:gsub(".\8", "") -- bold letters of other kinds of man
  return text:find "^%s*LUMA%(1%)" and text:gsub("\n$", "") or nil
end

-- `help` is the text of the help of all commands.
return function(app, help)
  local path = not system.is_windows and find_page()
  if path and app.screen.out_is_terminal and page_through(path) then return end
  app.out:line(path and plain_text(path) or help)
end
