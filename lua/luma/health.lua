-- SPDX-License-Identifier: MIT
-- :checkhealth luma. Neovim finds it by the name of its folder. `require
-- "luma"` does not find that folder: there is no init.lua here. The check sends
-- nothing.

local health = {}

-- Neovim 0.7 and 0.8 have other names.
local function reporter()
  local report = vim.health or require "health"
  return {
    start = report.start or report.report_start,
    ok = report.ok or report.report_ok,
    warn = report.warn or report.report_warn,
    error = report.error or report.report_error,
  }
end

local function check_module(report, module)
  local luma, why = module.load()
  if luma then
    report.ok("luma " .. luma._VERSION)
  else
    report.error(why, { "cd " .. module.root(), "make LUA=luajit" })
  end
  return luma
end

local ADVICE = {
  "export LUMA_GATEWAY_TOKEN in the environment of Neovim",
  'or require("luma_nvim").setup { client = { token = "…" } }',
}

-- The same checks as at the first use of :Luma. The client sends nothing.
local function check_client(report, module, luma, options)
  local ok, client, why = pcall(luma.client, options)
  if ok and client then
    client:close()
    report.ok("The options of the client are right, and there is a token.")
  else
    report.error(module.plain(why or client), ADVICE)
  end
end

local function check_gateway(report, options)
  local url = options.base_url or os.getenv "LUMA_GATEWAY_URL"
  if url and type(url) ~= "string" then return end -- check_client told it
  report.ok(url and "The gateway is " .. url
    or "The gateway is the default one of luma.")
end

local function check_folder(report, dir)
  if vim.fn.filewritable(dir) == 2 then
    report.ok("Downloads go to " .. dir)
  else
    report.warn("Downloads cannot be written to " .. dir,
      { "make the folder, or set `download = { dir = … }` in setup" })
  end
end

function health.check()
  local report = reporter()
  local module = require "luma_nvim.module"
  local options = require "luma_nvim.options"
  local client = options.current.client
  report.start "luma"
  local luma = check_module(report, module)
  if not luma then return end
  check_client(report, module, luma, client)
  check_gateway(report, client)
  check_folder(report, options.folder())
end

return health
