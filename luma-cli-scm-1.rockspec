-- SPDX-License-Identifier: MIT
-- The rock of the command. `make rockspecs` derives the rockspec of a release.
rockspec_format = "3.0"
package = "luma-cli"
version = "scm-1"
source = {
  url = "git+https://example.org/luma.git", -- until it has a public home
  branch = "main",
}
description = {
  summary = "The command luma: get, watch and download Luma tasks in a shell",
  detailed = [[
`luma get`, `url`, `watch`, `download`, `generate` and `request` ask a gateway
for Luma (Dream Machine) generation tasks and print them as JSON lines or as a
table. The module is the rock luma.]],
  homepage = "https://example.org/luma", -- as above
  issues_url = "https://example.org/luma/issues",
  license = "MIT",
  labels = { "commandline", "http", "json", "video" },
}
supported_platforms = { "unix", "mingw32" }
dependencies = {
  "lua >= 5.1, < 5.6",
  "luma == scm", -- the two are parts of one source
  "lua-cjson >= 2.1.0",
  "argparse >= 0.7.0",
  "lua-term >= 0.7",
  "luasystem >= 0.2.1",
}
build = {
  type = "make",
  build_pass = false, -- there is nothing to compile
  install_target = "install-command",
  install_variables = {
    LUA = "$(LUA)",
    INST_LUADIR = "$(LUADIR)",
    INST_BINDIR = "$(BINDIR)",
    COMMAND = "luma", -- each tree is for one Lua
    -- LuaRocks puts nothing where man looks. `luma help` looks here.
    INST_MANDIR = "$(LUADIR)/luma_cli",
  },
}
