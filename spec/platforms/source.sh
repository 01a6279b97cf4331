#!/bin/sh
# SPDX-License-Identifier: MIT
# Downloads the sources of Debian packages into build/sources/PACKAGE: of the
# first suite of SUITES that still has the files. If a mirror has no suite's
# files but the upstream archive, that is unpacked without Debian's changes. apt
# checks the signature of the index and the checksum of each file. The apt of
# the system keeps its own settings. The file .version says what was downloaded.
#
#   SUITES="sid bookworm" source.sh PACKAGE...
set -eu
root=$(cd "${0%/*}/../.." && pwd)/build/sources
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$root"

apt_get() { # suite, arguments...
  apt=$root/apt/$1
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
  echo "deb-src [signed-by=$keys] $mirror $1 main" > "$apt/sources.list"
  shift
  apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" \
    -o Dir::Etc::SourceParts="$apt/none" -o Dir::State="$apt/state" \
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User= "$@"
}
download() { # suite, package, option
  rm -rf "$root/$2.new"
  mkdir -p "$root/$2.new"
  cd "$root/$2.new"
  [ -e "$root/apt/$1/updated" ] || apt_get "$1" update || return 1
  touch "$root/apt/$1/updated"
  # Without --only-source, apt wants the version that the system has installed.
  apt_get "$1" source --download-only --only-source $3 "$2"
}
unpack() { # suite, package
  download "$1" "$2" "" && dpkg-source --no-check -x ./*.dsc source &&
    sed -n "s/^Version: \(.*\)/$2 \1 ($1)/p" ./*.dsc > source/.version
}
unpack_upstream() { # suite, package
  download "$1" "$2" --tar-only && mkdir source &&
    tar -xf ./*.orig.tar.* -C source --strip-components=1 &&
    echo ./*.orig.tar.* | sed "s/.*_\(.*\).orig.*/$2 \1 ($1, upstream)/" \
      > source/.version
}

for package; do
  [ -e "$root/$package/.version" ] && continue
  for how in unpack unpack_upstream; do
    for suite in ${SUITES:-sid forky trixie-backports trixie bookworm}; do
      ("$how" "$suite" "$package") >"$root.log" 2>&1 && break 2
    done
  done
  [ -e "$root/$package.new/source/.version" ] || {
    cat "$root.log"
    echo "$package: no suite has its source"
    exit 1
  }
  rm -rf "${root:?}/$package"
  mv "$root/$package.new/source" "$root/$package"
  rm -rf "$root/$package.new"
  cat "$root/$package/.version"
done
