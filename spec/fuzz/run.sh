#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a fuzzer of `make fuzz` for so many seconds, from its corpus on: lines of
# base64 in corpus/NAME.txt, an input each, and in cases/NAME.txt, which were
# made by hand. Or, with `keep`, writes the corpus anew, with the inputs that have
# been found since.
#
#   run.sh NAME SECONDS|keep
set -eu
name=$1 text=spec/fuzz/corpus/$1.txt
program=build/fuzz/$1_fuzz log=build/fuzz/$1.log
corpus=build/fuzz/corpus/$1 new=build/fuzz/new/$1 kept=build/fuzz/kept/$1
longest=400 counters=1 leaks=1
# Inputs that take milliseconds are kept for an edge, not for each count of it. A
# Lua state that stays looks like a leak until the end.
case $name in
response) longest=1500 counters=0 ;;
calls) counters=0 ;;
decode | names) leaks=0 ;;
esac

unpack() {
  rm -rf "$corpus"
  mkdir -p "$corpus" "$new"
  count=0
  cases=$(cat "spec/fuzz/cases/$name.txt" 2>/dev/null || true)
  for line in $(cat "$text") $cases; do
    count=$((count + 1))
    echo "$line" | base64 -d > "$corpus/$count"
  done
}

keep() {
  rm -rf "$kept"
  mkdir -p "$kept"
  "$program" -set_cover_merge=1 -use_counters=$counters -rss_limit_mb=4000 \
    "$kept" "$new" "$corpus" > "$log" 2>&1
  for input in "$kept"/*; do
    base64 -w0 "$input"
    echo
  done | LC_ALL=C sort > "$text"
  echo "$text: $(wc -l < "$text") inputs"
}

run() {
  "$program" -max_total_time="$1" -max_len=$longest -detect_leaks=$leaks \
    -rss_limit_mb=4000 -artifact_prefix=build/fuzz/ "$new" "$corpus" > "$log" 2>&1
}

unpack
if [ "$2" = keep ]; then
  keep
elif run "$2"; then
  sed -n "s/^#\([0-9]*\).DONE *cov: \([0-9]*\).*/fuzz-$name: \1 inputs, \2 edges/p" \
    "$log"
  echo "fuzz-$name: 1 passed, 0 failed"
else
  tail -30 "$log"
  echo "fuzz-$name: 0 passed, 1 failed"
  exit 1
fi
