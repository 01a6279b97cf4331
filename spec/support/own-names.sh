#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command in a network of its own, where spec/support/resolver.lua may
# answer for names:
#   unshare -rnmpf --mount-proc --kill-child sh own-names.sh COMMAND [WORD]...
set -eu
ip link set lo up
# An address that is not its own source would be tried after 127.0.0.1.
for address in 0.9 $(seq -f 1.%g 49); do
  ip address add "127.0.$address/32" dev lo
done
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
echo 'nameserver 127.0.0.1' >"$files/resolv.conf"
echo 'hosts: files dns' >"$files/nsswitch.conf"
for name in resolv.conf nsswitch.conf; do
  mount --bind "$files/$name" /etc/$name
done
"$@"
