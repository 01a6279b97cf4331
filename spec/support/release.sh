#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a release of what is committed: the tag, and in build/release/ the source
# archive, the rocks and their checksums. Checks first that they would be right.
# Uploads nothing, and says what is to be done next.
set -eu
version=$(sed -n 's/^#define LUMA_VERSION *"\(.*\)"/\1/p' core/options.h)
tag=v$version
to=build/release/luma-$version

refuse() { echo "release: $*" && exit 1; }

[ -z "$(git status --porcelain)" ] ||
  refuse "there are changes that are not committed: git status"
entry=$(sed -n 's/^## \([^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)
[ "$entry" = "$version" ] ||
  refuse "CHANGELOG.md begins with $entry, core/options.h has $version"
tagged=$(git rev-parse -q --verify "$tag^{commit}") || tagged=none
[ "$tagged" = none ] || [ "$tagged" = "$(git rev-parse HEAD)" ] ||
  refuse "the tag $tag exists, for another commit: change the version"
sh spec/support/rockspecs.sh check >build/rockspecs.log 2>&1 || {
  cat build/rockspecs.log
  refuse "the rockspecs are not ready"
}
if [ "$tagged" = none ]; then
  git tag -a "$tag" -m "luma $version"
  trap '[ $? = 0 ] || git tag -d "$tag" >/dev/null' EXIT
fi

rm -rf "$to"
mkdir -p "$to"
# The times in the archive are those of the commit, and gzip has none: the same
# commit gives the same bytes.
git archive --format=tar --prefix="luma-$version/" "$tag" | gzip -9n \
  > "$to/luma-$version.tar.gz"

# LuaRocks clones the URL of the rockspec, where the tag is not yet. For git,
# this repository stands in for it.
repository=$(cd "$(git rev-parse --git-common-dir)" && pwd)
pack() { # rockspec
  url=$(sed -n 's/^  url = "git+\([^"]*\)".*/\1/p' "$1")
  path=$PWD/$1
  (cd "$to" && GIT_CONFIG_COUNT=1 GIT_CONFIG_VALUE_0=$url \
    GIT_CONFIG_KEY_0="url.file://$repository.insteadOf" \
    luarocks pack "$path" >pack.log 2>&1 || { cat pack.log && exit 1; })
  rm "$to/pack.log"
  cp "$1" "$to"
}
for rock in luma luma-cli; do pack "rockspecs/$rock-$version-1.rockspec"; done
(cd "$to" && LC_ALL=C sha256sum -- * >../sums && mv ../sums SHA256SUMS)

cat <<END
$tag is commit $(git rev-parse --short HEAD). These files are in $to/:
$(cd "$to" && ls | sed 's/^/  /')
Nothing is uploaded. What is left to do:
  git push origin $tag
  put the files where people get them, SHA256SUMS too
  luarocks upload $to/luma-$version-1.rockspec
  luarocks upload $to/luma-cli-$version-1.rockspec
  write "## Unreleased" at the top of CHANGELOG.md, for the next changes
To take it back before the push: git tag -d $tag
END
