-- SPDX-License-Identifier: MIT
-- Servers whose TLS is wrong in one way get no request. A certificate that is
-- not trusted is not tried again; a handshake that fails is.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local openssl = require "spec.support.openssl"

local TOKEN = errors.TOKEN
local IDS = { "a", "b", "c" }

local CA = "basicConstraints=critical,CA:TRUE"

-- An issuer between the root and the server, with more extensions.
local function issuer(...) return { extensions = { CA, ... } } end

local function many(count)
  local list = {}
  for i = 1, count do list[i] = {} end
  return list
end

describe("a certificate", function()
  local d = downloads.use { token = TOKEN }
  local f, g = d.f, d.g

  -- A client of a stub that shows this identity, under this host name.
  local function client_of(identity, host)
    local accept = { identity = identity }
    g:accept(accept, accept, accept)
    return f:new { token = TOKEN, ca_file = g.ca, attempts = 3,
      base_url = ("https://%s:%s"):format(host or "localhost", g.https_port) }
  end

  local function check(err, words)
    errors.check(err)
    assert.same({ "tls", false, "connect", 1 },
      { err.code, err.retryable, err.phase, err.attempts })
    assert.truthy(not openssl or err.message:find(words, 1, true), err.message)
    local requests, all = g:journal()
    assert.equal(0, #requests)
    assert.equal(1, all.connections)
  end

  local CHAIN = "unable to get local issuer certificate"
  local NAME = "no alternative certificate subject name matches"
  local PURPOSE = "unsuitable certificate purpose"
  local NO_CA = "invalid CA certificate"

  local bad = {
    { "that has expired", { from = -9, to = -1 }, "certificate has expired" },
    { "that is not valid yet", { from = 1, to = 9 }, "is not yet valid" },
    { "of an issuer that has expired", { via = { { from = -9, to = -1 } } },
      "certificate has expired" },
    { "of its own", { issuer = "itself" }, "self-signed certificate" },
    { "of a stranger", { issuer = "stranger" }, CHAIN },
    { "of a stranger that sends its issuers",
      { issuer = "stranger", via = { {} } }, CHAIN },
    { "without its issuer", { via = { {} }, alone = true }, CHAIN },
    { "of an issuer that is no CA",
      { via = { { extensions = { "basicConstraints=critical,CA:FALSE" } } } },
      NO_CA },
    { "of an issuer that does not say it is a CA",
      { via = { { extensions = {} } } }, NO_CA },
    { "of an issuer that may not sign certificates",
      { via = { issuer "keyUsage=critical,digitalSignature" } }, NO_CA },
    { "of an issuer that is for programs only",
      { via = { issuer "extendedKeyUsage=codeSigning" } }, PURPOSE },
    { "behind more issuers than the first allows",
      { via = { { extensions = { CA .. ",pathlen:0" } }, {} } },
      "path length constraint exceeded" },
    { "behind 105 issuers", { via = many(105) }, "certificate chain too long" },
    { "for clients only", { extensions = { "extendedKeyUsage=clientAuth" } },
      PURPOSE },
    { "whose key is for lists only",
      { extensions = { "keyUsage=critical,cRLSign" } }, PURPOSE },
    { "with an extension that nobody knows and must",
      { extensions = { "1.2.3.4=critical,ASN1:UTF8String:x" } },
      "unhandled critical extension" },
    { "with a key of 512 bits", { bits = 512, without = { "1_3" } },
      "EE certificate key too weak" },
    { "with a key of 1024 bits", { bits = 1024 },
      "EE certificate key too weak" },
    { "of an issuer with a key of 1024 bits", { via = { { bits = 1024 } } },
      "CA certificate key too weak" },
    { "signed with MD5", { digest = "md5", bits = 2048,
      via = { { bits = 2048 } } }, "signature digest algorithm too weak" },
    { "signed with SHA-1", { digest = "sha1" },
      "signature digest algorithm too weak" },
    { "of an issuer signed with SHA-1", { via = { { digest = "sha1" } } },
      "signature digest algorithm too weak" },
    { "outside the names that its issuer may give",
      { via = { issuer "nameConstraints=critical,permitted;DNS:example" } },
      "permitted subtree violation" },
    { "within the names that its issuer may not give",
      { via = { issuer "nameConstraints=critical,excluded;DNS:localhost" } },
      "excluded subtree violation" },
  }

  for _, case in ipairs(bad) do
    it("is refused: one " .. case[1], function()
      local _, err = client_of(case[2]):tasks "a"
      check(err, case[3])
    end)
  end

  -- Names of a certificate, and the host that it is not for.
  local foreign = {
    { "DNS:other.example", "localhost" }, { "DNS:localhost.evil", "localhost" },
    { "DNS:evil.localhost", "localhost" },
    { "DNS:localhost\0.evil", "localhost" }, { "DNS:localhost ", "localhost" },
    { "DNS: localhost", "localhost" }, { "DNS:", "localhost" },
    { "IP:127.0.0.1", "localhost" }, { "DNS:127.0.0.1", "127.0.0.1" },
    { "DNS:localhost", "127.0.0.1" }, { "IP:127.0.0.2", "127.0.0.1" },
    { "DNS:*.0.0.1", "127.0.0.1" }, { "DNS:*", "localhost" },
    { "DNS:lo*", "localhost" }, { "DNS:*", "a.b.localhost" },
    { "DNS:*.localhost", "a.localhost" }, -- as wide as *.com
    { "DNS:*.localhost", "a.b.localhost" },
    { "DNS:*.*.localhost", "a.b.localhost" },
    { "DNS:a*.b.localhost", "a.b.localhost" },
    { "DNS:a.*.localhost", "a.b.localhost" },
    { "DNS:*.b.localhost", "b.localhost" },
    { "DNS:*.b.localhost", "x.a.b.localhost" },
  }

  for _, case in ipairs(foreign) do
    local name, host = case[1]:gsub("%z", "\\0"), case[2]
    it(("is refused: one for %q does for no %s"):format(name, host), function()
      local _, err = client_of({ names = { case[1] } }, host):tasks "a"
      check(err, NAME)
    end)
  end

  it("is refused if only its common name fits", function()
    local _, err = client_of({
      names = { "DNS:other.example" }, common_name = "localhost",
    }):tasks "a"
    check(err, NAME)
  end)

  -- Some versions of libcurl do not tell this from a handshake that fails.
  it("is refused, also if its issuer only has the root's name", function()
    local _, err = client_of({ issuer = "impostor" }):tasks("a",
      { attempts = 2 })
    assert.same({ "tls", err.retryable and 2 or 1 },
      { errors.check(err).code, err.attempts })
    assert.same({}, (g:journal()))
  end)

  local good = {
    { "of the root itself" },
    { "of an issuer", { via = { {} } } },
    { "of an issuer of an issuer", { via = { {}, {} } } },
    { "in TLS 1.2", { without = { "1_3" } } },
    { "in TLS 1.3", { without = { "1_2" } } },
    { "with an RSA key", { bits = 2048 } },
    { "with a wildcard", { names = { "DNS:*.b.localhost" } }, "a.b.localhost" },
    { "for a name in capitals", { names = { "DNS:LOCALHOST" } } },
    { "for the second of its names",
      { names = { "DNS:other.example", "DNS:localhost" } } },
    { "for an address", { names = { "IP:127.0.0.1" } }, "127.0.0.1" },
    { "for servers", { extensions = { "extendedKeyUsage=serverAuth" } } },
    { "within the names that its issuer may give",
      { names = { "DNS:localhost" },
        via = { issuer "nameConstraints=critical,permitted;DNS:localhost" } } },
  }

  for _, case in ipairs(good) do
    it("is accepted: one " .. case[1], function()
      assert(client_of(case[2], case[3]):tasks "a")
      assert.equal(1, #g:journal())
    end)
  end

  it("is checked for other requests too", function()
    local client = client_of { from = -9, to = -1 }
    local value, err = client:request("POST", "/x", { a = 1 }):result()
    assert.is_nil(value)
    check(err, "certificate has expired")
  end)

  it("is checked for downloads, which leave nothing", function()
    d.client = client_of { from = -9, to = -1 }
    g:file("/clip", {})
    local _, err = d:start(g.https .. "/clip"):result()
    check(err, "certificate has expired")
    assert.same({}, d.dir:names())
  end)

  it("is checked where a link redirects to", function()
    d.client = client_of { names = { "DNS:other.example" } }
    g:reset()
    g:accept({}, { identity = { names = { "DNS:other.example" } } })
    g:route("/from", { status = 302, close_after = true,
      headers = { Location = g.https .. "/clip" } })
    local _, err = d:start(g.http .. "/from"):result()
    assert.same({ "tls", false }, { errors.check(err).code, err.retryable })
    assert.equal(1, #g:journal())
    assert.same({}, d.dir:names())
  end)

  it("is checked through a proxy, which sees no token", function()
    local proxy = fixture.start {}
    for _, case in ipairs { { from = -9, to = -1 }, {} } do
      g:reset()
      proxy.g:accept { tunnel = true }
      g:accept { identity = case }
      local tasks, err = f:new({ base_url = g.https, proxy = proxy.g.http,
        token = TOKEN }):tasks "a"
      assert.equal(case.from == nil, tasks ~= nil, tostring(err))
      if not tasks then check(err, "certificate has expired") end
    end
    local requests = proxy.g:journal()
    assert.equal(2, #requests)
    for _, request in ipairs(requests) do
      assert.equal("CONNECT", request.method)
      errors.check_secret(request.raw_head)
    end
    assert.equal(1, #g:journal())
    proxy:stop()
  end)
end)

describe("the certificate of a proxy", function()
  local f, proxy = fixture.use { token = TOKEN }, fixture.use().g
  local g = f.g

  -- What comes of a request through a proxy that shows this identity.
  local function through(identity, ca_file)
    proxy:accept { identity = identity, tunnel = true }
    local both = fixture.read(g.ca) .. fixture.read(proxy.ca)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(ca_file and fixture.read(ca_file) or both)
    file:close()
    local tasks, err = f:new({ base_url = g.https, proxy = proxy.https,
      ca_file = path }):tasks("a", { attempts = 1 })
    os.remove(path)
    return tasks, err
  end

  it("is checked before the proxy is asked for anything", function()
    for _, identity in ipairs { { from = -9, to = -1 }, { issuer = "itself" },
      { names = { "DNS:other.example" } }, { bits = 1024 } } do
      proxy:reset()
      local tasks, err = through(identity)
      assert.is_nil(tasks)
      assert.same({ "tls", false, "connect", 1 },
        { errors.check(err).code, err.retryable, err.phase, err.attempts })
      local requests, all = proxy:journal()
      assert.same({ 0, 1 }, { #requests, all.connections })
      assert.same({}, (g:journal()))
    end
  end)

  it("is trusted as ca_file says", function()
    assert(through {})
    assert.equal("CONNECT", proxy:journal()[1].method)
    errors.check_secret(proxy:journal()[1].raw_head)
    assert.equal("Bearer " .. TOKEN, g:journal()[1].headers.authorization)
  end)

  it("and that of the gateway have to be trusted both", function()
    for ca_file, connects in pairs { [g.ca] = 0, [proxy.ca] = 1 } do
      g:reset()
      proxy:reset()
      local tasks, err = through({}, ca_file)
      assert.is_nil(tasks)
      -- Of TLS within TLS, libcurl does not say what was wrong.
      errors.check(err)
      if connects == 0 then assert.equal("tls", err.code) end
      assert.equal(connects, #proxy:journal())
      assert.same({}, (g:journal()))
    end
  end)
end)

describe("a response over TLS", function()
  local d = downloads.use()
  local f, g = d.f, d.g
  local BODY = 10 -- the number of a record in the middle of the body

  local function spoil(way, accept)
    accept.identity = { without = { "1_3" } } -- its handshake has six records
    accept.spoil = { record = BODY, way = way }
    return accept
  end

  it("is not complete if its records are not", function()
    for _, way in ipairs { "cut", "half", "flip", "fill" } do
      g:reset()
      g:accept(spoil(way, {}))
      g:queue { pad = 20000 }
      local _, err = f:new({ base_url = g.https, attempts = 1 }):tasks(IDS)
      assert.same({ "truncated", true, "body" },
        { errors.check(err).code, err.retryable, err.phase })
      local arrived = fixture.ids_of(err.tasks)
      assert.same(table.move(IDS, 1, #arrived, 1, {}), arrived)
      assert.is_true(#arrived < #IDS)
      assert.equal(1, #g:journal())
    end
  end)

  it("is asked for again, as far as it is not there", function()
    for _, way in ipairs { "cut", "half", "flip", "fill" } do
      g:reset()
      g:accept(spoil(way, {}))
      g:queue { pad = 20000 }
      local tasks = assert(f:new({ base_url = g.https }):tasks(IDS))
      assert.same(IDS, fixture.ids_of(tasks))
      assert.equal(2, #g:journal())
    end
  end)

  it("makes no file of another content", function()
    d:client_of { base_url = g.https, attempts = 2 }
    for _, way in ipairs { "cut", "half", "flip", "fill" } do
      g:reset()
      g:accept(spoil(way, {}))
      g:file("/clip", {})
      assert(d:start(g.https .. "/clip"):result())
      assert.equal(2, #g:journal())
      assert.equal(downloads.CLIP, d.dir:read "clip.mp4")
      d.dir:empty()
    end
  end)

  it("that just ends is no file, since anybody can end it", function()
    d:client_of { base_url = g.https, attempts = 1 }
    for _, cut in ipairs { 50000, 100000 } do
      g:file("/clip", { content_length = "none", cut = cut })
      local _, err = d:start(g.https .. "/clip"):result()
      assert.equal("reply", errors.check(err).code)
      assert.same({}, d.dir:names())
    end
  end)
end)
