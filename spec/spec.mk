# The checks: specs and C tests, plain and under tools; lint. Part of the
# Makefile.

LOCALE  =                   # tr_TR or de_DE: the specs run under it
SPECS   = $(wildcard spec/*/*_spec.lua)
JOBS    = 4                 # files of specs that run at the same time
LUAS    = lua5.1 lua5.2 lua5.3 lua5.4 luajit
ROCK_LUAS = lua5.1 lua5.3 lua5.4
CALLS   =                   # of make syscalls; without, all of its table
T       = 60                # seconds of each fuzzer
EVERY   = 1                 # of the calls that memory runs out at
fuzzers = reader reply retry url resume writer headers response \
  $(fuzz_scripts)
fuzz_scripts = decode names calls
fuzz_flags = -g -O1 -fsanitize=fuzzer-no-link,address,undefined \
  -fno-sanitize-recover=all
fuzz_helpers = check account alloc feed heard dump
H       = 0.17              # hours of the soak
GC_ROUNDS = 50              # of each function in a hostile collector
SEED    = 1
WORLDS  = 1000000
MUTANTS = 200               # changes of `make mutation`, chosen by SEED
LUA_LIBS = $(shell pkg-config --libs $(LUA))

# Switches of Lua's source for its own tests. Only one at a time works.
collectors = emergency full stack
emergency_flags = -DEMERGENCYGCTESTS
full_flags = -DHARDMEMTESTS
stack_flags = -DHARDSTACKTESTS
# Not run where Lua collects all the time: these wait for finalizers, or have so
# many values that each collection takes long.
uncollected = answers lifetime
collected = $(filter-out $(uncollected:%=spec/module/%_spec.lua),\
              $(wildcard spec/module/*_spec.lua))

locale  := $(strip $(LOCALE))
locales  = build/locale/tr_TR.UTF-8 build/locale/de_DE.UTF-8
tests    = $(wildcard spec/core/*_test.c)
# The C tests let allocations fail. Apple's linker has no --wrap: on macOS the
# compiler renames the calls, in a build of its own. Some tests need Linux.
allocs   = malloc calloc realloc free
wrap     = $(if $(renamed),,$(patsubst %,-Wl$(comma)--wrap=%,$(allocs)))
ifeq ($(system),Darwin)
tests   := $(filter-out $(patsubst %,spec/core/%_test.c,leave loop process \
             secrets),$(tests))
locales  =
endif
oom      = $(patsubst %,$(build)/%_test,starve starve_file starve_kinds \
             starve_curl) \
           $(build)/oom
c_tests  = $(patsubst spec/core/%.c,$(build)/%,$(tests))
sweeps   = $(filter $(build)/starve%,$(c_tests))
helpers  = $(filter-out %_test.c,$(wildcard spec/core/*.[ch])) \
           $(wildcard spec/native/*.[ch] spec/mutants/*.[ch] spec/sim/*.[ch] \
             spec/fuzz/*.[ch] bench/*.[ch] examples/*/*.[ch])
sources  = $(core) $(binding) $(tests) $(filter %.c,$(helpers))
checked  = $(filter-out $(if $(filter-out lua5.4,$(LUA)),bench/%),$(sources))
corpus   = spec/support/json-corpus.txt
# Where numbers go in or out. No Lua of 64 bits has so small a lua_Integer, but
# a module that never passes one to Lua is at home in any Lua 5.1.
numbers  = integers values encode options helpers jobs
# Mutated texts that are read at many cuts
mutants  = $(corpus) check 0 $(if $(tool),2000,20000)
ROUNDS   = 1000000          # texts of the differential test
# Libraries that call newlocale find LOCPATH, and then glibc leaks a little.
leaks    = $(abspath spec/support/locpath)

# A sanitizer has to be in the host as well: then a host of our own runs Lua.
tool     = $(or $(san),$(if $(VALGRIND),valgrind))
host     = $(if $(tool),$(abspath $(build)/host),$(LUA)$($(LUA)_flags))
# The specs use what Lua 5.3 has; LuaJIT does not survive the end of its ffi,
# which busted would unload.
lua5.1_flags = $() -l compat53
lua5.2_flags = $() -l compat53
luajit_flags = $() -l ffi -l compat53
with     = LUMA_SAN=$(tool) LUMA_LUA='$(host)' LUMA_ABI=$(LUA) \
           LUMA_BUILD='$(abspath $(build))' \
           LUA_CPATH='$(abspath $(build))/?.so;;' \
           LOCPATH='$(abspath build/locale)' LUMA_LOCALE=$(locale) \
           LSAN_OPTIONS='print_suppressions=0:suppressions=$(leaks).lsan' \
           ASAN_OPTIONS=detect_leaks=1 TSAN_OPTIONS=halt_on_error=1
