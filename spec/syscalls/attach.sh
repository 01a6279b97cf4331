#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command whose system calls fail from the moment on at which it renames
# the file MARK to MARK.ready, until it renames that to MARK.over:
#   attach.sh MARK OPTIONS_OF_STRACE COMMAND [WORD]...
set -eu
mark=$1 options=$2 pid=$$
shift 2
{
  until [ -e "$mark.ready" ]; do
    kill -0 $pid 2>/dev/null || exit
    sleep 0.01
  done
  strace -f -qq -o "$mark.trace" -p $pid $options &
  until [ -e "$mark.over" ] || ! kill -0 $pid 2>/dev/null; do sleep 0.01; done
  kill $! 2>/dev/null
} &
exec "$@"
