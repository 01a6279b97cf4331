#!/bin/sh
# SPDX-License-Identifier: MIT
# Starts nginx, runs frame.lua, stops nginx.
set -eu
dir=build/bench
. bench/serve.sh

# The system's certificates, and the server's.
cat "$(curl-config --ca)" $dir/cert.pem > $dir/bundle.pem

"$LUA" bench/frame.lua $dir
if [ "${QUICK:-}" = 1 ]; then out=$dir; else out=bench; fi
"$LUA" bench/frame_chart.lua $out/frame.json $out/frame.svg
