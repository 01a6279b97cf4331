#!/bin/sh
# SPDX-License-Identifier: MIT
# The fences of the house: which headers may be included where.
fail=0
forbid() { # pattern, what, files...
  pattern=$1 what=$2
  shift 2
  if grep -nE "#include *[<\"]($pattern)" "$@"; then
    echo "$what"
    fail=1
  fi
}
except() { # names of files of core/ without those that match
  ls core/*.[ch] | grep -vE "core/($1)\.[ch]$"
}
forbid '(lua|lauxlib|lualib)\.h' 'a Lua header inside the core' core/*.[ch]
forbid 'curl/' \
  'a curl header outside io, multi, transfer, failure, origin, link, proxy' \
  lua_*.[ch] \
  $(except '(io|transfer)(_file)?|multi|failure|origin|link|proxy|process')
forbid 'pthread\.h' 'a pthread header outside queue, io, process' \
  lua_*.[ch] $(except 'queue|io|process')
if grep -nE 'curl_multi_' $(except 'io(_file)?|multi') lua_*.[ch]; then
  echo 'a curl_multi_* call outside io, multi'
  fail=1
fi
if grep -nE 'curl_easy_setopt' $(except 'transfer(_file)?') lua_*.[ch]; then
  echo 'a curl_easy_setopt call outside transfer'
  fail=1
fi
exit $fail
