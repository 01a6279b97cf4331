# The measurements: luma next to its peers, in a game's frames, and what its
# calls cost. Part of the Makefile.

PEERS = ../shared/peers
lcurl_source = $(lastword $(sort $(wildcard $(PEERS)/Lua-cURLv3-*.tar.gz)))
yyjson_source = $(lastword $(sort $(wildcard $(PEERS)/yyjson-*.tar.gz)))
bench_modules = $(patsubst %,build/bench/%.so,clock by_hand frame_by_hand \
  limit plain $(if $(lcurl_source),lcurl))

bench: deps bench-deps         ## luma next to its peers; QUICK=1 is shorter
	$(MAKE) all $(bench_modules)
	@LUA=$(LUA) QUICK=$(QUICK) sh bench/run.sh
frame: deps                    ## a step in a game's frames; QUICK=1 is shorter
	$(packages) frame
	$(MAKE) all $(bench_modules)
	@! pkg-config --exists luajit || $(MAKE) LUA=luajit all
	@LUA=$(LUA) QUICK=$(QUICK) sh bench/frame.sh
calls: all build/bench/clock.so  ## what calls cost that promise not to wait
	@LUA_CPATH='$(build)/?.so;build/bench/?.so;;' $(LUA) bench/calls.lua
bench-reader: deps             ## the JSON reader next to yyjson; OLD=revision
	@CC="$(CC)" LUA=$(LUA) YYJSON=$(yyjson_source) sh bench/reader.sh $(OLD)
bench-deps:                    # Debian's node only where there is none yet
	$(packages) frame bench $(if $(shell command -v npm),,node)
	@test -d build/bench/node_modules/undici || \
	  npm install --no-audit --no-fund --prefix build/bench undici@7

build/bench/%.so: bench/%.c bench/multi.c bench/multi.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fvisibility=default $(SHARED) -o $@ $< \
	  $(if $(filter clock,$*),-ldl,bench/multi.c $(CURL_LIBS)) -lpthread
# The code of another project, so without warnings.
build/bench/lcurl.so: $(lcurl_source)
	@rm -rf $(@D)/lcurl
	@mkdir -p $(@D)/lcurl
	tar -xzf $< -C $(@D)/lcurl --strip-components=1
	$(CC) -O2 -w -fPIC -DPTHREADS $(LUA_CFLAGS) $(CURL_CFLAGS) $(SHARED) \
	  -o $@ $(@D)/lcurl/src/*.c $(CURL_LIBS)

.PHONY: bench frame calls bench-reader bench-deps
