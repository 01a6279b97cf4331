#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a program for Windows in wine, for at most WINE_SECONDS (300): without a
# display, with a Windows of its own in build/windows/wine.
#
#   wine.sh PROGRAM ARGUMENT...
#   wine.sh --start      makes that Windows; its server stays for a while
#   wine.sh --stop       ends the server
set -eu
windows=$(cd "${0%/*}/../.." && pwd)/build/windows
export WINEPREFIX="$windows/wine" WINEDEBUG=-all LC_ALL=C.UTF-8
# No window is opened, and nothing asks for .NET or a browser.
unset DISPLAY
export WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="
export PATH="$PATH:/usr/lib/wine"
# Debian's `wine` warns that there is no wine for 32 bits.
command -v wine64 >/dev/null && wine=wine64 || wine=wine

case $1 in
  --start)
    mkdir -p "$WINEPREFIX"
    # A server that a program starts keeps that program's output open.
    wineserver -p60 >/dev/null 2>&1 || : # it runs already
    timeout 120 "$wine" wineboot >/dev/null 2>&1
    ;;
  --stop) wineserver -k ;;
  *) exec timeout -k 5 "${WINE_SECONDS:-300}" "$wine" "$@" ;;
esac
