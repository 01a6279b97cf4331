# The newest libcurl. Part of the Makefile.

TLS      = openssl          # gnutls or none
HTTP2    = ON               # OFF
tls     := $(strip $(TLS))
http2   := $(strip $(HTTP2))
newest   = build/newest-curl/$(tls)$(if $(filter OFF,$(http2)),-http1)

# With less than all of it, few specs make sense.
newest_checks = $(if $(filter none,$(tls)),refused-curl,$(if \
  $(filter OFF,$(http2)),specs SPECS="$(less_specs)",c-tests specs))
less_specs = $(addprefix spec/,hosts/load_spec.lua module/tasks_spec.lua \
  module/breakage_spec.lua)

newest-curl:                   ## C tests and specs on the newest libcurl
	$(packages) build spec $(LUA) newest-curl
	sh spec/platforms/source.sh curl
	sh spec/platforms/newest-curl.sh $(newest) $(tls) $(http2)
	PKG_CONFIG_PATH=$(abspath $(newest))/prefix/lib/pkgconfig \
	  LD_LIBRARY_PATH=$(abspath $(newest))/prefix/lib \
	  $(MAKE) build=$(newest)/$(LUA) $(newest_checks)

refused-curl: all
	$(with) $(LUA) spec/programs/lesser.lua | \
	  grep "^luma needs a libcurl with TLS, which this"

.PHONY: newest-curl refused-curl
