#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the newest libcurl into FOLDER/prefix, as a shared library that can
# stand in for the system's. What is there already is not built again.
#
#   newest-curl.sh FOLDER TLS HTTP2
#
# TLS is openssl, gnutls or none; HTTP2 is ON or OFF.
set -eu
script=$PWD/spec/platforms/newest-curl.sh
to=$PWD/$1 tls=$2 http2=$3
from=$PWD/build/sources/curl
made=$to/made

# Programs and libraries of Debian want symbols of the version CURL_OPENSSL_4 in
# libcurl.so.4, whatever its TLS library is. Debian's sources give those with
# GnuTLS other versions, but not when CURL_STATICLIB is defined; that also keeps
# libcurl from saying which symbols others see, which the versions do as well.
flags=
case $tls in
openssl) with="-DCURL_USE_OPENSSL=ON" ;;
gnutls)
  with="-DCURL_USE_GNUTLS=ON -DCURL_USE_OPENSSL=OFF"
  flags=-DCURL_STATICLIB
  ;;
none) with="-DCURL_ENABLE_SSL=OFF" ;;
*)
  echo "TLS=$tls: openssl, gnutls or none"
  exit 2
  ;;
esac

build() {
  cmake -S "$from" -B "$to/work" -DCMAKE_INSTALL_PREFIX="$to/prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_FLAGS="$flags" -DCURL_HIDDEN_SYMBOLS=OFF \
    -DCURL_LIBCURL_SOVERSION=ON -DCURL_LIBCURL_VERSIONED_SYMBOLS=ON \
    -DCURL_LIBCURL_VERSIONED_SYMBOLS_PREFIX=OPENSSL_ \
    -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    -DCURL_CA_PATH=/etc/ssl/certs $with -DUSE_NGHTTP2="$http2" \
    -DHTTP_ONLY=ON -DUSE_LIBIDN2=OFF -DCURL_USE_LIBPSL=OFF \
    -DCURL_USE_LIBSSH2=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF \
    -DBUILD_CURL_EXE=OFF -DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF \
    -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF
  cmake --build "$to/work" -j2
  cmake --install "$to/work"
}

mkdir -p "$to"
cat "$from/.version" "$script" >"$made.new"
cmp -s "$made.new" "$made" && exit
echo "building $(cat "$from/.version") with TLS=$tls, HTTP2=$http2"
rm -rf "$to/work" "$to/prefix"
set +e # with `||` after it, the subshell would go on after a failure
(set -e; build) >"$to/log" 2>&1
code=$?
set -e
[ $code = 0 ] || {
  tail -30 "$to/log"
  exit 1
}
mv "$made.new" "$made"
