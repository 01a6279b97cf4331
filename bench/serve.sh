# SPDX-License-Identifier: MIT
# To be sourced, with $dir and $LUA: makes the benchmark's work in $dir, starts
# nginx on it, ends nginx with the shell, and sets what the programs need.
rm -rf $dir/replies $dir/*.log
mkdir -p $dir/replies $dir/temp

LUA_PATH='spec/stub/?.lua;;' "$LUA" bench/work.lua $dir
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
  -days 2 -subj /CN=localhost -keyout $dir/key.pem -out $dir/cert.pem \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>$dir/openssl.log

PATH=$PATH:/usr/sbin nginx -p "$PWD/$dir/" -c nginx.conf
trap 'kill "$(cat $dir/nginx.pid)"' EXIT
trap 'exit 1' INT TERM HUP
while [ ! -s $dir/nginx.pid ]; do sleep 0.1; done

export LUA LUA_PATH='bench/?.lua;bench/peers/?.lua;;'
export LUA_CPATH="build/$LUA/?.so;$dir/?.so;;"
export NODE_PATH=$dir/node_modules
