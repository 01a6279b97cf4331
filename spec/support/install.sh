#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages of each purpose named (see the file packages)
# that are missing. Does nothing where there is no dpkg.
set -eu
command -v dpkg >/dev/null || exit 0
missing=
for purpose; do
  names=$(sed -n "s/^$purpose: //p" "${0%/*}/packages")
  [ "$names" ] || { echo "packages: there is no line \"$purpose:\""; exit 1; }
  for name in $names; do
    dpkg-query -Wf '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q ^ii ||
      missing="$missing $name"
  done
done
[ "$missing" ] || exit 0
[ "$(id -u)" = 0 ] && sudo= || sudo=sudo
set -x
$sudo apt-get update -q
$sudo apt-get install -qy --no-install-recommends $missing
