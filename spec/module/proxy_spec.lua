-- SPDX-License-Identifier: MIT
-- A proxy that answers CONNECT in a wrong way, or lets the tunnel die: the
-- failure is told as what it is, and the proxy never gets the token.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local OK = "HTTP/1.1 200 Connection established\r\n"
local ATTEMPTS = 2

-- What the proxy does, how the stub does it, and the code, status and number
-- of attempts.
local cases = {
  { "refuses with 400", { status = 400 }, "connect", 400, 1 },
  { "refuses with 401", { status = 401 }, "connect", 401, 1 },
  { "refuses with 403", { status = 403 }, "connect", 403, 1 },
  { "wants a password", { status = 407,
    headers = { ["Proxy-Authenticate"] = "Basic realm=x" } }, "connect", 407,
    1 },
  { "refuses with 429", { status = 429 }, "connect", 429, 2 },
  { "refuses with 500", { status = 500 }, "connect", 500, 2 },
  { "refuses with 503", { status = 503 }, "connect", 503, 2 },
  { "refuses with 504", { status = 504 }, "connect", 504, 2 },
  { "redirects", { status = 302,
    headers = { Location = "http://127.0.0.1:1/" } }, "connect", 302, 1 },
  { "says nothing and closes", { close = true }, "network", nil, 2 },
  { "resets", { reset = true }, "network", nil, 2 },
  { "stalls", { stall = "request" }, "connect_timeout", nil, 2 },
  { "answers half a head, and stalls", { raw = OK .. "A: b",
    ["then"] = "stall" }, "connect_timeout", nil, 2 },
  { "answers half a head, and closes", { raw = OK .. "A: b" }, "network", nil,
    2 },
  { "sends a flood of headers", { raw = OK .. ("A: b\r\n"):rep(100000) },
    "network", nil, 2 },
  { "is no HTTP proxy", { raw = "220 mail ready\r\n" }, "network", nil, 2 },
  { "answers, and closes", { raw = OK .. "\r\n" }, "network", nil, 2 },
  { "answers, and resets", { raw = OK .. "\r\n", ["then"] = "reset" },
    "network", nil, 2 },
  { "answers, and stalls", { raw = OK .. "\r\n", ["then"] = "stall" },
    "connect_timeout", nil, 2 },
  { "answers, and speaks HTTP", { raw = OK .. "\r\n" .. OK .. "\r\n" },
    "tls", nil, 2 },
}

describe("a proxy that", function()
  local f = fixture.use { token = errors.TOKEN, attempts = ATTEMPTS,
    timeout = { connect = 1 } }
  local proxy

  setup(function() proxy = fixture.start().g end)
  teardown(function() proxy:stop() end)
  after_each(function() proxy:reset() end)

  for _, case in ipairs(cases) do
    it(case[1] .. " is told", function()
      local target = "localhost:" .. f.g.https_port
      proxy:route(target, case[2])
      local client = f:new { base_url = f.g.https, proxy = proxy.http }
      local tasks, err = client:tasks { "a", "b" }
      assert.is_nil(tasks)
      errors.check(err)
      assert.same({ case[3], case[4], case[5], "connect", case[5] > 1 },
        { err.code, err.status, err.attempts, err.phase, err.retryable })
      assert.same({}, (f.g:journal()))
      for _, request in ipairs(proxy:journal()) do
        assert.same({ "CONNECT", target }, { request.method, request.path })
        assert.is_nil(request.raw_head:find(errors.TOKEN, 1, true))
      end
    end)
  end
end)
