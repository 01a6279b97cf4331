#!/bin/sh
# SPDX-License-Identifier: MIT
# Puts Debian's Lua module for nginx, with what it needs, into FOLDER. It is not
# installed: its LuaJIT and the one that the other specs use cannot be installed
# at the same time.
#
#   nginx.sh FOLDER
set -eu
folder=$1
names="libnginx-mod-http-ndk libnginx-mod-http-lua libluajit2-5.1-2
  lua-resty-core lua-resty-lrucache"
rm -rf "$folder"
mkdir -p "$folder/packages"
cd "$folder/packages"
get() { apt-get download -qq -o APT::Sandbox::User=root $names; }
[ "$(id -u)" = 0 ] && sudo= || sudo=sudo
get || { $sudo apt-get update -q && get; }
for package in *.deb; do dpkg -x "$package" ..; done
rm -r ../packages
touch ../complete
