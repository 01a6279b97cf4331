#!/bin/sh
# SPDX-License-Identifier: MIT
# The fences of the house: which folder may include which, where the headers of
# others may be included, and what may not be called at all.
fail=0
say() {
  echo "$1"
  fail=1
}

# A folder of core/ may include itself, the contract (core/*.h) and the folders
# on its line, which stand below it. CONTRIBUTING.md shows the same list.
arrows='client: loop job http file gateway json base
loop: job http file gateway json base
job: http file gateway json base
http: file gateway json base
file: base
gateway: json base
json: base
base:'
echo "$arrows" | while IFS=: read -r folder below; do
  may=$(echo "$folder $below" | sed 's/  */|/g; s/|$//')
  grep -nE '#include "' core/"$folder"/*.[ch] |
    grep -vE "#include \"(($may)/)?[a-z_0-9]+\.h\""
done | grep . && say 'an arrow that points up: see CONTRIBUTING.md'
grep -nE '#include "' core/*.h | grep '/.*/' &&
  say 'the contract includes a folder of the core'
grep -nE '#include "' lua_luma.c binding/*.[ch] |
  grep -vE '#include "((core/((gateway|json)/)?|binding/)[a-z]+|core/base/(ascii|text)|[a-z]+)\.h"' &&
  say 'the binding includes more of the core than its contract'

forbid() { # headers, what to say, files...
  pattern=$1 what=$2
  shift 2
  grep -nE "#include *[<\"]($pattern)" "$@" && say "$what"
}
except() { # files of core/ that are not in these folders
  ls core/*.h core/*/*.[ch] | grep -vE "^core/($1)/"
}
forbid '(lua|lauxlib|lualib)\.h' 'a Lua header inside the core' $(except none)
forbid '(lua|lauxlib|lualib)\.h' 'a Lua header that is not from compat.h' \
  lua_luma.c $(ls binding/*.[ch] | grep -v compat.h)
forbid 'curl/' 'a curl header outside http/ and loop/' \
  lua_luma.c binding/*.[ch] $(except 'http|loop')
forbid 'pthread\.h' 'a pthread header outside base/' \
  lua_luma.c binding/*.[ch] $(except base)
forbid '(sys|arpa|net|netinet|linux|mach)/|(unistd|fcntl|poll|dlfcn|signal|sched|termios|pwd|netdb|dirent|io|process|direct|winsock2|ws2tcpip|ws2ipdef|windows|winioctl|winternl|winbase|bcrypt)\.h' \
  'a header of one system outside *_posix.c and *_windows.c' \
  lua_luma.c binding/*.[ch] $(except none | grep -vE '_(posix|windows)\.c$')
grep -nE '\b(_WIN32|__linux__|__APPLE__|__MINGW32__)\b' \
  $(except none | grep -vE '_(posix|windows)\.c$|^core/(error|base/os)\.h') \
  $(ls binding/*.[ch] | grep -v compat.h) &&
  say 'a question which system it is outside *_posix.c and *_windows.c'
grep -nE 'curl_multi_' $(except loop) lua_luma.c binding/*.[ch] &&
  say 'a curl_multi_* call outside loop/'
grep -nE 'curl_easy_setopt' $(except http) lua_luma.c binding/*.[ch] &&
  say 'a curl_easy_setopt call outside http/'

# What libcurl is told: the list has each option, and no other.
told=$(grep -ohE '\b(CURL(M|SH)?)?OPT_[A-Z0-9_]+' core/*/*.c |
  sed 's/^OPT/CURLOPT/' | sort -u)
listed=$(grep -oE '^CURL(M|SH)?OPT_[A-Z0-9_]+' spec/support/curl-options.txt |
  sort)
test "$told" = "$listed" ||
  say "not in both: $(printf '%s\n' $told $listed | sort | uniq -u | xargs)
options of libcurl that differ from spec/support/curl-options.txt"
grep -nE 'curl_(easy|multi|share)_setopt' core/*/*.[ch] |
  grep -vE 'setopt\((x->)?(easy|multi), *(option|CURLM?OPT_[A-Z_]+),' &&
  say 'an option of libcurl whose name does not stand in the call'

# What kind a job is, only its own file knows.
grep -nE 'kind *[!=]= *&|kind->name *[!=]=|[!=]= *&[a-z]+_kind' $(except none) &&
  say 'a file asks which kind a job is: see core/job/kind.h'

# A name means one thing, and a question changes nothing.
headers=$(ls core/*.h core/*/*.h binding/*.h)
tags=$(grep -ohE '^(struct|enum) [a-z_]+ \{' $headers | cut -d' ' -f2 | sort)
echo "$tags" | uniq -d | grep . && say 'a tag that two headers define'
grep -nE "^[a-z].*[ *]($(echo $tags | tr ' ' '|'))\(" $headers $(except none) &&
  say 'a function that is called like a struct or an enum'
grep -nE '^[a-z].* \*?([a-z]+_)*(is|has|may)_[a-z_]*\(struct ' $(except none) &&
  say 'a question that may change what it asks about: const'

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
files=${LUMA_FILES:-$(except none) lua_luma.c $(ls binding/*.[ch])}
grep -nE "(^|[^A-Za-z0-9_])($calls)(_[lr])? ?\(" $files &&
  say 'a call that depends on the locale: see base/ascii.h and json/number.h'
grep -nE "\"([^\"]*[^%\"])?$float" $files &&
  say 'a float that is written as the locale wants: see json/number.h'
forbid '(locale|xlocale|ctype|wctype|strings)\.h' \
  'a header of functions that depend on the locale' $files
exit $fail
