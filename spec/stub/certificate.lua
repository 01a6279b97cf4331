-- SPDX-License-Identifier: MIT
-- Makes the stub server's certificate for localhost, which is its own
-- authority, and the TLS context that uses it.

local altname = require "openssl.x509.altname"
local bignum = require "openssl.bignum"
local context = require "openssl.ssl.context"
local extension = require "openssl.x509.extension"
local name = require "openssl.x509.name"
local pkey = require "openssl.pkey"
local h2 = require "h2"
local rand = require "openssl.rand"
local x509 = require "openssl.x509"

local DAY = 24 * 60 * 60

local certificate = {}

local function sign(key)
  local cert = x509.new()
  local subject = name.new():add("CN", "luma stub")
  local now = os.time()
  cert:setVersion(3)
  cert:setSerial(bignum.fromBinary(rand.bytes(8)))
  cert:setSubject(subject)
  cert:setIssuer(subject)
  cert:setLifetime(now - DAY, now + DAY)
  cert:setSubjectAlt(altname.new():add("DNS", "localhost")
    :add("IP", "127.0.0.1"))
  cert:addExtension(extension.new("basicConstraints", "critical,CA:TRUE"))
  cert:setPublicKey(key)
  cert:sign(key)
  return cert
end

local function write_temporary(text)
  local base = os.tmpname()
  local path = base .. ".pem"
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  os.remove(base)
  return path
end

local function new_context(key, cert)
  local ctx = context.new("TLS", true)
  ctx:setOptions(context.OP_NO_SSLv3 | context.OP_NO_TLSv1
    | context.OP_NO_TLSv1_1)
  ctx:setPrivateKey(key)
  ctx:setCertificate(cert)
  return ctx
end

-- The server's contexts, and the path of the certificate (PEM), which the
-- caller removes. `usual` is for all connections but those whose accept says
-- `h2` or `asks_certificate`.
function certificate.make()
  local key = pkey.new { type = "EC", curve = "prime256v1" }
  local cert = sign(key)
  local contexts = {
    usual = new_context(key, cert), h2 = new_context(key, cert),
    asks_certificate = new_context(key, cert),
  }
  contexts.h2:setAlpnSelect(h2.select)
  contexts.asks_certificate:setVerify(context.VERIFY_PEER
    | context.VERIFY_FAIL_IF_NO_PEER_CERT)
  return contexts, write_temporary(cert:tostring "PEM")
end

return certificate
