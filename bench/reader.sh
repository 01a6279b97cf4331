#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the JSON reader next to yyjson, of which the source archive is
# $YYJSON. With a git revision, the reader of that revision takes turns with it.
#   reader.sh [REVISION]
set -eu
revision=${1:-}
dir=build/bench/reader
ROUNDS=300 TURNS=5

build() { # core, program
  flags=
  [ -z "$YYJSON" ] || flags="-DHAVE_YYJSON -I$dir/yyjson/src"
  # an older core does not share the names of members
  [ -e "$1/json/names.h" ] || flags="$flags -DNAMES_IN_DOC"
  $CC -O2 -std=c11 -D_GNU_SOURCE -w $flags -I"$1" -o "$2" bench/reader.c \
    "$1"/json/*.c "$1"/base/*.c ${YYJSON:+$dir/yyjson/src/yyjson.c} \
    -lpthread -lm
}

rm -rf $dir
mkdir -p $dir/texts $dir/yyjson
LUA_PATH='spec/stub/?.lua;;' "$LUA" bench/reader_texts.lua $dir/texts
[ -z "$YYJSON" ] || tar -xzf "$YYJSON" -C $dir/yyjson --strip-components=1
build core $dir/new
if [ "$revision" ]; then
  git archive "$revision" core | tar -x -C $dir
  build $dir/core $dir/old
fi

cd $dir/texts
texts="reference.json compact.json envelope.json wide.json escapes.json
  numbers.json"
for turn in $(seq $TURNS); do
  [ -z "$revision" ] || ../old $ROUNDS $texts >>../old.out
  ../new $ROUNDS $texts >>../new.out
done

median() { # file, text, column
  awk -v text="$2" -v column="$3" '$1 == text { print $column }' "$1" | sort -n |
    sed -n "$(((TURNS + 1) / 2))p"
}
printf '%-16s %6s %8s %8s %8s\n' 'us for each row' bytes luma yyjson before
for text in $texts; do
  yyjson=- before=-
  [ -z "$YYJSON" ] || yyjson=$(median ../new.out "$text" 4)
  [ -z "$revision" ] || before=$(median ../old.out "$text" 3)
  printf '%-16s %6s %8s %8s %8s\n' "$text" "$(median ../new.out "$text" 2)" \
    "$(median ../new.out "$text" 3)" "$yyjson" "$before"
done | tee ../table
if [ "$YYJSON" ]; then
  awk 'NR == 1 { printf "reader %.2f of yyjson\n", $4 / $3 }' ../table
else
  echo 'yyjson is not measured: its source is absent'
fi
