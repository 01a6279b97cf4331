# luma: build, run, install. `make help` lists what there is; spec/spec.mk has
# the checks, bench/bench.mk the measurements.

LUA     = lua5.4
CC      = gcc
OBJCOPY = objcopy
CFLAGS  = -O2 -g
SAN     =                   # address,undefined or thread: a build of its own
PREFIX  = /usr/local
LUA_VERSION = $(if $(filter luajit,$(abi)),5.1,$(digits:5%=5.%))
LUA_NAME = $(shell for name in $(abi) lua-$(LUA_VERSION) lua$(digits); do \
             pkg-config --exists $$name 2>/dev/null && echo $$name && break; \
           done)
LUA_CFLAGS = $(if $(LUA_NAME),$(shell pkg-config --cflags $(LUA_NAME)))
CURL_CFLAGS = $(shell pkg-config --cflags libcurl 2>/dev/null)
CURL_LIBS = $(shell pkg-config --libs libcurl 2>/dev/null || echo -lcurl)
INST_LIBDIR = $(PREFIX)/lib/lua/$(LUA_VERSION)
INST_LUADIR = $(PREFIX)/share/lua/$(LUA_VERSION)
INST_BINDIR = $(PREFIX)/bin
INST_MANDIR = $(PREFIX)/share/man/man1
INST_ARCDIR = $(PREFIX)/lib
INST_PKGDIR = $(INST_ARCDIR)/pkgconfig
INST_TYPEDIR = $(PREFIX)/share/luma/library