# Each file of specs has counts of its own, see spec/coverage/run.sh.
counted  = $(if $(counts),GCOV_PREFIX='$(counts)/$*' \
           GCOV_PREFIX_STRIP=$(words $(subst /, ,$(abspath $(build)))))
archive5.5 = $(lastword $(sort $(wildcard $(PEERS)/lua-5.5.*.tar.gz)))
prefix5.5 = $(abspath build/lua5.5/prefix)
path5.5  = PATH=$(prefix5.5)/bin:$$PATH
# One needs luaossl; the other puts a searcher of its own in place of those that
# find the stand-ins.
cannot5.5 = spec/stub/stub_spec.lua spec/command/windows_spec.lua
with5.5  = $(path5.5) \
           LUA_CPATH_5_5='$(prefix5.5)/lib/?.so;$(abspath build/lua5.5)/?.so;;' \
           LUA_INIT_5_5=@$(abspath spec/lua5.5/init.lua) \
           PKG_CONFIG_PATH=$(prefix5.5)/lib/pkgconfig
busted   = $(shell command -v busted)
memcheck = $(if $(VALGRIND),valgrind -q --error-exitcode=9 --leak-check=full \
           --errors-for-leak-kinds=definite --suppressions='$(leaks).valgrind')

test: deps                     ## C tests and specs, on the bundled stub gateway
	$(MAKE) c-tests specs
# The Windows in build/ has a drive Z: that is this machine's root folder, and
# luacheck would go through it.
lint: fences warnings exports fresh-docs  ## the checks that run nothing
	luacheck -q $(filter-out build/,$(wildcard */)) $(wildcard *.rockspec) bin/luma
	clang-format --dry-run -Werror $(sources) $(headers) $(helpers)
lint: fresh-rockspecs

c-tests: pure-tests $(build)/mutants  ## the C tests alone, with mutants and sim
	@$(memcheck) ./$(build)/mutants $(mutants)
ifneq ($(system),Darwin)
	@$(MAKE) -s sim WORLDS=$(if $(tool),2000,20000)
endif
ifeq ($(system)$(renamed),Darwin)
pure-tests:
	$(MAKE) renamed=yes build=$(build)-renamed \
	  CFLAGS='$(CFLAGS) $(foreach f,$(allocs),-D$f=__wrap_$f)' $@
else
pure-tests: $(c_tests) $(locales)
	@for test in $(filter-out $(without),$(c_tests)); do \
	  $(memcheck) ./$$test $(corpus) || exit 1; done
endif
sweeps: $(sweeps)
	@for test in $(sweeps); do ./$$test || exit 1; done
specs:                         ## the specs alone, or SPECS="…", JOBS files at a time
	$(MAKE) -k -Otarget -j$(JOBS) spec
spec: $(SPECS:%=run/%)
	@echo "spec: $(words $(SPECS)) files passed"
$(SPECS:%=run/%): run/%: all static $(locales) $(if $(tool),$(build)/host)
	@$(with) $(counted) $(memcheck) $(host) $(busted) \
	  $(if $(locale),--helper=spec/support/locale.lua) \
	  $(if $(filter lua5.5,$(LUA)),--helper=spec/lua5.5/pending.lua) $(BUSTED) $*
run/spec/module/mutants_spec.lua: $(build)/mutants
locales: all static $(locales) ## the specs under a Turkish and a German locale
	$(MAKE) -k -Otarget -j$(JOBS) under-tr_TR under-de_DE
under-%:
	$(MAKE) LOCALE=$* spec
every-lua: $(locales)          ## the specs on each of LUAS, and on Lua 5.5
	@for lua in $(LUAS); do $(MAKE) -s LUA=$$lua deps || exit 1; done
	$(MAKE) -k -Otarget -j$(JOBS) $(LUAS:%=on-%)
	$(MAKE) narrow
	$(MAKE) lua5.5
	$(path5.5) sh spec/support/strangers.sh $(sort lua5.4 $(LUAS)) \
	  $(if $(archive5.5),lua5.5)
