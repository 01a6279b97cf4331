#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the library build/fuzz/lua/liblua.a: Lua 5.4 from Debian's source, which
# checks itself, each call of its C API, and with AddressSanitizer its memory.
set -eu
to=build/fuzz/lua
[ ! -e $to/liblua.a ] || exit 0
[ -e build/sources/lua5.4/.version ] || SUITES=bookworm \
  sh spec/platforms/source.sh lua5.4
rm -rf $to
mkdir -p $to
cp build/sources/lua5.4/src/*.[ch] $to
rm $to/lua.c $to/luac.c
cd $to
clang -std=gnu11 -O1 -g -fsanitize=address -DLUA_USE_LINUX -DLUAI_ASSERT \
  -DLUA_USE_APICHECK -I"/usr/include/$(gcc -print-multiarch)" -c ./*.c
ar rcs liblua.a ./*.o
