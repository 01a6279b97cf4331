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
of their own, so that no frame waits for them.]],
  license = "MIT",
  labels = { "http", "json", "async", "gamedev", "video" },
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.1, < 5.6",
  "lua-cjson >= 2.1.0",
  -- The rest is the command line's.
  "argparse >= 0.7.0",
  "lua-term >= 0.7",
  "luasystem >= 0.2.1",
}
external_dependencies = {
  -- The library only: Debian keeps the header where LuaRocks does not look,
  -- and the compiler finds it by itself.
  CURL = { library = "curl" },
}
build = {
  type = "make",
  build_target = "all",
  build_variables = {
    LUA = "$(LUA)",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LUA_CFLAGS = "-I$(LUA_INCDIR)",
    CURL_LIBS = "-L$(CURL_LIBDIR) -lcurl",
  },
  install_target = "install",
  install_variables = {
    LUA = "$(LUA)",
    INST_LIBDIR = "$(LIBDIR)",
    INST_LUADIR = "$(LUADIR)",
    INST_BINDIR = "$(BINDIR)",
    INST_MANDIR = "$(PREFIX)/man/man1",
  },
}
test = { type = "busted" }