san     := $(strip $(SAN))
comma   := ,
# The last word, since the folders of a Lua's path may have blanks.
abi      = $(patsubst %.exe,%,$(lastword $(subst /, ,$(subst \,/,$(LUA)))))
# Systems call it lua5.4, lua54 or lua-5.4.
digits   = $(subst .,,$(abi:lua%=%))
build    = build/$(abi)$(if $(san),-$(subst $(comma),-,$(san)))
core     = $(wildcard core/*/*.c)
binding  = lua_luma.c $(wildcard binding/*.c)
headers  = $(wildcard core/*.h core/*/*.h binding/*.h)
objects  = $(patsubst %.c,$(build)/%.o,$(core) $(binding))

WARN     = -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings -Wvla -Wundef
HARDEN   = -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANITIZE = -fsanitize=$(san) -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(san),thread)
SANITIZE += -U__SSE2__ # so the path of other processors is tried too
endif
# Files over 2 GiB, and times after 2038, where a long has 32 bits
WIDE     = -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -Icore -fPIC -fvisibility=hidden \
           $(WIDE) $(WARN) $(CFLAGS) $(if $(san),$(SANITIZE),$(HARDEN)) \
           $(LUA_CFLAGS) $(CURL_CFLAGS)
# The system that the compiler builds for, as far as it is another one
system  := $(if $(findstring mingw,$(shell $(CC) -dumpmachine)),Windows,$(shell \
             uname))
so       = so
LIBS     = $(CURL_LIBS) -lpthread -lm
hide     = $(OBJCOPY) --keep-global-symbol=luaopen_luma
ifeq ($(system),Darwin)
SHARED   = -bundle -undefined dynamic_lookup
one_name = -Wl,-exported_symbol,_luaopen_luma
hide     =
else ifeq ($(system),Windows)
# A DLL names the DLL of its Lua; what gcc adds goes into it.
SHARED   = -shared -static-libgcc
so       = dll
LIBS     = $(CURL_LIBS) $(LUA_LIBS) -lws2_32 -ladvapi32 -lbcrypt \
           -Wl,-Bstatic -lpthread -lssp -Wl,-Bdynamic
else
SHARED   = -shared -Wl,-z,relro -Wl,-z,now
endif

# Build

all: $(build)/luma.$(so)       ## build the module into build/
static: $(build)/libluma.a     ## the same for a C host to link

$(build)/luma.$(so): $(objects)
	$(CC) $(ALL_CFLAGS) $(SHARED) -o $@ $(objects) $(LDFLAGS) $(LIBS)
# Hidden symbols are still seen inside an archive: only an object of its own
# keeps luma's names from meeting the host's. Apple's linker can make the others
# local; elsewhere objcopy does.
$(build)/libluma.a: $(objects)
	$(CC) $(CFLAGS) -r -nostdlib $(one_name) -o $(build)/libluma.o $(objects)
	$(if $(hide),$(hide) $(build)/libluma.o)
	rm -f $@
	$(AR) rcs $@ $(build)/libluma.o
$(build)/%.o: %.c $(headers)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Run

# On a telephone, the digits of PORT are L, U, M and A. The page of the stub
# lists the behaviours.
PORT      = 5862
BEHAVIOUR = normal
demo: deps                     ## tasks of the stub gateway, or those of IDS="…"
	@$(MAKE) -s all
	@$(with) $(host) examples/demo.lua $(IDS)
stub: deps                     ## run the stub gateway on PORT, to try scripts
	@lua5.4 spec/stub/stub.lua --serve '$(BEHAVIOUR)' --http $(PORT)
picture: deps                  ## docs/watch.svg, the live view of `luma watch`
	@LUMA_PICTURE='$(CURDIR)/docs/watch.svg' \
	  $(MAKE) -s specs SPECS=spec/command/live_spec.lua
love: deps host-deps           ## a gallery of forty tasks in a LÖVE window
	@$(MAKE) -s LUA=luajit all
	@lua5.4 examples/love-demo.lua

GAME = examples/love
TO   = build/love-folder
love-folder:                   ## the game in GAME with luma, as a folder in TO
	@$(MAKE) -s LUA=luajit all
	@rm -rf build/love-folder
	@lua5.4 examples/love/ship.lua '$(GAME)' '$(TO)'
	@echo 'sh $(TO)/start.sh'

# Debian's packages, as far as they are missing

packages = @sh spec/support/install.sh
deps:                          ## install the Debian packages that are missing
	$(packages) build spec $(LUA)
lint-deps:                     ## those of `make lint` and of the rock as well
	$(packages) build spec $(LUA) lint
host-deps:                     ## those of the hosts: LÖVE, Neovim, mpv, nginx
	$(packages) hosts

# Install

# Each Lua has a command of its own: luma5.4, luma5.1, lumajit. `luma` is a link
# to one of them: to the first, until `make choose`.
COMMAND = $(abi:lua%=luma%)
# What is installed, FOLDER:FILE:NAME, or FOLDER:@TARGET:NAME for a link. FOLDER
# is one of `folders`: its path is INST_FOLDER.
folders  = LIBDIR LUADIR BINDIR MANDIR ARCDIR PKGDIR TYPEDIR
module   = LIBDIR:$(build)/luma.$(so):luma.$(so)
command  = $(foreach file,$(wildcard luma_cli/*.lua),LUADIR:$(file):$(file))
command += BINDIR:bin/luma:$(COMMAND)
command += MANDIR:man/luma.1:$(COMMAND).1
ifneq ($(COMMAND),luma)
command += BINDIR:@$(COMMAND):luma
command += MANDIR:@$(COMMAND).1:luma.1
endif
types    = TYPEDIR:library/luma.lua:luma.lua
version  = $(shell sed -n 's/.*LUMA_VERSION  *"\(.*\)"/\1/p' core/options.h)
archive  = ARCDIR:$(build)/libluma.a:lib$(COMMAND).a
archive += PKGDIR:$(build)/luma.pc:$(COMMAND).pc PKGDIR:@$(COMMAND).pc:luma.pc
# Lua 5.1 and LuaJIT have the same folders, and load the same module.
sharers  = $(if $(filter 5.1,$(LUA_VERSION)),luma5.1 lumajit)
place    = @$(foreach f,$(folders),$f="$(DESTDIR)$(INST_$f)") \
  INTERPRETER="$(if $(filter /%,$(LUA)),,/usr/bin/env )$(LUA)" \
  SHARERS="$(filter-out $(COMMAND),$(sharers))" sh bin/place.sh

install: install-module install-command install-types  ## into PREFIX, for LUA
install-module: all
	$(place) install $(module)
install-command:
	$(place) install $(command)
install-types:                 ## the types for lua-language-server
	$(place) install $(types)
# For C hosts: the archive, and what pkg-config says of it. Each Lua has its own
# names, libluma5.4.a and luma5.4.pc; luma.pc is a link to the first.
install-static: $(build)/libluma.a $(build)/luma.pc  ## for `pkg-config luma`
	$(place) install $(archive)
choose:                        ## let `luma` run on LUA, of several installed
	$(place) choose $(command)
uninstall:                     ## remove what `make install` put into PREFIX
	$(place) uninstall $(module) $(command) $(types) $(archive)
# Written anew each time, because the paths may have changed.
$(build)/luma.pc: force
	@mkdir -p $(@D)
	@printf '%s\n' 'libdir=$(INST_ARCDIR)' '' 'Name: luma' \
	  'Description: Luma tasks for hosts in C, for $(abi)' \
	  'Version: $(version)' 'Requires: $(LUA_NAME) libcurl' \
	  'Libs: -L$${libdir} -l$(COMMAND) -lpthread -lm' > $@
force:

clean:                         ## remove build/
	rm -rf build
help:                          ## this list
	@sed -n 's/^\([a-z0-9.-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: all static demo stub picture love love-folder deps lint-deps host-deps \
  install install-module install-command install-types install-static choose \
  uninstall force clean help
.DELETE_ON_ERROR:

# A source archive may be without these.
-include spec/spec.mk $(wildcard spec/platforms/*.mk) bench/bench.mk
