#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds Lua 5.5, which Debian 12 does not have, and what the specs need in it.
#
#   build.sh ARCHIVE PREFIX
#
# The archive is Lua's own repository at a tag: it has no Makefile that installs.
# luafilesystem and lua-cjson are compiled from Debian's sources; native.c has a
# little of what the other libraries do (see init.lua).
set -eu
archive=$1
here=$(cd "${0%/*}" && pwd)
sources=$here/../../build/sources
mkdir -p "$2"
prefix=$(cd "$2" && pwd)
cc="${CC:-gcc} -O2 -fPIC -I$prefix/include"
sh "$here/../platforms/source.sh" lua-filesystem lua-cjson

mkdir -p "$prefix/source" "$prefix/bin" "$prefix/include" "$prefix/lib/pkgconfig"
tar -xzf "$archive" -C "$prefix/source" --strip-components=1
cd "$prefix/source"
rm ltests.c onelua.c
cp lua.h luaconf.h lualib.h lauxlib.h "$prefix/include"
printf '%s\n' l*.c | grep -v '^lua\.c$' |
  xargs -n 1 -P 2 $cc -DLUA_USE_LINUX -c
link="-L$prefix/lib -Wl,-rpath,$prefix/lib -llua5.5"
$cc -shared -o "$prefix/lib/liblua5.5.so" *.o -lm -ldl
$cc -DLUA_USE_LINUX -o "$prefix/bin/lua5.5.new" lua.c $link

module() { # name, flags and sources...
  name=$1
  shift
  $cc -shared -o "$prefix/lib/$name.so" "$@" -lm
}
# It refuses what is newer than 5.4.
sed 's/LUA_VERSION_NUM [<=]= 504/LUA_VERSION_NUM >= 504/' \
  "$sources/lua-filesystem/src/lfs.c" > lfs.c
module lfs -I"$sources/lua-filesystem/src" lfs.c
cd "$sources/lua-cjson"
module cjson lua_cjson.c strbuf.c fpconv.c
module native -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror "$here/native.c"

cat > "$prefix/lib/pkgconfig/lua5.5.pc" <<EOF
Name: lua5.5
Description: Lua 5.5 for the specs
Version: 5.5
Cflags: -I$prefix/include
Libs: $link
EOF
rm -rf "$prefix/source"
mv "$prefix/bin/lua5.5.new" "$prefix/bin/lua5.5" # what make looks for