# Debian 12 does not have Lua 5.5; see spec/lua5.5/init.lua.
lua5.5: $(locales)             ## the specs on Lua 5.5, as far as they run there
	$(if $(archive5.5),$(MAKE) run-lua5.5, \
	  @echo "lua5.5: not tried, no lua-5.5.*.tar.gz in $(PEERS)")
run-lua5.5: $(prefix5.5)/bin/lua5.5
	$(with5.5) $(MAKE) -k -Otarget -j$(JOBS) on-lua5.5 \
	  SPECS="$(filter-out $(cannot5.5),$(SPECS))"
	@echo "lua5.5: $(words $(filter-out $(cannot5.5),$(SPECS))) files passed," \
	  "$(words $(cannot5.5)) cannot run: $(cannot5.5) (they need luaossl or" \
	  "searchers of their own); what else cannot run is pending"
	$(if $(wildcard spec/platforms/smoke-run.lua), \
	  $(path5.5) SMOKE_CPATH='$(abspath build/lua5.5)/?.so' \
	  lua5.4 spec/platforms/smoke-run.lua lua5.5 lua5.5)
$(prefix5.5)/bin/lua5.5: spec/lua5.5/build.sh spec/lua5.5/native.c
	sh spec/lua5.5/build.sh $(archive5.5) $(prefix5.5)
on-%:
	$(MAKE) LUA=$* warnings spec
narrow: $(locales)             ## the specs of numbers, where lua_Integer is an int
	@$(MAKE) -s LUA=lua5.1 deps
	@mkdir -p build/narrow/lua
	cp /usr/include/lua5.1/*.h build/narrow/lua
	sed -i 's/\(define LUA_INTEGER\).*/\1 int/' build/narrow/lua/luaconf.h
	$(MAKE) LUA=lua5.1 build=build/narrow LUA_CFLAGS=-Ibuild/narrow/lua specs \
	  SPECS="$(numbers:%=spec/module/%_spec.lua)"
sanitize:                      ## C tests and specs under ASan and UBSan
	$(MAKE) SAN=address,undefined c-tests specs
tsan:                          ## C tests and specs under TSan
	$(MAKE) SAN=thread c-tests specs
valgrind:                      ## C tests and specs under memcheck, two at a time
	$(MAKE) VALGRIND=yes JOBS=2 c-tests specs
torture:                       ## 200 of each exit and fork; 20 with SAN=…
	LUMA_ROUNDS=$(if $(san),7,67) $(MAKE) specs \
	  SPECS="spec/hosts/exit_spec.lua spec/hosts/download_exit_spec.lua"
differential:                  ## JSON as core/ of OLD=… reads it, ROUNDS=… texts
	sh spec/support/differential.sh $(OLD) $(ROUNDS) $(FIRST)
outage: $(build)/outage_test   ## what retries make of outages, in figures
	$< figures
c-test: $(build)/$(TEST)_test  ## one of them, such as TEST=retry
	@$(memcheck) ./$< $(corpus)
oom: $(oom)                    ## no memory, at each call: the core, libcurl, Lua
	@sh spec/support/oom.sh ./$(build) $(EVERY)
promises: all                  ## what luma promises: all, P="P1 P4", or FAST=1
	@lua5.4 spec/promises/run.lua $(if $(FAST),fast,all) $(P)
docs/promises.md: spec/promises/table.lua spec/promises/run.lua
	lua5.4 spec/promises/run.lua page > $@
fuzz: fuzz-deps                ## libFuzzer, T=… seconds each target, two at a time
	@$(if $(CHECKED),sh spec/fuzz/lua.sh && rm -f build/fuzz/calls_fuzz)
	@$(MAKE) -s -j2 CC=clang build=build/fuzz CFLAGS='$(fuzz_flags)' fuzzers
	@$(MAKE) -s -k -Otarget -j2 $(fuzzers:%=fuzz-%)
$(fuzzers:%=fuzz-%): fuzz-%:
	@sh spec/fuzz/run.sh $* $(T)
fuzz-deps:
	$(packages) build fuzz $(if $(CHECKED),gcstress)
fuzz-corpus:                   ## write the corpora anew, with what `make fuzz` found
	@for f in $(fuzzers); do sh spec/fuzz/run.sh $$f keep || exit 1; done
fuzzers: $(fuzzers:%=$(build)/%_fuzz)
$(build)/%_fuzz: spec/fuzz/%.c spec/fuzz/fuzz.c spec/fuzz/fuzz.h \
  $(patsubst %.c,$(build)/%.o,$(core)) $(fuzz_helpers:%=spec/core/%.c)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c %.o,$^) \
	  $(wrap) $(fuzz_libs) $(CURL_LIBS) -lpthread -lm
