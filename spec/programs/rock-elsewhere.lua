-- SPDX-License-Identifier: MIT
-- Ends well if LuaRocks would install a rockspec on another system that has
-- libcurl in none of LuaRocks' folders.
--
--   lua rock-elsewhere.lua macosx luma-scm-1.rockspec
local system, path = ...

require("luarocks.core.sysdetect").detect = function()
  return system, "x86_64"
end
local cfg = require "luarocks.core.cfg"
assert(cfg.init { lua_version = _VERSION:match "%d%.%d", lua_bindir = "/bin" })
cfg.external_deps_dirs = { "/nowhere" }
require("luarocks.fs").init()
require("luarocks.path").use_tree "/nowhere"
local rockspec = assert(require("luarocks.fetch").load_local_rockspec(path))
assert(require("luarocks.deps").check_external_deps(rockspec, "build"))
