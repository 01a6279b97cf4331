#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the C tests and the specs on a build that counts lines and branches, and
# reports: without the sweeps, in which each allocation fails, and with them.
#
#   run.sh FOLDER MAKE…
#
# FOLDER is that of the build, and MAKE… makes in it. A process that is killed
# while it writes its counts spoils those of others. So each file of specs has
# counts of its own, in FOLDER/counts/FILE, and kill_spec is left out.
set -eu
build=$1
shift
failed=
specs=$(ls spec/*/*_spec.lua | grep -v kill_spec)

# The paths of all objects of luma, without their ends.
objects() {
  (cd "$build" && find core binding lua_luma.gcno -name '*.gcno' \
    ! -name '*_windows.gcno' | sed 's/\.gcno$//')
}

# Prepares FOLDER for counts, also those of other users.
forget() {
  objects | while read -r object; do
    mkdir -p "$1/$(dirname "$object")"
    : > "$1/$object.gcda"
    [ "$1" = "$build" ] || ln -sf "$PWD/$build/$object.gcno" "$1/$object.gcno"
  done
  [ "$1" = "$build" ] || chmod -R a+rwX "$1"
  find "$1" -name '*.gcda' -exec chmod 666 {} +
}

# Prints what has run, as the counts in FOLDER say.
tell() {
  (cd "$1" && objects=$(find core binding lua_luma.gcda -name '*.gcda' -size +0)
  cd "$OLDPWD" && for object in $objects; do echo "$1/$object"; done |
    xargs -r gcov -b -c -t 2>/dev/null) || :
}

# Runs NAME, which is what MAKE… makes then, and notes what has run.
stage() {
  name=$1
  shift
  forget "$build"
  "$@" > "$build/$name.log" 2>&1 || failed="$failed $build/$name.log"
  tell "$build" > "$build/$name.gcov"
}

"$@" -s all static
stage tests "$@" -s without='$(sweeps)' c-tests fresh-docs
rm -rf "$build/counts"
for spec in $specs; do forget "$build/counts/$spec"; done
stage specs "$@" JOBS=2 SPECS="$specs" counts="$PWD/$build/counts" specs
for spec in $specs; do tell "$build/counts/$spec"; done >> "$build/specs.gcov"
stage sweeps "$@" -s sweeps
lua5.4 spec/coverage/report.lua "$build/details.txt" "$build/tests.gcov" \
  "$build/specs.gcov" "$build/sweeps.gcov" || exit 1
[ -z "$failed" ] || {
  echo "coverage: tests failed:$failed"
  exit 1
}
