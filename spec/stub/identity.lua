-- SPDX-License-Identifier: MIT
-- What the stub server shows of itself in a TLS handshake, right or wrong as a
-- spec wants it. The fields are those of fields.identity.

local bignum = require "openssl.bignum"
local chain = require "openssl.x509.chain"
local altname = require "openssl.x509.altname"
local context = require "openssl.ssl.context"
local extension = require "openssl.x509.extension"
local name = require "openssl.x509.name"
local pkey = require "openssl.pkey"
local rand = require "openssl.rand"
local x509 = require "openssl.x509"

local DAY = 24 * 60 * 60
local WEAK = "ALL:COMPLEMENTOFALL:@SECLEVEL=0" -- else OpenSSL refuses itself

local identity = {}

local function new_key(bits)
  return bits and pkey.new { type = "RSA", bits = bits }
    or pkey.new { type = "EC", curve = "prime256v1" }
end

local function altnames(list)
  local names = altname.new()
  for _, each in ipairs(list) do names:add(each:match "^(%a+):(.*)$") end
  return names
end

-- A certificate and its key. `by` is who issues it, another such pair; without
-- it, the certificate is its own authority.
local function issue(what, by)
  local key, cert, now = new_key(what.bits), x509.new(), os.time()
  local subject = what.subject or name.new():add("CN", what.common_name)
  cert:setVersion(3)
  cert:setSerial(bignum.fromBinary(rand.bytes(8)))
  cert:setSubject(subject)
  cert:setIssuer(by and by.cert:getSubject() or subject)
  cert:setLifetime(now + (what.from or -1) * DAY, now + (what.to or 1) * DAY)
  if #what.names > 0 then cert:setSubjectAlt(altnames(what.names)) end
  for _, each in ipairs(what.extensions or {}) do
    cert:addExtension(extension.new(each:match "^([%w.]+)=(.*)$"))
  end
  cert:setPublicKey(key)
  cert:sign(by and by.key or key, what.digest)
  return { cert = cert, key = key }
end

-- The stub's own, which issues all others. No two have the same name, unless it
-- is given.
function identity.root(subject)
  local number = bignum.fromBinary(rand.bytes(8))
  return issue {
    subject = subject, common_name = "luma stub " .. tostring(number),
    names = { "DNS:localhost", "IP:127.0.0.1" },
    extensions = { "basicConstraints=critical,CA:TRUE" },
  }
end

-- Who is not the root.
local others = {
  itself = function() return nil end,
  stranger = function() return identity.root() end,
  impostor = function(root) return identity.root(root.cert:getSubject()) end,
}

local function with(defaults, more)
  for key, value in pairs(more) do defaults[key] = value end
  return defaults
end

-- The issuers between the root and the server: the last one, and all of them,
-- from it upwards.
local function issue_between(what, root)
  local last, between = root, {}
  for i, each in ipairs(what.via or {}) do
    last = issue(with({
      common_name = "issuer " .. i, names = {},
      extensions = { "basicConstraints=critical,CA:TRUE" },
    }, each), last)
    table.insert(between, 1, last.cert)
  end
  return last, between
end

local function forbid(ctx, versions)
  local options = 0
  for _, version in ipairs(versions) do
    options = options | context["OP_NO_TLSv" .. version]
  end
  ctx:setOptions(options)
end

local function new_context(what)
  local ctx = context.new("TLS", true)
  ctx:setCipherList(what.ciphers or WEAK)
  forbid(ctx, what.without or {})
  if what.alpn then ctx:setAlpnSelect(function() return what.alpn end) end
  return ctx
end

-- The context of a server that shows this.
function identity.context(what, root)
  if what.issuer then root = others[what.issuer](root) end
  local last, between = issue_between(what, root)
  local own = issue(with({
    common_name = "a server", names = { "DNS:localhost", "IP:127.0.0.1" },
  }, what), last)
  local ctx, sent = new_context(what), chain.new()
  for _, cert in ipairs(what.alone and {} or between) do sent:add(cert) end
  ctx:setPrivateKey(own.key)
  ctx:setCertificate(own.cert)
  ctx:setCertificateChain(sent)
  return ctx
end

return identity
