#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the module with CMake for Lua 5.4 and LuaJIT, alone and inside two
# engines, in folders whose names have blanks. It exports luaopen_luma only,
# and fetches a task from the stub gateway.
#
#   cmake.sh "lua5.4" "luajit -l ffi"     how the two run a spec
set -eu
passed=0 quick=-DCMAKE_BUILD_TYPE=Debug
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
luma="$top/my engine/plugins/luma"
mkdir -p "$luma"
cp -R CMakeLists.txt core binding lua_luma.c "$luma"

engine() { # folder, name of Lua, lines of CMake that give the headers...
  folder=$1 headers=$(pkg-config --cflags-only-I "$2" | sed 's/^-I//; s/ *$//')
  shift 2
  {
    echo 'cmake_minimum_required(VERSION 3.13)'
    echo 'project(engine C)'
    echo 'add_library(engine_lua INTERFACE)'
    echo "set(headers \"$headers\")"
    printf '%s\n' "$@"
    echo 'add_subdirectory(plugins/luma)'
  } >"$folder/CMakeLists.txt"
}
builds() { # source, arguments of CMake...
  from=$1
  shift
  rm -rf "$top/built"
  { cmake -S "$from" -B "$top/built" -DCMAKE_C_COMPILER="${CC:-gcc}" "$@" &&
    cmake --build "$top/built" --parallel 2; } >"$top/log" 2>&1 ||
    { cat "$top/log" && return 1; }
  ! grep 'warning:' "$top/log" || return 1
  module=$(find "$top/built" -name luma.so)
}
exports() { nm -D --defined-only "$module" | sed 's/.* //'; }
fetches() { LUA_CPATH="${module%/*}/?.so;;" $lua spec/programs/one-task.lua; }
check() { # what is built, source, arguments of CMake...
  what=$1
  shift
  builds "$@" && [ "$(exports)" = luaopen_luma ] && fetches ||
    { echo "cmake: $lua, $what: failed" && exit 1; }
  passed=$((passed + 1))
}

lua=$1
check alone "$luma"
engine "$top/my engine" lua5.4 'set(LUMA_LUA engine_lua)' \
  'target_include_directories(engine_lua INTERFACE "${headers}")'
check 'an engine whose target has the headers' "$top/my engine" $quick
lua=$2
check alone "$luma" -DLUMA_LUA=luajit $quick
engine "$top/my engine" luajit 'include_directories("${headers}")'
check 'an engine that gives the headers to all' "$top/my engine" $quick
echo "cmake: $passed passed, 0 failed"
