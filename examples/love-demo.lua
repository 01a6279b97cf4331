-- SPDX-License-Identifier: MIT
-- Shows the gallery of examples/love/ with tasks from the stub gateway.
local gallery = require "spec.support.gallery"

local gateway = require("spec.support.gateway").start()
gallery.tell(gateway, tonumber(os.getenv "LUMA_GALLERY_PACE" or "0.8"))
local ok = os.execute(gallery.command(gateway, "love"))
gateway:stop()
os.exit(ok, true)
