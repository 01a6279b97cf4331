#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the rock into a tree that is thrown away, fetches a task from the
# stub gateway with what was installed, and runs the command line.
set -eu
lua=$1 version=$2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/source"
cp -R Makefile luma-scm-1.rockspec core binding lua_luma.c bin luma_cli \
  man "$tree/source"
(cd "$tree/source" &&
  LUAROCKS_CONFIG=$OLDPWD/spec/support/debian-rocks.lua \
    luarocks --lua-version "$version" --tree "$tree" make luma-scm-1.rockspec)
cat > "$tree/fetch.lua" <<'LUA'
local luma = require "luma"
local gateway = require("spec.support.gateway").start {}
local client = luma.client { token = "t", base_url = gateway.http }
local tasks = assert(client:tasks "4665a07c-7641-4809-a133-10786201bb56")
assert(tasks[1].video.width == 1360)
gateway:stop()
print("the rock works in " .. _VERSION)
LUA
test -f "$tree/lib/lua/$version/luma.so"
LUA_CPATH="$tree/lib/lua/$version/?.so;;" "$lua" "$tree/fetch.lua"
"$tree/bin/luma" --version
