-- SPDX-License-Identifier: MIT
-- The plugin for Neovim: defines :Luma. The other files are loaded at its first
-- use.

if vim.g.loaded_luma then return end
vim.g.loaded_luma = 1

vim.api.nvim_create_user_command("Luma", function(command)
  require("luma_nvim").command(command)
end, {
  nargs = "*", range = true, desc = "Tasks of the Luma gateway",
  complete = function(...) return require("luma_nvim").complete(...) end,
})
