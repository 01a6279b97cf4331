#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the rocks for one Lua into a tree that is thrown away, in folders
# whose names have blanks: those of the source tree, and those of the release.
# First the module alone, with which a task is fetched from the stub gateway,
# then the command. Then they are removed again.
#
#   rock.sh lua5.1 "lua5.1 -l compat53"     the Lua, and how it runs a spec
set -eu
name=$1 lua=$2 version=${1#lua} passed=0
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
source="$top/my source" tree="$top/my tree"
mkdir -p "$source" "$top/empty"
cp -R Makefile ./*.rockspec rockspecs core binding lua_luma.c bin luma_cli man \
  library "$source"
export LUAROCKS_CONFIG="$PWD/spec/support/debian-rocks.lua"

# A rock that is missing is an error, not a download.
rocks() {
  (cd "$source" && luarocks --lua-version "$version" --tree "$tree" \
    --only-server "$top/empty" "$@") >"$top/log" 2>&1 ||
    { cat "$top/log" && return 1; }
}
check() { # what is to be, command...
  what=$1
  shift
  "$@" || { echo "rock-$name: this is not so: $what" && exit 1; }
  passed=$((passed + 1))
}
absent() { test ! -e "$1"; }
fetches() { LUA_CPATH="$module/?.so;;" $lua spec/programs/one-task.lua; }
has_types() {
  ls "$tree/lib/luarocks/rocks-$version/luma"/*/library/luma.lua >"$top/log"
}
runs() { (cd / && "$command" --version) | grep -q '^luma [0-9]'; }
needs_no_file() { # of libcurl, on macOS: it is in the cache of the linker
  "$name" spec/programs/rock-elsewhere.lua macosx "$1" 2>"$top/log" ||
    { cat "$top/log" && return 1; }
}
shows_manual() { (cd / && "$command" help) | grep -q '^LUMA(1)'; }

module="$tree/lib/lua/$version" modules="$tree/share/lua/$version/luma_cli"
command="$tree/bin/luma"
for specs in . rockspecs; do
  of="from $specs"
  for rock in luma luma-cli; do
    path=$(cd "$source" && ls $specs/$rock-[0-9s]*.rockspec)
    check "$rock installs $of" rocks make "$path"
    [ $rock = luma ] || continue
    check "macOS would do $of" needs_no_file "$path"
    check "the module is installed $of" test -f "$module/luma.so"
    check "the module fetches a task $of" fetches
    check "the types are in the rock $of" has_types
    check "the rock of the module has no command" absent "$command"
  done
  check "the command runs $of" runs
  check "the manual can be read $of" shows_manual
  check "the command is removed again $of" rocks remove luma-cli
  check "the module is removed again $of" rocks remove luma
  check "nothing is left of the module" absent "$module/luma.so"
  check "nothing is left of the command" absent "$command"
  check "nothing is left of its modules" absent "$modules"
done
echo "rock-$name: $passed passed, 0 failed"
