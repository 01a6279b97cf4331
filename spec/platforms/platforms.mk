# The checks on other platforms. Part of the Makefile.

# ---- the newest libcurl ----

TLS      = openssl          # gnutls or none
HTTP2    = ON               # OFF
tls     := $(strip $(TLS))
http2   := $(strip $(HTTP2))
newest   = build/newest-curl/$(tls)$(if $(filter OFF,$(http2)),-http1)

newest-curl:                   ## C tests and specs on the newest libcurl
	$(packages) build spec $(LUA) newest-curl
	sh spec/platforms/source.sh curl
	sh spec/platforms/newest-curl.sh $(newest) $(tls) $(http2)
	PKG_CONFIG_PATH=$(abspath $(newest))/prefix/lib/pkgconfig \
	  LD_LIBRARY_PATH=$(abspath $(newest))/prefix/lib \
	  $(MAKE) build=$(newest)/$(LUA) c-tests specs

.PHONY: newest-curl
