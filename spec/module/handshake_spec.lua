-- SPDX-License-Identifier: MIT
-- TLS handshakes that break, or in which the server wants what is not safe:
-- they are tried again, no request is sent, and the error says why.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local openssl = require "spec.support.openssl"
local process = require "spec.support.process"

local OTHER = "libcurl has another TLS library"
local TOKEN = errors.TOKEN

-- What a server of TLS 1.2 answers first, with what is wrong in it.
local function hello(wrong)
  local random, no_session = ("r"):rep(32), "\0"
  local body = string.pack(">I2", wrong.version or 0x303) .. random
    .. no_session .. string.pack(">I2Bs2", wrong.cipher or 0xC02B, wrong.compression or 0,
      (wrong.renegotiates or "\255\1\0\1\0") .. (wrong.extension or ""))
  local message = "\2\0" .. string.pack(">s2", body)
  return "\22\3\3" .. string.pack(">s2", message)
end

local function alpn(name)
  local list = string.pack(">s2", string.pack("s1", name))
  return hello { extension = "\0\16" .. string.pack(">s2", list) }
end

local BAD = "unsupported protocol"

-- What the server sends, the code, and OpenSSL's words.
local answers = {
  { "SSL 2.0", "\128\2\4\0\1\0\2\0\0\0\0\0\0", "tls", "" },
  { "SSL 3.0", hello { version = 0x300 }, "tls", BAD },
  { "TLS 1.0", hello { version = 0x301 }, "tls", BAD },
  { "TLS 1.1", hello { version = 0x302 }, "tls", BAD },
  { "a version to come", hello { version = 0x305 }, "tls", BAD },
  { "a cipher that encrypts nothing", hello { cipher = 0x0002 }, "tls",
    "wrong cipher returned" },
  { "a cipher without a certificate", hello { cipher = 0x0034 }, "tls",
    "wrong cipher returned" },
  { "RC4", hello { cipher = 0x0005 }, "tls", "unknown cipher returned" },
  { "a cipher of no meaning", hello { cipher = 0x7777 }, "tls",
    "unknown cipher returned" },
  { "compression", hello { compression = 1 }, "tls", "compression disabled" },
  { "renegotiation that is not safe", hello { renegotiates = "" }, "tls",
    "unsafe legacy renegotiation disabled" },
  { "HTTP/2, which was not offered", alpn "h2", "tls", "bad extension" },
  { "another protocol", alpn "smtp", "tls", "bad extension" },
  { "a fatal alert", "\21\3\3\0\2\2\40", "tls", "alert handshake failure" },
  { "a kind of record that is none", "\99\3\3\0\2\1\1", "tls", "" },
  { "data before the handshake", "\23\3\3\0\4oops", "tls",
    "unexpected message" },
  { "a record that is too long", "\22\3\3\255\255" .. ("x"):rep(99), "tls",
    "length too long" },
  { "plain HTTP", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "tls",
    "wrong version number" },
  { "SSH", "SSH-2.0-OpenSSH_9.2\r\n", "tls", "wrong version number" },
  { "half a record", hello({}):sub(1, 40), "network", "" },
  { "its first message only", hello {}, "network", "" },
}

-- What the server itself agrees to.
local identities = {
  { "TLS 1.1", { without = { "1_3", "1_2" } }, "alert protocol version" },
  { "TLS 1.0", { without = { "1_3", "1_2", "1_1" } },
    "alert protocol version" },
  { "ciphers that encrypt nothing",
    { without = { "1_3" }, ciphers = "eNULL:@SECLEVEL=0" },
    "alert handshake failure" },
  { "ciphers without a certificate",
    { without = { "1_3" }, ciphers = "aNULL:@SECLEVEL=0" },
    "alert handshake failure" },
  { "HTTP/2, whatever is offered", { alpn = "h2" }, "bad extension" },
  { "SPDY, whatever is offered", { alpn = "spdy/3.1" }, "bad extension" },
}

describe("a handshake", function()
  local f = fixture.use { token = TOKEN, attempts = 2 }
  local g = f.g

  -- It fails with one of the codes, and so does the second attempt.
  local function fails(accept, codes, words)
    g:reset()
    g:accept(accept, accept, accept)
    local tasks, err = f:new({ base_url = g.https }):tasks "a"
    assert.is_nil(tasks)
    errors.check(err)
    assert.truthy(codes:find(err.code, 1, true), err.message)
    assert.same({ true, "connect", 2 },
      { err.retryable, err.phase, err.attempts })
    assert.truthy(not openssl or err.message:find(words or "", 1, true),
      err.message)
    local requests, all = g:journal()
    assert.equal(0, #requests)
    assert.equal(2, all.connections)
  end

  for _, case in ipairs(answers) do
    it("fails with a server that answers " .. case[1], function()
      fails({ garbage = case[2] }, case[3], case[4])
    end)
  end

  for _, case in ipairs(identities) do
    it("fails with a server that speaks only " .. case[1], function()
      fails({ identity = case[2] }, "tls", case[3])
    end)
  end

  it("fails where the server answers nothing", function()
    fails({ close = true }, "network")
    fails({ reset = true }, "network")
  end)

  -- The server's records: of TLS 1.2, all six are sent before the request; of
  -- TLS 1.3, the sixth ends its part.
  for version, without in pairs { ["1.2"] = "1_3", ["1.3"] = "1_2" } do
    for way, codes in pairs { cut = "network", half = "network",
      flip = "tls network", fill = "tls network" } do
      local last = way == "fill" and 5 or 6
      it(("of TLS %s fails at each record: %s"):format(version, way), function()
        for record = 1, last do
          fails({ identity = { without = { without } },
            spoil = { record = record, way = way } }, codes)
        end
      end)
    end
  end

  it("that breaks once is tried again, and then all is well", function()
    g:accept { spoil = { record = 2, way = "cut" } }
    assert(f:new({ base_url = g.https }):tasks "a")
    assert.equal(1, #g:journal())
  end)
end)

describe("a system that allows old versions of TLS", function()
  local f = fixture.use()
  local g, config = f.g, nil

  setup(function()
    config = os.tmpname()
    local file = assert(io.open(config, "w"))
    file:write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n",
      "system_default = weak\n[weak]\nMinProtocol = TLSv1\n",
      "CipherString = ALL:@SECLEVEL=0\n")
    file:close()
  end)
  teardown(function() os.remove(config) end)

  -- What luma says of a stub that does not speak these versions.
  local function says(without, url, proxy)
    g:reset()
    g:accept { identity = { without = without } }
    return process.run({
      program = process.LUA, "spec/programs/through.lua", url, g.ca, proxy,
      env = { OPENSSL_CONF = config },
    }).output
  end

  local function check(...)
    for _, without in ipairs { { "1_3", "1_2" }, { "1_3", "1_2", "1_1" } } do
      assert.matches("alert protocol version %(tls", says(without, ...))
      assert.same({}, (g:journal()))
    end
    assert.equal("a\n", says({ "1_3" }, ...))
  end

  it("is no reason to speak them with a gateway", function()
    if not openssl then return pending(OTHER) end
    check(g.https)
  end)

  it("is no reason to speak them with a proxy", function()
    if not openssl then return pending(OTHER) end
    check(g.http, g.https)
  end)
end)
