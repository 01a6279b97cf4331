#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs in wine what `make windows` has built: C tests, the smoke test and the
# command, with Lua 5.4 and with LuaJIT. Each part ends with "NAME: N passed, N
# failed".
set -u
windows=build/windows
wine=spec/platforms/wine.sh
broken=0

part() { # driver, name, folder, program, arguments of the driver...
  driver=$1 name=$2 folder=$3 program=$4
  shift 4
  SMOKE_CPATH="Z:$PWD/$windows/$folder/?.dll;;" lua5.4 \
    "spec/platforms/$driver.lua" "$name" "$@" \
    sh $wine "$PWD/$windows/prefix/$folder/$program.exe" || broken=1
}

sh $wine --start || exit 1
for test in "$windows"/lua5.4/*_test.exe; do
  [ -e "$test" ] || continue
  WINE_SECONDS=120 sh $wine "$PWD/$test" spec/support/json-corpus.txt ||
    broken=1
done
part smoke-run windows-lua5.4 lua5.4 lua
part smoke-run windows-luajit luajit luajit
part command-run windows-command-lua5.4 lua5.4 lua crlf
part command-run windows-command-luajit luajit luajit crlf
sh $wine --stop
exit $broken
