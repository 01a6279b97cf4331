#!/bin/sh
# SPDX-License-Identifier: MIT
# Starts nginx, runs run.lua, stops nginx.
set -eu
dir=build/bench
. bench/serve.sh

"$LUA" bench/run.lua $dir
if [ "${QUICK:-}" = 1 ]; then out=$dir; else out=bench; fi
"$LUA" bench/chart.lua $out/results.json $out/chart.svg
