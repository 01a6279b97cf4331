# Windows, tried in wine. Part of the Makefile.

mingw    = x86_64-w64-mingw32-gcc-posix
windows  = build/windows
win_libs = $(windows)/prefix
# A build in a folder of its own, with the static libraries
win_make = $(MAKE) -s CC=$(mingw) CURL_CFLAGS='-DCURL_STATICLIB \
  -DNGHTTP2_STATICLIB -I$(win_libs)/include' CURL_LIBS='-L$(win_libs)/lib \
  -lcurl -lnghttp2 -lz -lcrypt32 -lbcrypt -lsecur32 -liphlpapi -lws2_32' \
  LDFLAGS='-s -Wl,--no-insert-timestamp'
win_lua54 = LUA=lua5.4 build=$(windows)/lua5.4 \
  LUA_CFLAGS=-I$(win_libs)/lua5.4/include \
  LUA_LIBS='-L$(win_libs)/lua5.4/lib -llua54'
win_lua51 = LUA=luajit build=$(windows)/luajit \
  LUA_CFLAGS=-I$(win_libs)/luajit/include \
  LUA_LIBS='-L$(win_libs)/luajit/lib -llua51'
# The C tests that need neither a server of POSIX nor its words for errors
win_tests = address decimal disk doc failure hash ids job ledger media \
  number number_write part path proxy reader reply reply_value resume \
  resume_table retry retry_after rows schedule schedule_retry text url watch \
  writer
win_helpers = $(filter-out %_test.c $(addprefix spec/core/,caller.c server.c), \
  $(wildcard spec/core/*.c))

windows-deps:                  ## the Debian packages that `make windows` needs
	$(packages) build spec windows
windows-libs: windows-deps     ## libcurl, Lua and others for Windows
	@sh spec/platforms/windows-libs.sh
windows-build: windows-libs    ## luma.dll for Lua 5.4 and for LuaJIT
	$(win_make) $(win_lua54) all
	$(win_make) $(win_lua51) all
windows: windows-build         ## C tests, module and command in wine
	$(win_make) $(win_lua54) windows-c-tests
	@sh spec/platforms/windows-run.sh
windows-c-tests: $(win_tests:%=$(build)/%_test.exe)
$(build)/%_test.exe: spec/core/%_test.c $(win_helpers) \
  $(core:%.c=$(build)/%.o) $(wildcard spec/core/*.h)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) \
	  $(wrap) $(LIBS)
windows-zip: windows-build     ## the DLLs to hand out, in a zip
	@sh spec/platforms/windows-zip.sh

.PHONY: windows-deps windows-libs windows-build windows windows-c-tests \
  windows-zip
