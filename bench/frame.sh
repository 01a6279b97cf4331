#!/bin/sh
# SPDX-License-Identifier: MIT
# Starts nginx on the benchmark's work, lets frame.lua measure, ends nginx.
set -eu
dir=build/bench
. bench/serve.sh

# What a program on this system trusts, and the server's certificate.
cat "$(curl-config --ca)" $dir/cert.pem > $dir/bundle.pem

"$LUA" bench/frame.lua $dir
if [ "${QUICK:-}" = 1 ]; then out=$dir; else out=bench; fi
"$LUA" bench/frame_chart.lua $out/frame.json $out/frame.svg
