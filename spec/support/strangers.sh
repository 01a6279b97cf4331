#!/bin/sh
# SPDX-License-Identifier: MIT
# Loads the module of every Lua into every Lua: it works, or says in a sentence
# that it is the wrong one. Ends with the number of pairs.
set -eu
pairs=0
for built in "$@"; do
  for lua in "$@"; do
    said=$(LUA_CPATH="build/$built/?.so" $lua -e \
      'print(select(2, pcall(require, "luma")))' 2>&1)
    case $said in
    table:*) fits=yes ;;
    *"was built for Lua"*"build luma for it"*) fits=no ;;
    *) echo "$built's module in $lua: $said" && exit 1 ;;
    esac
    case $built-$lua in
    "$lua-$lua" | luajit-lua5.1 | lua5.1-luajit) expected=yes ;;
    *) expected=no ;;
    esac
    [ $fits = $expected ] || { echo "$built's module in $lua: $fits"; exit 1; }
    pairs=$((pairs + 1))
  done
done
echo "strangers: $pairs passed, 0 failed"
