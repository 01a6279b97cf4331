# Other processors, emulated. Part of the Makefile.
# On i386, doubles are computed in the x87 unit, and Lua 5.1 has integers of 32 bits. On
# s390x, the first byte of an integer is its highest.
PROCESSORS = i386 arm64 s390x
i386     = i686-linux-gnu i386 -march=i686 -mfpmath=387 -Wno-psabi
arm64    = aarch64-linux-gnu aarch64
s390x    = s390x-linux-gnu s390x
i386_luas  = lua5.4 lua5.1 luajit
arm64_luas = lua5.4 luajit
s390x_luas = lua5.4 lua5.1
triplet  = $(word 1,$($*))
# Without LD_LIBRARY_PATH the loader takes the libc in /lib32 of this system,
# which need not be of its own version: threads hang then.
qemu     = qemu-$(word 2,$($*))-static -L /usr/$(triplet) \
  -E LD_LIBRARY_PATH=/usr/$(triplet)/lib -E LOCPATH=$(cross)/locale
cross    = $(abspath build/cross/$*)
cross_make = $(MAKE) -s locales= CC=$(triplet)-gcc memcheck="$(qemu)" \
  CFLAGS="-O2 -g -Wtype-limits -Werror $(wordlist 3,9,$($*))" \
  CURL_CFLAGS=-I$(cross)/prefix/include mutants="$(corpus) check 0 500" \
  CURL_LIBS="-L$(cross)/prefix/lib -Wl,-rpath,$(cross)/prefix/lib -lcurl"
for_lua  = LUA=$(lua) build=build/cross/$*/$(lua) \
  LUA_CFLAGS=-I$(cross)/prefix/include/$(lua)

cross: $(PROCESSORS:%=cross-%) ## C tests and a smoke on other processors
cross-%: cross-libs-%
	$(foreach lua,$(firstword $($*_luas)),$(cross_make) $(for_lua) c-tests)
	$(foreach lua,$($*_luas),$(cross_make) $(for_lua) all && \
	  SMOKE_SECONDS=600 SMOKE_CPATH='$(cross)/$(lua)/?.so' lua5.4 \
	    spec/platforms/smoke-run.lua $*-$(lua) $(qemu) \
	    $(cross)/prefix/bin/$(lua) &&) true
cross-libs-%: cross-deps       # libcurl and Lua for one of PROCESSORS
	@sh spec/platforms/cross.sh $* $(triplet) "$(wordlist 3,9,$($*))" \
	  $($*_luas)
cross-deps:
	$(packages) build spec lua5.4 cross
	@sh spec/platforms/source.sh zlib mbedtls curl lua5.1 lua5.4 luajit

.PHONY: cross cross-deps
