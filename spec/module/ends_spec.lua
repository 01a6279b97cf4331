-- SPDX-License-Identifier: MIT
-- The head of a response says what the response means, whatever becomes of its
-- body. An end before the head is the network's, and is retried.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local gateway = require "spec.support.gateway"

local BODY = '{"error":{"message":"boom"}}'
local STALL = 0.3 -- seconds, the timeout

-- Ways for a body to break off, and whether its words are known.
local breaks = {
  close = { { body = BODY, content_length = 500, ["then"] = "close" }, true },
  reset = { { body = BODY, content_length = 500, ["then"] = "reset" }, true },
  stall = { { body = BODY, content_length = 500, ["then"] = "stall" }, true },
  ["no byte"] = { { body = BODY, cut = 0 }, false },
  ["bad chunk"] = { { body = BODY, chunked = 100, cut = 20 }, false },
  ["wrong coding"] = { { body = BODY,
    headers = { ["Content-Encoding"] = "gzip" } }, false },
}

local statuses = {
  [401] = "auth", [404] = "rejected", [307] = "redirect", [500] = "server",
}

describe("a response that breaks off", function()
  local f = fixture.use { token = errors.TOKEN, attempts = 1,
    timeout = { stall = STALL } }
  local g = f.g

  local function failure(behaviour, client)
    g:queue(behaviour)
    local tasks, err = (client or f:new()):tasks "a"
    assert.is_nil(tasks)
    return errors.check(err)
  end

  for name, case in pairs(breaks) do
    for status, code in pairs(statuses) do
      it(("keeps the status %d: %s"):format(status, name), function()
        local behaviour = downloads.with({ status = status }, case[1])
        local err = failure(behaviour)
        assert.same({ code, status, "body", status == 500 },
          { err.code, err.status, err.phase, err.retryable })
        assert.equal(case[2], err.message:find "boom" ~= nil, err.message)
        assert.is_nil(err.message:find "empty", err.message)
        assert.truthy(err.request_id)
      end)
    end
  end

  it("keeps what Retry-After asks for", function()
    local err = failure { status = 429, body = BODY, cut = 5,
      ["then"] = "reset", headers = { ["Retry-After"] = "7" } }
    assert.same({ "rate_limit", 7 }, { err.code, err.retry_after })
  end)

  it("is no answer where its status says that all is well", function()
    for _, name in ipairs { "close", "reset", "no byte" } do
      local err = failure(downloads.with({ status = 200 }, breaks[name][1]))
      assert.equal("truncated", err.code)
    end
    assert.equal("stall_timeout", failure(breaks.stall[1]).code)
  end)

  it("is none where only its trailers look like a head", function()
    g:route("/x", { raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
      .. "\r\n2\r\n[]\r\n0\r\nHTTP/x: 1\r\n\r\n" })
    assert.same({}, (f:new():request("GET", "/x"):result()))
  end)

  it("before its head was no response", function()
    local early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    local err = failure { raw = early }
    assert.same({ "network", "wait", true },
      { err.code, err.phase, err.retryable })
    assert.is_nil(err.status)
    g:queue { raw = early .. "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" }
    err = select(2, f:new():tasks "a")
    assert.same({ "auth", 401 }, { err.code, err.status })
  end)

  it("by a header of any size is too large", function()
    for _, size in ipairs { 70000, 150000, 1000000 } do
      local err = failure { headers = { ["X-Long"] = ("x"):rep(size) } }
      assert.equal("too_large", err.code)
      err = failure { raw = "HTTP/1.1 200 " .. ("x"):rep(size) .. "\r\n\r\n" }
      assert.equal("too_large", err.code)
    end
  end)

  -- `nil, nil` is null, which is what an empty body stands for.
  local function value_of(head)
    g:route("/x", { raw = "HTTP/1.1 200 OK\r\n" .. head })
    local value, err = f:new { nulls = true }:request("GET", "/x"):result()
    return value == nil and errors.check(err).code or value
  end

  it("is not taken for an empty one", function()
    local luma = require "luma"
    assert.equal(luma.null, value_of "Content-Length: 0\r\n\r\n")
    assert.equal(luma.null,
      value_of "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n")
    assert.equal("reply", value_of "Content-Length: 0x10\r\n\r\n")
    assert.equal("truncated", value_of("Content-Encoding: gzip\r\n"
      .. "Content-Length: 10\r\n\r\n\31\139\8\0\0\0\0\0\0\3"))
  end)
end)

