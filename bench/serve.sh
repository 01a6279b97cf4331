# SPDX-License-Identifier: MIT
# Source this with $dir and $LUA set. It makes the files of the benchmark in
# $dir, starts nginx, stops nginx when the shell ends, and sets the environment
# of the programs.
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
