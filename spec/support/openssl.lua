-- SPDX-License-Identifier: MIT
-- Whether the libcurl that luma uses has OpenSSL: the words of other libraries
-- differ, and so does how they are set up.

local process = require "spec.support.process"

local module = os.getenv "LUMA_BUILD" .. "/luma.so"

return process.output("ldd " .. process.quote(module))
  :find("libssl", 1, true) ~= nil
