#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds FOLDER/host with a Lua 5.4 of its own, from Debian's source, that checks
# itself and each call of its C API. What is there already is not built again.
#
#   build.sh FOLDER FLAG...
#
# The flags go to the compiler, such as -DEMERGENCYGCTESTS (see Lua's llimits.h
# and lmem.c).
set -eu
to=$1
shift
mkdir -p "$to"
[ -e build/sources/lua5.4/.version ] || SUITES=bookworm \
  sh spec/platforms/source.sh lua5.4
from=build/sources/lua5.4
{
  echo "$*"
  cat "$from/.version" spec/native/host.c spec/gcstress/scarce.c \
    spec/gcstress/build.sh
} > "$to/made.new"
cmp -s "$to/made.new" "$to/made" && exit
rm -rf "$to/src"
cp -r "$from/src" "$to"
rm "$to/src/lua.c" "$to/src/luac.c"
sed -i 's/if (completestate(g) && ns > 0)/extern int is_scarce(void);\n  &/
  s/completestate(g) && ns > 0/& \&\& is_scarce()/' "$to/src/lmem.c"
${CC:-gcc} -std=gnu11 -O1 -g -fno-omit-frame-pointer -DLUA_USE_LINUX \
  -DLUAI_ASSERT -DLUA_USE_APICHECK "$@" -I"$to/src" \
  -I"/usr/include/$(gcc -print-multiarch)" -Wl,-E -o "$to/host" \
  "$to"/src/*.c spec/native/host.c spec/gcstress/scarce.c -lm -ldl
mv "$to/made.new" "$to/made"
