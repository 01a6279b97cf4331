#!/bin/sh
# SPDX-License-Identifier: MIT
# Reads mutated JSON texts with the core of a git revision and with the one that
# is here. Their answers must be equal, and those of this one at every cut.
#
#   sh spec/support/differential.sh REVISION [ROUNDS [FIRST]]
#
# ROUNDS is the number of texts, FIRST the number of the first one. CORES
# processes run at the same time.
revision=${1:?differential.sh REVISION [ROUNDS [FIRST]]}
rounds=${2:-100000} first=${3:-0}
cores=${CORES:-$(nproc)}
corpus=spec/support/json-corpus.txt
dir=build/differential
part=5000 # texts of a process, a multiple of the 1,000 of a hash

build() { # core, program
  # an older core does not share the names of members
  [ -e "$1/json/names.h" ] || set -- "$1" "$2" -DNAMES_IN_DOC
  core=$1 program=$2
  shift 2
  ${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -g "$@" -I. -I"$core" -o "$program" \
    spec/mutants/*.c spec/core/check.c spec/core/corpus.c spec/core/feed.c \
    "$core"/json/*.c "$core"/gateway/*.c "$core"/base/*.c -lpthread -lm
}

# Shows the first text of the block of which the whole answers differ.
explain() { # first text of the block
  for core in old new; do
    "$dir/$core" $corpus each "$1" 1000 >"$dir/each.$core"
  done
  text=$(diff "$dir/each.old" "$dir/each.new" |
    sed -n 's/^[<>] \([0-9]*\) .*/\1/p' | head -n 1)
  [ "$text" ] || return
  echo "The block of 1,000 texts from number $1 on differs, first in this text:"
  for core in old new; do
    echo "$dir/$core $corpus show $text 1"
    "$dir/$core" $corpus show "$text" 1
  done
  echo "A hash for each text of the block is in $dir/each.old and each.new."
}

rm -rf "$dir"
mkdir -p "$dir/digests"
git archive "$revision" core | tar -x -C "$dir" || exit 1
build "$dir/core" "$dir/old" && build core "$dir/new" || exit 1

# The texts of a process: whole with the old core, in pieces as well with the
# new one.
export dir corpus part first rounds
seq "$first" "$part" $((first + rounds - 1)) |
  xargs -P "$cores" -I '{}' sh -c '
    from={} count=$((first + rounds - from))
    [ $count -lt $part ] || count=$part
    "$dir/old" $corpus whole $from $count >"$dir/digests/$from.old" &&
      "$dir/new" $corpus digest $from $count >"$dir/digests/$from.new" ||
      echo "texts $from to $((from + count - 1)): a program failed" \
        >"$dir/digests/$from.failed"'

cat "$dir"/digests/*.failed 2>/dev/null
differs=$(for from in $(seq "$first" "$part" $((first + rounds - 1))); do
  diff "$dir/digests/$from.old" "$dir/digests/$from.new" |
    sed -n 's/^[<>] \([0-9]*\) [0-9a-f]*$/\1/p'
done | head -n 1)
[ ! "$differs" ] || explain "$differs"
if [ "$differs" ] || ls "$dir"/digests/*.failed >/dev/null 2>&1; then
  # what a program said of a cut
  grep -hvE '^[0-9]+ [0-9a-f]{16}$' "$dir"/digests/*.new | head -n 20
  exit 1
fi
echo "differential: $rounds texts from number $first on," \
  "equal to $revision and at every cut"