describe("a connection that breaks", function()
  local f = fixture.use { token = errors.TOKEN }
  local g = f.g

  local function ways_through(client)
    return { function() return client:tasks "a" end,
      function() return client:watch("a", { interval = 0.01 }):result() end }
  end

  -- What is said then depends on libcurl and the TLS library; that there is
  -- another attempt does not.
  it("in the TLS handshake is tried again", function()
    for _, act in ipairs { { reset = true }, { delay = 0.05, reset = true },
      { close = true }, { delay = 0.05, close = true } } do
      for i = 1, 2 do
        local client = f:new { base_url = g.https }
        g:accept(act)
        assert(ways_through(client)[i]())
      end
      g:accept(act)
      local err = select(2, f:new { base_url = g.https, attempts = 1 }
        :tasks "a")
      assert.is_true(errors.check(err).code == "network" or act.close
        and err.code == "tls", tostring(err))
      assert.same({ "connect", true }, { err.phase, err.retryable })
    end
  end)

  it("in every TLS handshake is tried until no attempt is left", function()
    for _, act in ipairs { { reset = true }, { close = true } } do
      g:reset()
      g:accept(act, act, act)
      local err = select(2, f:new { base_url = g.https }:tasks "a")
      assert.equal(3, errors.check(err).attempts)
      assert.equal(3, select(2, g:journal()).connections)
    end
  end)

  -- libcurl only has words for it, and words decide about no retry.
  it("because it wants a certificate says so", function()
    local act = { asks_certificate = true }
    g:accept(act, act, act)
    local err = select(2, f:new { base_url = g.https }:tasks "a")
    assert.same({ "tls", 3, true },
      { errors.check(err).code, err.attempts, err.retryable })
    assert.matches("alert", err.message)
  end)

  it("in HTTP/2 without a response is the network's", function()
    local options = { base_url = g.https, http2 = true }
    for i = 1, 2 do
      local client = f:new(options)
      g:accept { h2 = "close" }
      assert(ways_through(client)[i]())
    end
    g:accept { h2 = "close" }
    options.attempts = 1
    local err = select(2, f:new(options):request("PUT", "/x", {}):result())
    assert.same({ "network", "wait", 1, true },
      { errors.check(err).code, err.phase, err.attempts, err.retryable })
    assert.is_nil(err.status)
  end)
end)

describe("a proxy that refuses", function()
  local d, g, proxy

  setup(function()
    d, proxy = downloads.setup(), gateway.start()
    g = d.g
  end)
  teardown(function()
    d:teardown()
    proxy:stop()
  end)
  after_each(function()
    d:tidy()
    proxy:reset()
  end)

  -- Both kinds of exchange fail like this after so many attempts.
  local function refused(options, status, attempts, phase)
    local client = d:client_of(options)
    for _, result in ipairs {
      function() return client:tasks "a" end,
      function() return d:start(options.base_url .. "/clip"):result() end,
    } do
      local value, err = result()
      assert.is_nil(value)
      assert.same({ "connect", status, attempts, phase, attempts > 1 },
        { errors.check(err).code, err.status, err.attempts, err.phase,
          err.retryable })
      if status then
        assert.truthy(err.message:find("the proxy answered with HTTP "
          .. status, 1, true), err.message)
      end
    end
    assert.same({}, (g:journal()))
  end

  for status, attempts in pairs { [407] = 1, [403] = 1, [502] = 3 } do
    it("a tunnel with " .. status .. " is tried " .. attempts, function()
      proxy:route("localhost:" .. g.https_port, { status = status, body = "" })
      refused({ proxy = proxy.http, base_url = g.https }, status, attempts,
        "connect")
      assert.equal(2 * attempts, #proxy:journal())
    end)
  end

  it("plain http with 407 is tried once", function()
    proxy:default { status = 407, body = "" }
    proxy:route(g.http .. "/clip", { status = 407, body = "" })
    refused({ proxy = proxy.http, base_url = g.http, plain_http = true }, 407, 1, "body")
  end)

  it("in SOCKS is tried once", function()
    proxy:accept({ garbage = "\5\255" }, { garbage = "\5\255" })
    refused({ proxy = "socks5h://" .. proxy.http:match "//(.*)",
      base_url = g.http, plain_http = true }, nil, 1, "connect")
  end)
end)

describe("a download whose response breaks off", function()
  local d = downloads.use { timeout = { stall = STALL } }
  local g, dir = d.g, d.dir
  local client

  before_each(function() client = d.client end)

  for name, case in pairs(breaks) do
    it("has a new link after 403: " .. name, function()
      g:default { extra = { video = { download_url = g.http .. "/new" } } }
      g:route("/old", downloads.with({ status = 403 }, case[1]))
      g:file("/new", {})
      assert(d:start { id = "a", video = { url = g.http .. "/old" } }
        :result())
      assert.equal(downloads.CLIP, dir:read "clip.mp4")
      assert.equal(3, #g:journal())
    end)

    it("goes where it is redirected to: " .. name, function()
      local behaviour = downloads.with({ status = 302 }, case[1])
      behaviour.headers = { Location = "/clip",
        ["Content-Encoding"] = case[1].headers and "gzip" or nil }
      g:route("/from", behaviour)
      g:file("/clip", {})
      assert(d:bring "/from")
      assert.equal(downloads.CLIP, dir:read "clip.mp4")
    end)
  end

  it("keeps its status and what Retry-After asks for", function()
    client = d:client_of { attempts = 1 }
    g:route("/clip", { status = 503, body = BODY, cut = 0,
      headers = { ["Retry-After"] = "7" } })
    local err = d:refused("server", "/clip")
    assert.same({ 503, 7 }, { err.status, err.retry_after })
  end)

  it("is not whole because HTTP/2 says so", function()
    client = d:client_of { http2 = true, base_url = g.https }
    g:file("/clip", {})
    g:accept { h2 = "half" }
    assert(client:download(g.https .. "/clip",
      { path = dir:at "clip.mp4", allow_private = true }):result())
    assert.equal(downloads.CLIP, dir:read "clip.mp4")
    assert.truthy(g:journal()[1].raw_head:find("HTTP/1.1", 1, true))
    os.remove(dir:at "clip.mp4")
    g:route("/lies", { raw = "HTTP/2 200 OK\r\nContent-Type: video/mp4\r\n"
      .. "\r\nhalf of it" })
    d:refused("reply", "/lies")
  end)
end)
