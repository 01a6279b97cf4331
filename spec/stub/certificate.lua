-- SPDX-License-Identifier: MIT
-- Makes the stub server's certificate for localhost, which is its own
-- authority, and the TLS context that uses it.

local context = require "openssl.ssl.context"
local h2 = require "h2"
local identity = require "identity"

local certificate = {}

local function write_temporary(text)
  local base = os.tmpname()
  local path = base .. ".pem"
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  os.remove(base)
  return path
end

local function new_context(root)
  local ctx = context.new("TLS", true)
  ctx:setOptions(context.OP_NO_SSLv3 | context.OP_NO_TLSv1
    | context.OP_NO_TLSv1_1)
  ctx:setPrivateKey(root.key)
  ctx:setCertificate(root.cert)
  return ctx
end

-- The server's contexts, and the path of the certificate (PEM), which the
-- caller removes. `usual` is for all connections but those whose accept says
-- `h2`, `asks_certificate` or `identity`, for which `of` makes one.
function certificate.make()
  local root = identity.root()
  local contexts = {
    usual = new_context(root), h2 = new_context(root),
    asks_certificate = new_context(root),
  }
  contexts.h2:setAlpnSelect(h2.select)
  contexts.asks_certificate:setVerify(context.VERIFY_PEER
    | context.VERIFY_FAIL_IF_NO_PEER_CERT)
  function contexts.of(what) return identity.context(what, root) end
  return contexts, write_temporary(root.cert:tostring "PEM")
end

return certificate
