-- SPDX-License-Identifier: MIT
-- The scratch buffer of a list of tasks, and the window that shows it.

local api = vim.api

local colours = require "luma_nvim.colours"

local window = {}

local opened = 0 -- number of buffers, for their names

-- In the middle of the screen, as high as the lines need.
local function float(buf, lines)
  local wide = math.max(20, math.floor(vim.o.columns * 0.9))
  local tall = math.min(lines, math.floor(vim.o.lines * 0.7))
  api.nvim_open_win(buf, true, {
    relative = "editor", style = "minimal", border = "rounded",
    width = wide, height = math.max(3, tall),
    col = math.floor((vim.o.columns - wide) / 2) - 1,
    row = math.floor((vim.o.lines - tall) / 2) - 1,
  })
end

-- Opens a buffer that will have so many lines, in a window of its own. `style`
-- is "split" or "float"; the modifiers of a command ask for a split. Returns
-- the number of the buffer.
function window.open(style, mods, lines)
  local buf = api.nvim_create_buf(false, true)
  opened = opened + 1
  api.nvim_buf_set_name(buf, "luma://tasks/" .. opened)
  if style == "float" and mods == "" then
    float(buf, lines)
  else
    vim.cmd(("%s sbuffer %d"):format(mods, buf))
  end
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].undolevels = -1
  vim.bo[buf].modifiable = false
  vim.bo[buf].filetype = "luma"
  vim.wo.wrap = false
  colours.apply()
  return buf
end

return window
