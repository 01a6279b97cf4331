# luma: build, check, install. `make help` lists what there is.

LUA     = lua5.4
CC      = gcc
CFLAGS  = -O2 -g
SAN     =                   # address,undefined or thread: a build of its own
LOCALE  =                   # tr_TR or de_DE: the specs run under it
PREFIX  = /usr/local
LUAS    = lua5.1 lua5.3 lua5.4 luajit
LUA_VERSION = $(if $(filter luajit,$(LUA)),5.1,$(LUA:lua%=%))
LUA_CFLAGS = $(shell pkg-config --cflags $(LUA))
LUA_LIBS = $(shell pkg-config --libs $(LUA))
CURL_CFLAGS = $(shell pkg-config --cflags libcurl)
CURL_LIBS = $(shell pkg-config --libs libcurl || echo -lcurl)
INST_LIBDIR = $(PREFIX)/lib/lua/$(LUA_VERSION)
INST_LUADIR = $(PREFIX)/share/lua/$(LUA_VERSION)
INST_BINDIR = $(PREFIX)/bin
INST_MANDIR = $(PREFIX)/share/man/man1

san     := $(strip $(SAN))
locale  := $(strip $(LOCALE))
locales  = build/locale/tr_TR.UTF-8 build/locale/de_DE.UTF-8
comma   := ,
build    = build/$(notdir $(LUA))$(if $(san),-$(subst $(comma),-,$(san)))
core     = $(wildcard core/*/*.c)
binding  = lua_luma.c $(wildcard binding/*.c)
headers  = $(wildcard core/*.h core/*/*.h binding/*.h)
tests    = $(wildcard spec/core/*_test.c)
helpers  = $(filter-out %_test.c,$(wildcard spec/core/*.[ch])) \
           $(wildcard spec/support/*.[ch] bench/*.[ch] examples/*/*.[ch])
c_tests  = $(patsubst spec/core/%.c,$(build)/%,$(tests))
objects  = $(patsubst %.c,$(build)/%.o,$(core) $(binding))
sources  = $(core) $(binding) $(tests) $(filter %.c,$(helpers))
checked  = $(filter-out $(if $(filter-out lua5.4,$(LUA)),bench/%),$(sources))

WARN     = -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings -Wvla -Wundef
HARDEN   = -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
CHECKED  = -fsanitize=$(san) -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(san),thread)
CHECKED += -U__SSE2__ # so that the path of other processors is tried as well
endif
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -Icore -fPIC -fvisibility=hidden \
           $(WARN) $(CFLAGS) $(if $(san),$(CHECKED),$(HARDEN)) \
           $(LUA_CFLAGS) $(CURL_CFLAGS)
ifeq ($(shell uname),Darwin)
SHARED   = -bundle -undefined dynamic_lookup
else
SHARED   = -shared -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now
endif

# A sanitizer has to be in the host as well: then a host of our own runs Lua.
host     = $(if $(san),$(abspath $(build)/host),$(LUA)$($(LUA)_flags))
# The specs use what Lua 5.3 has; LuaJIT does not survive the end of its ffi,
# which busted would unload.
lua5.1_flags = $() -l compat53
luajit_flags = $() -l ffi -l compat53
with     = LUMA_SAN=$(san) LUMA_LUA='$(host)' LUMA_ABI=$(LUA) \
           LUMA_BUILD=$(abspath $(build)) \
           LUA_CPATH='$(abspath $(build))/?.so;;' \
           LOCPATH=$(abspath build/locale) LUMA_LOCALE=$(locale) \
           LSAN_OPTIONS=print_suppressions=0:suppressions=$(leaks).lsan \
           ASAN_OPTIONS=detect_leaks=1 TSAN_OPTIONS=halt_on_error=1

corpus   = spec/support/json-corpus.txt
# Libraries that call newlocale find LOCPATH, and then glibc leaks a little.
leaks    = $(abspath spec/support/locpath)
memcheck = valgrind -q --error-exitcode=9 --leak-check=full \
           --errors-for-leak-kinds=definite --suppressions=$(leaks).valgrind

all: $(build)/luma.so          ## build the module into build/
static: $(build)/libluma.a     ## the same for a C host to link (Linux only)
demo: deps                     ## show five tasks of the stub gateway, or IDS="…"
	@$(MAKE) -s all
	@$(with) $(host) examples/demo.lua $(IDS)
love: deps host-deps           ## a gallery of forty tasks in a LÖVE window
	@$(MAKE) -s LUA=luajit all
	@lua5.4 examples/love-demo.lua
test: deps                     ## C tests and specs, on the bundled stub gateway
	$(MAKE) c-tests spec
lint: fences warnings exports fresh-docs  ## what can be checked without running anything
	luacheck -q . bin/luma
	clang-format --dry-run -Werror $(sources) $(headers) $(helpers)

$(build)/luma.so: $(objects)
	$(CC) $(ALL_CFLAGS) $(SHARED) -o $@ $(objects) $(LDFLAGS) $(CURL_LIBS) \
	  -lpthread -lm
# Hidden symbols are still seen inside an archive: only an object of its own
# keeps luma's names from meeting the host's.
$(build)/libluma.a: $(objects)
	@test $$(uname) != Darwin || { echo "make static: Linux only"; exit 1; }
	$(CC) $(CFLAGS) -r -nostdlib -o $(build)/libluma.o $(objects)
	objcopy --keep-global-symbol=luaopen_luma $(build)/libluma.o
	rm -f $@
	$(AR) rcs $@ $(build)/libluma.o
	@test "$$(nm -Ag --defined-only $@ | sed 's/.* //')" = luaopen_luma || \
	  { echo "libluma.a has more global symbols than luaopen_luma"; exit 1; }
