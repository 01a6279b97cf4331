#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs files, or removes them again. The Makefile calls it with the list of
# what is installed:
#
#   place.sh install|uninstall|choose FOLDER:FILE:NAME...
#
# FOLDER is a variable with the path of a folder. FILE becomes NAME in it. The
# files of BINDIR are programs: INTERPRETER goes into their first line. With
# FOLDER:@TARGET:NAME, NAME is a link to TARGET in the same folder.
set -eu
action=$1
shift

# Sets folder, file and name from an item.
split() {
  rest=${1#*:}
  eval "folder=\$${1%%:*}"
  file=${rest%%:*} name=${rest#*:}
}
leads_to() { test "$(readlink "$1")" = "$2"; }

install_file() {
  if [ "$folder" != "$BINDIR" ]; then
    install -m 644 "$file" "$folder/$name"
  else
    install -m 755 "$file" "$folder/$name"
    sed "1s|.*|#!$INTERPRETER|" "$file" > "$folder/$name"
  fi
}
# A link to something else that exists is somebody's choice, and so is a file.
install_link() {
  target=${file#@} path=$folder/$name
  if [ ! -e "$path" ] || leads_to "$path" "$target"; then
    ln -sf "$target" "$path"
  elif [ "$folder" = "$BINDIR" ]; then
    echo "$path is still $(readlink "$path" || echo a file), not $target;" \
      "make choose changes it"
  fi
}
do_install() {
  split "$1"
  mkdir -p "$folder/$(dirname "$name")"
  case $file in @*) install_link ;; *) install_file ;; esac
}

do_choose() {
  split "$1"
  case $file in @*) ;; *) return 0 ;; esac
  target=${file#@} path=$folder/$name
  [ -e "$folder/$target" ] || {
    echo "$folder/$target does not exist: make install" && exit 1; }
  [ -h "$path" ] || [ ! -e "$path" ] || {
    echo "$path is not a link: move it away first" && exit 1; }
  ln -sf "$target" "$path"
  echo "$path -> $target"
}

# Whether another Lua that is installed needs what is in this folder.
is_shared() {
  [ "$folder" = "$BINDIR" ] && return 1
  if [ "$folder" = "$TYPEDIR" ]; then
    for other in "$BINDIR"/luma5* "$BINDIR/lumajit"; do
      [ ! -e "$other" ] || return 0
    done
  fi
  for other in $SHARERS; do
    case $folder in "$LIBDIR" | "$LUADIR") [ ! -e "$BINDIR/$other" ] ||
      return 0 ;; esac
  done
  return 1
}
remove_empty() { rmdir "$1" 2>/dev/null || true; }
# Folders that only Lua has are removed if they are empty. Others, such as bin/,
# may have been there before.
remove_folders() {
  inner=$(dirname "$name")
  while [ "$inner" != . ]; do
    remove_empty "$folder/$inner"
    inner=$(dirname "$inner")
  done
  case $folder in */lua/* | */luma/*)
    remove_empty "$folder"
    remove_empty "${folder%/*}" ;;
  esac
}
remove_link() {
  leads_to "$folder/$name" "${file#@}" || return 0
  rm -f "$folder/$name"
  [ "$folder" = "$BINDIR" ] || return 0
  for other in "$BINDIR/$name"5* "$BINDIR/${name}jit"; do
    [ ! -e "$other" ] ||
      echo "$other is still installed; make choose makes it $name"
  done
}
do_uninstall() {
  split "$1"
  case $file in
    @*) remove_link ;;
    *) is_shared || { rm -f "$folder/$name" && remove_folders; } ;;
  esac
}

for item; do "do_$action" "$item"; done
