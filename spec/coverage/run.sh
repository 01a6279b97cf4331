#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the C tests and the specs on a build that counts lines and branches, and
# reports: without the sweeps, in which each allocation fails, and with them.
#
#   run.sh FOLDER MAKE…
#
# FOLDER is that of the build, and MAKE… makes in it.
set -eu
build=$1
shift
counts="$build/core $build/binding $build/lua_luma.gcno"
failed=
# What is killed while it writes its counts spoils those of others.
specs=$(ls spec/*/*_spec.lua | grep -v kill_spec)

# Those of other users may add their counts.
forget() {
  find $counts -name '*.gcno' | sed 's/gcno$/gcda/' | while read -r file; do
    : > "$file"
    chmod 666 "$file"
  done
}

# Runs NAME, which is what MAKE… makes then, and notes what has run.
stage() {
  name=$1
  shift
  forget
  "$@" > "$build/$name.log" 2>&1 || failed="$failed $build/$name.log"
  find $counts -name '*.gcda' -empty -delete
  find $counts -name '*.gcno' ! -name '*_windows.gcno' |
    xargs gcov -b -c -t > "$build/$name.gcov" 2>/dev/null || :
}

"$@" -s all static
stage tests "$@" -s without='$(sweeps)' c-tests fresh-docs
stage specs "$@" JOBS=2 SPECS="$specs" specs
stage sweeps env LUMA_EVERY=1 "$@" -s sweeps
lua5.4 spec/coverage/report.lua "$build/details.txt" "$build/tests.gcov" \
  "$build/specs.gcov" "$build/sweeps.gcov" || exit 1
[ -z "$failed" ] || {
  echo "coverage: tests failed:$failed"
  exit 1
}
