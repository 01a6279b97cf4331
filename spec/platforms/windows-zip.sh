#!/bin/sh
# SPDX-License-Identifier: MIT
# Packs the DLLs that `make windows-build` made into
# build/windows/luma-VERSION-windows-x86_64.zip. The same sources give the same
# bytes: the files have the time of the last commit.
set -eu
version=$(sed -n 's/^#define LUMA_VERSION *"\(.*\)"/\1/p' core/options.h)
name=luma-$version-windows-x86_64
windows=build/windows
folder=$windows/$name
prefix=$windows/prefix
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

version_of() { cut -d' ' -f2 "build/sources/$1/.version"; }

rm -rf "$folder" "$folder.zip"
mkdir -p "$folder/lua54" "$folder/lua51" "$folder/licenses"
cp "$windows/lua5.4/luma.dll" "$folder/lua54/"
cp "$windows/luajit/luma.dll" "$folder/lua51/"
for part in curl nghttp2 zlib; do
  cp "$prefix/licenses/$part.txt" "$folder/licenses/"
done
cp /usr/share/doc/mingw-w64-x86-64-dev/copyright \
  "$folder/licenses/mingw-w64.txt"
cp LICENSE "$folder/LICENSE.txt"
cat > "$folder/README.txt" << END
luma $version for Windows x86-64

  lua54\\luma.dll  for Lua 5.4: needs lua54.dll
  lua51\\luma.dll  for LuaJIT and Lua 5.1, also in LÖVE: needs lua51.dll

Put the file for your Lua where your program looks for C modules. That is the
folder of lua.exe, luajit.exe or love.exe, or any folder in package.cpath. Then
require "luma" loads it. A .love file cannot contain it.

The DLL needs no other file. It contains libcurl $(version_of curl) with
the TLS of Windows (Schannel), nghttp2 $(version_of nghttp2),
zlib $(version_of zlib) and the threads of mingw-w64,
from the source packages of Debian. Their licences are in the folder licenses,
that of luma is LICENSE.txt.
END
sed -i 's/$/\r/' "$folder/README.txt" "$folder/LICENSE.txt"
find "$folder" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$windows" && find "$name" -type f | LC_ALL=C sort |
  TZ=UTC zip -q -X -@ "$name.zip")
rm -rf "$folder"
echo "$folder.zip: $(wc -c < "$folder.zip") bytes"
