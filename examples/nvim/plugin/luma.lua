-- SPDX-License-Identifier: MIT
-- Defines :LumaTasks. The other files are loaded at the first use.

if vim.g.loaded_luma_tasks then return end
vim.g.loaded_luma_tasks = 1

vim.api.nvim_create_user_command("LumaTasks", function(command)
  require("luma_tasks").command(command)
end, { nargs = "*", range = true, desc = "Show tasks from the Luma gateway" })
