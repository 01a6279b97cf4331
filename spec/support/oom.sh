#!/bin/sh
# SPDX-License-Identifier: MIT
# Lets memory run out at every call of the core, of libcurl and of Lua, or at
# each so many-th of the last two, and counts the calls:
#   oom.sh BUILD [EVERY]
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

for test in starve_test starve_file_test starve_kinds_test starve_curl_test \
  'oom spec/programs/oom-tasks.lua spec/programs/oom-calls.lua'; do
  # shellcheck disable=SC2086
  LUMA_EVERY=${2:-1} "$1"/$test >>"$log" 2>&1 || failed=1
done
cat "$log"
awk '/^[a-zA-Z]+: [0-9]+ points$/ { count[$1] += $2 }
  END {
    printf "oom: %d points of the core, %d of libcurl, %d of Lua\n",
      count["core:"], count["libcurl:"], count["Lua:"]
  }' "$log"
exit $failed
