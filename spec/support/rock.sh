#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the rock into a tree that is thrown away, and fetches a task from
# the stub gateway with what was installed.
set -eu
lua=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/source"
cp -R Makefile luma-scm-1.rockspec core ./*.c ./*.h "$tree/source"
(cd "$tree/source" &&
  LUAROCKS_CONFIG=$OLDPWD/spec/support/debian-rocks.lua \
    luarocks --lua-version "${lua#lua}" --tree "$tree" make luma-scm-1.rockspec)
cat > "$tree/fetch.lua" <<'LUA'
local luma = require "luma"
local home = package.searchpath("luma", package.cpath)
assert(home:find(arg[1], 1, true) == 1, "another luma was found: " .. home)
local gateway = require("spec.support.gateway").start {}
local client = luma.client { token = "t", base_url = gateway.http }
local tasks = assert(client:tasks "4665a07c-7641-4809-a133-10786201bb56")
assert(tasks[1].video.width == 1360)
gateway:stop()
print("the rock works: " .. home:sub(#arg[1] + 1))
LUA
LUA_CPATH="$tree/lib/lua/${lua#lua}/?.so;;" "$lua" "$tree/fetch.lua" "$tree"
