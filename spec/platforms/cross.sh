#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds what luma needs for another processor, with Debian's cross compiler:
# libcurl and some Luas, into build/cross/NAME/prefix. What is there already is
# not built again. The package manager learns of no other architecture.
#
#   cross.sh NAME TRIPLET FLAGS LUA...
set -eu
script=$PWD/spec/platforms/cross.sh
name=$1 triplet=$2 flags="-O2 $3"
shift 3
sources=$PWD/build/sources
root=$PWD/build/cross/$name
prefix=$root/prefix

with_cmake() { # settings... : from $from, in $to
  cmake -S "$from" -B "$to" -DCMAKE_SYSTEM_NAME=Linux \
    -DCMAKE_C_COMPILER="$triplet-gcc" -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DCMAKE_FIND_ROOT_PATH="$prefix;/usr/$triplet" \
    -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
    -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
    -DBUILD_SHARED_LIBS=OFF "$@"
  cmake --build "$to" -j2
  cmake --install "$to"
}
build_zlib() { # its CMake files need a folder that Debian leaves out
  cd "$to"
  "$triplet-gcc" $flags -fPIC -D_LARGEFILE64_SOURCE=1 -DHAVE_UNISTD_H -c \
    "$from"/*.c
  "$triplet-ar" rcs "$prefix/lib/libz.a" ./*.o
  cp "$from/zlib.h" "$from/zconf.h" "$prefix/include"
}
build_mbedtls() {
  with_cmake -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF
}
build_curl() { # shared: the C tests replace malloc in what is linked statically
  with_cmake -DBUILD_SHARED_LIBS=ON -DHTTP_ONLY=ON -DCURL_USE_MBEDTLS=ON \
    -DCURL_USE_PKGCONFIG=OFF -DUSE_NGHTTP2=OFF -DUSE_LIBIDN2=OFF \
    -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF \
    -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF \
    -DBUILD_CURL_EXE=OFF -DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF \
    -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF
}
build_lua() { # Debian's luaconf.h includes a header that its build writes
  mkdir -p "$prefix/include/$package"
  cp "$from"/src/*.h "$prefix/include/$package"
  echo "#define DEB_HOST_MULTIARCH \"$triplet\"" \
    >"$prefix/include/$package/$package-deb-multiarch.h"
  files=$(ls "$from"/src/*.c | grep -vE '/(luac|print)\.c$')
  "$triplet-gcc" $flags -DLUA_USE_POSIX -DLUA_USE_DLOPEN -Wl,-E \
    -I"$prefix/include/$package" -o "$prefix/bin/$package" $files -lm -ldl
}
build_luajit() { # its generators run here, but think as the target does
  cp -r "$from/src" "$from/dynasm" "$from/Makefile" "$from/.version" "$to"
  host=gcc run=
  [ "$name" != i386 ] || host="$triplet-gcc -static" run="qemu-i386-static"
  make -C "$to/src" -j2 CROSS="$triplet-" HOST_CC="$host" TARGET_SYS=Linux \
    TARGET_CFLAGS="$flags" BUILDMODE=static MINILUA_X="$run host/minilua" \
    BUILDVM_X="$run host/buildvm" luajit
  mkdir -p "$prefix/include/luajit"
  cp "$to"/src/*.h "$prefix/include/luajit"
  cp "$to/src/luajit" "$prefix/bin"
}

build_locale() { # its files have the byte order of the processor
  [ "$name" = s390x ] && order=big || order=little
  localedef --$order-endian -i de_DE -f UTF-8 "$to/de_DE.UTF-8"
}

mkdir -p "$prefix/bin" "$prefix/lib" "$prefix/include"
for package in zlib mbedtls curl locale "$@"; do
  from=$sources/$package to=$root/$package made=$prefix/$package.made
  [ "$package" = locale ] && version= || version=$from/.version
  { echo "$flags" && cat $version "$script"; } >"$made.new"
  cmp -s "$made.new" "$made" && continue
  echo "cross: $package for $name"
  rm -rf "$to"
  mkdir -p "$to"
  case $package in lua5*) build=build_lua ;; *) build=build_$package ;; esac
  set +e # with `||` after it, the subshell would go on after a failure
  (set -e; $build) >"$to.log" 2>&1
  code=$?
  set -e
  [ $code = 0 ] || {
    tail -30 "$to.log"
    exit 1
  }
  mv "$made.new" "$made"
done