$(build)/response_fuzz: spec/fuzz/framing.c spec/fuzz/verdict.c
$(build)/response_fuzz $(build)/calls_fuzz: spec/fuzz/peer.c \
  spec/fuzz/network.c spec/core/folder.c
$(fuzz_scripts:%=$(build)/%_fuzz): spec/fuzz/script.c \
  $(patsubst %.c,$(build)/%.o,$(binding))
$(fuzz_scripts:%=$(build)/%_fuzz): fuzz_libs = $(LUA_LIBS)
# CHECKED=yes: calls has a Lua that checks how it is called.
$(build)/calls_fuzz: fuzz_libs = $(if $(CHECKED),$(build)/lua/liblua.a -ldl, \
  $(LUA_LIBS))
$(build)/response_fuzz $(build)/calls_fuzz: wrap += \
  -Wl,--wrap=clock_gettime -Wl,--wrap=curl_multi_poll
coverage: deps                 ## lines and branches that tests and specs have run
	@sh spec/coverage/run.sh build/$(abi)-coverage $(MAKE) -k HARDEN= \
	  build=build/$(abi)-coverage CFLAGS='-O0 -g --coverage -DLUMA_COVERAGE'
mutation: deps                 ## MUTANTS=… changes of core/; prints what no test notices
	@$(MAKE) -s build=build/mutation CFLAGS=-O0 HARDEN= trial-objects
	@$(MAKE) -s build=build/mutation-checked SAN=address,undefined CFLAGS=-O0 \
	  trial-objects
	@$(MAKE) -s build=build/mutation CFLAGS=-O0 HARDEN= trials