$(build)/%.o: %.c $(headers)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(build)/%_test: spec/core/%_test.c $(patsubst %.c,$(build)/%.o,$(core)) \
  $(filter-out %_test.c,$(wildcard spec/core/*.c)) $(wildcard spec/core/*.h)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) \
	  -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc $(CURL_LIBS) -lpthread -lm

$(build)/host: spec/support/host.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(LUA_LIBS)

c-tests: $(c_tests) $(locales) ## the pure files alone
	@for test in $(c_tests); do ./$$test $(corpus) || exit 1; done
spec: all static $(locales) $(if $(san),$(build)/host)  ## the specs alone
	$(with) $(host) $(shell command -v busted) \
	  $(if $(locale),--helper=spec/support/locale.lua) $(BUSTED)
locales: $(locales)            ## the specs under a Turkish and a German locale
	$(MAKE) LOCALE=tr_TR spec
	$(MAKE) LOCALE=de_DE spec
build/locale/%.UTF-8:
	@mkdir -p $(@D)
	localedef -i $* -f UTF-8 $@
every-lua: $(locales)          ## the specs on each of LUAS, at the same time
	@for lua in $(LUAS); do $(MAKE) -s LUA=$$lua deps || exit 1; done
	$(MAKE) -Otarget -j$(words $(LUAS)) $(LUAS:%=on-%)
	sh spec/support/strangers.sh $(sort lua5.4 $(LUAS))
on-%:
	$(MAKE) LUA=$* warnings spec
sanitize:                      ## C tests and specs under ASan and UBSan
	$(MAKE) SAN=address,undefined c-tests spec
tsan:                          ## C tests and specs under TSan
	$(MAKE) SAN=thread c-tests spec
torture:                       ## 200 of each exit and fork; 20 with SAN=…
	LUMA_ROUNDS=$(if $(san),7,67) $(MAKE) spec \
	  BUSTED="spec/exit_spec.lua spec/download_exit_spec.lua"
kills:                         ## 300 downloads killed, and what they leave
	LUMA_ROUNDS=300 $(MAKE) spec BUSTED=spec/kill_spec.lua
valgrind: all static $(locales) $(build)/host $(c_tests)  ## both under memcheck
	for test in $(c_tests); do $(memcheck) $$test $(corpus) || exit 1; done
	$(with) LUMA_SAN=valgrind LUMA_LUA=$(abspath $(build)/host) $(memcheck) $(build)/host \
	  $(shell command -v busted) $(BUSTED)
rock:                          ## install with LuaRocks into a tree, and try it
	sh spec/support/rock.sh $(LUA) $(LUA_VERSION)

docs/gateways.md: $(build)/gateways  # from the tables in core/gateway/places.c
	$< > $@
$(build)/gateways: spec/support/gateways.c $(build)/core/gateway/places.o
	$(CC) $(ALL_CFLAGS) -o $@ $^
fresh-docs: $(build)/gateways
	@$< | diff - docs/gateways.md || { echo "make docs/gateways.md"; exit 1; }

fences:
	sh spec/support/fences.sh
warnings:
	@for cc in gcc clang; do for f in $(checked); do \
	  $$cc $(ALL_CFLAGS) -Werror -fsyntax-only $$f || exit 1; done; done
exports: all static
	@test "$$(nm -D --defined-only build/$(LUA)/luma.so | cut -d' ' -f3)" = \
	  luaopen_luma || { echo "luma.so exports more than luaopen_luma"; exit 1; }

packages = @sh spec/support/install.sh
deps:                          ## install the Debian packages that are missing
	$(packages) build spec $(LUA)
lint-deps:                     ## those of `make lint` and of the rock as well
	$(packages) build spec $(LUA) lint
host-deps:                     ## those of the hosts in examples/: LÖVE, Neovim
	$(packages) hosts

interpreter = $(if $(filter /%,$(LUA)),,/usr/bin/env )$(LUA)
install: all                   ## into PREFIX, for the Lua of LUA
	install -d $(DESTDIR)$(INST_LIBDIR)
	install -m 644 $(build)/luma.so $(DESTDIR)$(INST_LIBDIR)/luma.so
	install -d $(DESTDIR)$(INST_LUADIR)/luma_cli $(DESTDIR)$(INST_BINDIR) \
	  $(DESTDIR)$(INST_MANDIR)
	install -m 644 luma_cli/*.lua $(DESTDIR)$(INST_LUADIR)/luma_cli
	install -m 755 bin/luma $(DESTDIR)$(INST_BINDIR)/luma
	sed '1s|.*|#!$(interpreter)|' bin/luma > $(DESTDIR)$(INST_BINDIR)/luma
	install -m 644 man/luma.1 $(DESTDIR)$(INST_MANDIR)/luma.1
clean:                         ## remove build/
	rm -rf build
help:                          ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: all static demo love test lint c-tests spec locales every-lua sanitize \
  tsan valgrind torture kills rock fences warnings exports \
  fresh-docs deps \
  host-deps lint-deps install clean help
.DELETE_ON_ERROR:

-include bench/bench.mk # a source archive may be without it
