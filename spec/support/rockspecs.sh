#!/bin/sh
# SPDX-License-Identifier: MIT
# The rockspecs of a release are those of the source tree with the version of
# core/options.h and its tag. Writes them, or checks that they are as they would
# be written, that LuaRocks accepts all, and that the pages name existing ones.
#
#   rockspecs.sh write|check
set -eu
version=$(sed -n 's/^#define LUMA_VERSION *"\(.*\)"/\1/p' core/options.h)
fail=0

released() { # rock
  sed -e "s/^version = .*/version = \"$version-1\"/" \
    -e "s/branch = .*,/tag = \"v$version\",/" \
    -e "s/\"luma == scm\"/\"luma == $version\"/" \
    -e '2s/.*/-- Made from the rockspec of the source tree by `make rockspecs`./' \
    "$1-scm-1.rockspec"
}

for rock in luma luma-cli; do
  path=rockspecs/$rock-$version-1.rockspec
  if [ "$1" = write ]; then
    mkdir -p rockspecs
    released $rock > "$path"
  elif ! released $rock | diff - "$path"; then
    echo "$path is not up to date: make rockspecs"
    fail=1
  fi
done
[ "$1" = check ] || exit 0

for path in *.rockspec rockspecs/*.rockspec; do
  luarocks lint "$path" || fail=1
done
named=$(grep -ohE '[A-Za-z0-9_./-]+\.rockspec' README.md docs/*.md | sort -u)
for path in $named; do
  [ -e "$path" ] || { echo "$path is in a page and does not exist" && fail=1; }
done
exit $fail
