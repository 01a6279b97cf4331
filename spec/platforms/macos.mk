# The branches for macOS, compiled and tried on Linux. Part of the Makefile.

macos_flags = -O2 -g -Ispec/platforms/macos -Wno-unused-function \
  -include spec/platforms/macos/branches.h
macos_specs = $(addprefix spec/,$(addsuffix _spec.lua,module/download \
  module/resume module/tasks module/disk hosts/descriptor hosts/exit \
  hosts/embed hosts/process))

macos:                         ## C tests and specs with the branches for macOS
	$(MAKE) build=build/macos/$(LUA) CFLAGS="$(macos_flags)" pure-tests specs \
	  SPECS="$(macos_specs)"

.PHONY: macos
