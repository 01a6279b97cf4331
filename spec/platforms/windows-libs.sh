#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds what luma needs on Windows (x86-64) with mingw-w64, from the sources of
# Debian packages, into build/windows/prefix:
#   include, lib       libcurl with Schannel, zlib and nghttp2, all static
#   lua5.4, luajit     an interpreter, its DLL and headers, C modules and Lua
#                      modules of others, each in a folder
#   licenses           the licence texts
# A library is built again only if its sources or its part of this file change.
set -eu
here=$(cd "${0%/*}" && pwd)
root=${here%/spec/platforms}/build
windows=$root/windows
prefix=$windows/prefix
host=x86_64-w64-mingw32
cc=$host-gcc-posix
flags="-O2 -DNDEBUG"
jobs=$(nproc)
log=$windows/libs.log

compile() ( # folder of the objects, flags and sources...
  mkdir -p "$1"
  cd "$1"
  shift
  options=
  while [ "$1" != "${1#-}" ]; do
    options="$options $1"
    shift
  done
  printf '%s\n' "$@" | xargs -n 8 -P "$jobs" "$cc" $flags -c $options
)
archive() { # library, folder of the objects
  mkdir -p "$prefix/lib"
  rm -f "$prefix/lib/$1"
  "$host-ar" rcs "$prefix/lib/$1" "$2"/*.o
}
# A DLL needs nothing but Lua's and the system's.
dll() { # output, arguments...
  output=$1
  shift
  mkdir -p "${output%/*}"
  "$cc" $flags -shared -s -static-libgcc -o "$output" "$@"
}
copy() { # folder, files...
  folder=$1
  shift
  mkdir -p "$folder"
  cp "$@" "$folder/"
}

build_zlib() {
  files=
  for name in adler32 compress crc32 deflate gzclose gzlib gzread gzwrite \
    infback inffast inflate inftrees trees uncompr zutil; do
    files="$files $1/$name.c"
  done
  compile "$2" $files
  archive libz.a "$2"
  copy "$prefix/include" "$1/zlib.h" "$1/zconf.h"
}
build_nghttp2() {
  headers=$prefix/include/nghttp2
  version=$(sed -n 's/^AC_INIT(\[nghttp2\], \[\([0-9.]*\).*/\1/p' \
    "$1/configure.ac")
  copy "$headers" "$1/lib/includes/nghttp2/nghttp2.h"
  number=$(echo "$version" | awk -F. '{ printf "0x%02x%02x%02x", $1, $2, $3 }')
  sed "s/@PACKAGE_VERSION@/$version/; s/@PACKAGE_VERSION_NUM@/$number/" \
    "$1/lib/includes/nghttp2/nghttp2ver.h.in" > "$headers/nghttp2ver.h"
  compile "$2" -DNGHTTP2_STATICLIB -DBUILDING_NGHTTP2 -I"$prefix/include" \
    "$1"/lib/*.c
  archive libnghttp2.a "$2"
}
# configure finds out what the compiler and Windows have. curl's own make takes
# twice as long as the compiler alone, for libtool and for a second library.
build_curl() {
  protocols=
  for name in dict file ftp gopher imap ipfs ldap ldaps mqtt pop3 rtsp smb \
    smtp telnet tftp websockets; do protocols="$protocols --disable-$name"; done
  mkdir -p "$2"
  (cd "$2" &&
    CC=$cc CPPFLAGS="-DNGHTTP2_STATICLIB -I$prefix/include" \
      LDFLAGS="-L$prefix/lib" PKG_CONFIG=false "$1/configure" -q --host=$host \
      --disable-shared --disable-docs --disable-manual $protocols \
      --enable-windows-unicode --with-schannel --with-zlib="$prefix" --with-nghttp2="$prefix" \
      --enable-threaded-resolver --disable-libcurl-option --without-libpsl \
      --without-brotli --without-zstd --without-libidn2 --without-libssh2)
  compile "$2/objects" -DHAVE_CONFIG_H -DBUILDING_LIBCURL -DCURL_STATICLIB \
    -DUNICODE -D_UNICODE -DNGHTTP2_STATICLIB -I"$2/lib" -I"$prefix/include" -I"$1/include" \
    -I"$1/lib" "$1"/lib/*.c "$1"/lib/*/*.c
  archive libcurl.a "$2/objects"
  copy "$prefix/include/curl" "$1"/include/curl/*.h
}
build_lua5_4() {
  lua=$prefix/lua5.4
  compile "$2" -DLUA_BUILD_AS_DLL -DLUA_COMPAT_5_3 "$1"/src/*.c
  mv "$2/lua.o" "$2/lua-exe.o"
  rm "$2/luac.o"
  mkdir -p "$lua/lib"
  (cd "$2" && mv lua-exe.o .. &&
    dll "$lua/lua54.dll" ./*.o -Wl,--out-implib,"$lua/lib/liblua54.a")
  "$cc" -s -static-libgcc -o "$lua/lua.exe" "${2%/*}/lua-exe.o" \
    -L"$lua/lib" -llua54
  copy "$lua/include" "$1/src/lua.h" "$1/src/luaconf.h" "$1/src/lualib.h" \
    "$1/src/lauxlib.h"
}
build_luajit() {
  lua=$prefix/luajit
  cp -r "$1" "$2"
  make -s -j2 -C "$2/src" HOST_CC=gcc CROSS="$host-" CC=gcc-posix \
    TARGET_SYS=Windows BUILDMODE=dynamic TARGET_SHLDFLAGS=-static-libgcc
  copy "$lua" "$2/src/lua51.dll" "$2/src/luajit.exe"
  copy "$lua/lua/jit" "$2"/src/jit/*.lua
  copy "$lua/include" "$2/src/lua.h" "$2/src/luaconf.h" "$2/src/lualib.h" \
    "$2/src/lauxlib.h" "$2/src/luajit.h"
  mkdir -p "$lua/lib"
  cp "$2"/src/lib*.dll.a "$lua/lib/liblua51.a"
}
# Modules of others for both Luas. LuaJIT has a function that lua-cjson defines
# for Lua 5.1 under the same name.
build_modules() {
  mkdir -p "$2"
  cp "$1"/*.[ch] "$2"
  modules_of lua5.4 lua54 "$2"
  sed -i 's/luaL_setfuncs/json_setfuncs/' "$2/lua_cjson.c"
  modules_of luajit lua51 "$2"
}
modules_of() { # Lua's folder, the linker's name of its DLL, lua-cjson's sources
  lua=$prefix/$1
  term=$root/sources/lua-term
  dll "$lua/cjson.dll" -DDISABLE_INVALID_NUMBERS -I"$lua/include" \
    "$3/lua_cjson.c" "$3/strbuf.c" "$3/fpconv.c" -L"$lua/lib" "-l$2"
  dll "$lua/term/core.dll" -I"$lua/include" "$term/core.c" -L"$lua/lib" "-l$2"
  copy "$lua/lua/term" "$term"/term/*.lua
  copy "$lua/lua" "$root/sources/lua-argparse/src/argparse.lua"
}

# The text that says what a library was built of.
made_of() { # function, packages...
  echo "$cc $flags"
  sed -n "/^build_$1()/,/^}/p; /^${1}_of()/,/^}/p" "$0" | cksum
  shift
  for package; do cat "$root/sources/$package/.version"; done
}
library() { # function, package, other packages...
  name=$1
  shift
  stamp=$windows/stamps/$name
  sh "$here/source.sh" "$@"
  made_of "$name" "$@" > "$stamp.new"
  cmp -s "$stamp.new" "$stamp" && return
  echo "building $(cat "$root/sources/$1/.version")"
  rm -rf "$windows/work" "$stamp"
  mkdir -p "$windows/work"
  set +e # with `||` after it, the subshell would go on after a failure
  (set -e && "build_$name" "$root/sources/$1" "$windows/work/$name") \
    > "$log" 2>&1
  code=$?
  set -e
  [ $code = 0 ] || {
    tail -30 "$log"
    exit 1
  }
  for file in LICENSE COPYING COPYRIGHT; do
    [ -e "$root/sources/$1/$file" ] &&
      cp "$root/sources/$1/$file" "$prefix/licenses/$1.txt"
  done
  rm -rf "$windows/work"
  mv "$stamp.new" "$stamp"
}

mkdir -p "$windows/stamps" "$prefix/licenses"
library zlib zlib
library nghttp2 nghttp2
library curl curl
library lua5_4 lua5.4
library luajit luajit
library modules lua-cjson lua-term lua-argparse
for lua in lua5.4 luajit; do copy "$prefix/$lua/lua" "$here/system.lua"; done
