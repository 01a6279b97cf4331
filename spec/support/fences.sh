#!/bin/sh
# SPDX-License-Identifier: MIT
# The fences of the house: which headers may be included where, and what may
# not be called at all.
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

# What setlocale changes, and what lets Lua read a string as a number.
# LUMA_FILES limits where it is looked for.
calls='strcasecmp strncasecmp strcasestr strcoll strxfrm strerror perror
  strtod strtof strtold strtol strtoll strtoul strtoull strtoimax strtoumax
  atof atoi atol atoll scanf fscanf sscanf vscanf vfscanf vsscanf
  isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct
  isspace isupper isxdigit tolower toupper strftime strptime
  mblen mbrlen mbtowc mbrtowc mbstowcs mbsrtowcs wctomb wcrtomb wcstombs
  wcsrtombs setlocale localeconv nl_langinfo newlocale duplocale uselocale
  freelocale lua_isnumber luaL_checknumber luaL_optnumber luaL_checkinteger
  luaL_optinteger'
calls=$(echo $calls | tr ' ' '|')
float="%[-+ #0-9.*']*[lL]?[aAeEfFgG]"
files=${LUMA_FILES:-$(ls core/*.[ch] lua_*.[ch])}
if grep -nE "(^|[^A-Za-z0-9_])($calls)(_[lr])? ?\(" $files; then
  echo 'a call that depends on the locale: see core/ascii.h and core/number.h'
  fail=1
fi
if grep -nE "\"([^\"]*[^%\"])?$float" $files; then
  echo 'a float that is written as the locale wants: see core/number.h'
  fail=1
fi
forbid '(locale|xlocale|ctype|wctype|strings)\.h' \
  'a header of functions that depend on the locale' $files
exit $fail
