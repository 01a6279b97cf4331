-- SPDX-License-Identifier: MIT
-- The rock of the module. `make rockspecs` derives the rockspec of a release.
rockspec_format = "3.0"
package = "luma"
version = "scm-1"
source = {
  url = "git+https://example.org/luma.git", -- until it has a public home
  branch = "main",
}
description = {
  summary = "Many Luma (Dream Machine) tasks from a gateway, as native tables",
  detailed = [[
Asks a gateway for any number of Luma generation tasks in one call and hands
them over as plain Lua tables: blocking, step by step in a game loop, or through
a descriptor in an event loop. Network, TLS and JSON are dealt with on a thread
of their own, so that no frame waits for them. The command is the rock
luma-cli.]],
  homepage = "https://example.org/luma", -- as above
  issues_url = "https://example.org/luma/issues",
  license = "MIT",
  labels = { "http", "json", "async", "gamedev", "video" },
}
supported_platforms = { "unix", "mingw32" }
dependencies = { "lua >= 5.1, < 5.6" }
external_dependencies = {
  -- On macOS the file of the library is only in the cache of the linker, and
  -- the header is in the SDK. The compiler finds both by itself.
  CURL = {},
  platforms = {
    -- The library only: Debian keeps the header where LuaRocks does not look.
    linux = { CURL = { library = "curl" } },
  },
}
build = {
  type = "make",
  build_target = "all",
  build_variables = {
    LUA = "$(LUA)",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LUA_CFLAGS = '-I"$(LUA_INCDIR)"',
    -- Without CURL_INCDIR, pkg-config's libcurl would win over CURL_DIR's.
    CURL_CFLAGS = '-I"$(CURL_INCDIR)"',
    CURL_LIBS = '-L"$(CURL_LIBDIR)" -lcurl',
  },
  -- A DLL names the DLL of its Lua. Needs sh and install, as MSYS2 has them.
  platforms = {
    mingw32 = {
      build_variables = { LUA_LIBS = '"$(LUA_LIBDIR)/$(LUALIB)"' },
    },
  },
  install_target = "install-module",
  install_variables = {
    LUA = "$(LUA)",
    INST_LIBDIR = "$(LIBDIR)",
  },
  copy_directories = { "library" }, -- the types for editors
}
-- The stub gateway and the specs of the module and the command.
test_dependencies = {
  "busted >= 2.0",
  "cqueues >= 20190813",
  "luaossl >= 20190731",
  "luafilesystem >= 1.8",
  "luasocket >= 3.0",
  "luv >= 1.30",
  "lua-cjson >= 2.1.0",
  "argparse >= 0.7.0",
  "lua-term >= 0.7",
  "luasystem >= 0.2.1",
}
test = { type = "command", command = "make c-tests specs" }