trial-objects: $(patsubst %.c,$(build)/%.o,$(core) \
  $(wildcard spec/core/*.c spec/sim/*.c spec/mutants/*.c))
trials:
	@lua5.4 spec/mutation/run.lua $(SEED) $(MUTANTS) '$(ALL_CFLAGS)' \
	  '$(wrap)' '$(CURL_LIBS) -lpthread -lm' $(FILE)
$(build)/spec/%.o: spec/%.c $(headers) $(filter %.h,$(helpers))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
sim: $(build)/sim              ## WORLDS=… simulated ones, the first from SEED=…
	@$(memcheck) ./$< $(SEED) $(WORLDS)
syscalls: all                  ## system calls that fail, each at each time, or FAST=1
	@$(with) lua5.4 spec/syscalls/run.lua $(if $(FAST),fast,full) $(JOBS) $(CALLS)
close-bound:                   ## 600 ends of busy clients, and the longest of them
	LUMA_ROUNDS=40 $(MAKE) specs SPECS=spec/hosts/close_spec.lua
gcstress: all                  ## Lua checks itself, and collects all the time
	$(packages) build spec lua5.4 gcstress
	@$(foreach c,$(collectors),sh spec/gcstress/build.sh build/gcstress/$c \
	  $($c_flags) && sh spec/gcstress/build.sh build/gcstress/asan-$c \
	  $($c_flags) -fsanitize=address$(comma)undefined \
	  -fno-sanitize-recover=all &&) true
	@$(MAKE) -s gc-specs host=$(abspath build/gcstress/stack/host)
	@COLLECT_EVERY=97 $(MAKE) -s gc-specs SPECS='$(collected)' \
	  host=$(abspath build/gcstress/emergency/host)
	@$(MAKE) -s SAN=address,undefined gc-programs
# As slow as in memcheck: no time is judged.
gc-specs:
	@$(MAKE) specs tool=valgrind
gc-programs: all
	@$(with) lua5.4 spec/gcstress/run.lua $(GC_ROUNDS) \
	  $(collectors:%=build/gcstress/asan-%)
soak: all                      ## H=… hours on a faulty gateway: what grows?
	@mkdir -p build/soak
	@$(with) GLIBC_TUNABLES=glibc.malloc.tcache_count=0 \
	  lua5.4 spec/soak/soak.lua $(H) build/soak/samples.txt
forks:                         ## 1,000 forks of a process that is busy in TLS
	LUMA_ROUNDS=100 $(MAKE) specs SPECS=spec/hosts/exit_spec.lua \
	  BUSTED=--filter=handshakes
tls:                           ## servers whose TLS is wrong, each in its way
	$(MAKE) specs SPECS="spec/module/tls_spec.lua spec/module/handshake_spec.lua"
kills:                         ## 300 downloads killed, and what they leave
	LUMA_ROUNDS=300 $(MAKE) specs SPECS=spec/hosts/kill_spec.lua
rock: rock-deps                ## install with LuaRocks into trees, and try them
	@$(foreach lua,$(ROCK_LUAS),sh spec/support/rock.sh $(lua) \
	  "$(lua)$($(lua)_flags)" &&) true
rock-deps:
	$(packages) build spec lint $(ROCK_LUAS)
nginx-module: build/nginx/complete  ## Lua for nginx, unpacked for its spec
build/nginx/complete: spec/support/nginx.sh
	sh $< $(@D)
newcomer: rock-deps            ## each command of the README, in a new copy
	@lua5.4 spec/support/newcomer.lua
cmake: cmake-deps              ## build with CMake, alone and inside an engine
	@sh spec/support/cmake.sh lua5.4 'luajit$(luajit_flags)'
cmake-deps:
	$(packages) build spec lua5.4 luajit cmake

$(build)/%_test: spec/core/%_test.c $(patsubst %.c,$(build)/%.o,$(core)) \
  $(filter-out %_test.c,$(wildcard spec/core/*.c)) $(wildcard spec/core/*.h)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) \
	  $(wrap) $(CURL_LIBS) -lpthread -lm
$(build)/mutants: $(wildcard spec/mutants/*.[ch]) \
  $(patsubst %,spec/core/%,check.c check.h corpus.c corpus.h feed.c feed.h) \
  $(patsubst %.c,$(build)/%.o,$(wildcard core/json/*.c core/gateway/*.c \
    core/base/*.c))
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) -lpthread -lm
# Its clock is set by the simulation, and it has transfers of its own.
$(build)/sim: $(wildcard spec/sim/*.[ch]) spec/core/check.c spec/core/check.h \
  $(patsubst %.c,$(build)/%.o,$(filter-out %/transfers.c,$(core)))
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) \
	  -Wl,--wrap=clock_gettime $(CURL_LIBS) -lpthread -lm
$(build)/oom: spec/native/oom.c spec/native/linked.h $(objects) \
  $(filter-out %_test.c,$(wildcard spec/core/*.c)) $(wildcard spec/core/*.h)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) \
	  $(wrap) $(CURL_LIBS) $(LUA_LIBS) -lpthread -lm
$(build)/host: spec/native/host.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(LUA_LIBS)
build/locale/%.UTF-8:
	@mkdir -p $(@D)
	localedef -i $* -f UTF-8 $@

fences:
	sh spec/support/fences.sh
warnings:
	@for cc in gcc clang; do for f in $(checked); do \
	  $$cc $(ALL_CFLAGS) -Werror -fsyntax-only $$f || exit 1; done; done
exports: all static
	@for names in "-D $(build)/luma.so" "-Ag $(build)/libluma.a"; do \
	  test "$$(nm --defined-only $$names | sed 's/.* //')" = luaopen_luma || \
	    { echo "$$names: more than luaopen_luma"; exit 1; }; done
docs/gateways.md: $(build)/gateways  # from the tables in core/gateway/places.c
	$< > $@
$(build)/gateways: spec/native/gateways.c $(build)/core/gateway/places.o
	$(CC) $(ALL_CFLAGS) -o $@ $^
fresh-docs: $(build)/gateways
	@$< | diff - docs/gateways.md || { echo "make docs/gateways.md"; exit 1; }
	@lua5.4 spec/promises/run.lua page | diff - docs/promises.md || \
	  { echo "make docs/promises.md"; exit 1; }
rockspecs:                     ## write those of the release from the others
	sh spec/support/rockspecs.sh write
release:                       ## tag the version; make its archive and rocks
	@mkdir -p build
	@sh spec/support/release.sh
fresh-rockspecs:
	@sh spec/support/rockspecs.sh check

.PHONY: test lint c-tests specs spec locales every-lua sanitize tsan torture \
  coverage sweeps mutation trial-objects trials \
  pure-tests c-test promises oom close-bound syscalls gcstress gc-specs \
  gc-programs soak fuzz fuzzers fuzz-deps fuzz-corpus $(fuzzers:%=fuzz-%) \
  sim forks kills tls narrow outage differential valgrind rock rock-deps \
  nginx-module cmake cmake-deps lua5.5 run-lua5.5 fences warnings exports \
  fresh-docs rockspecs release newcomer fresh-rockspecs
