-- SPDX-License-Identifier: MIT
-- luma takes only the documented variables from the environment, and sends the
-- token to the gateway only.

local luma = require "luma"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"

local TOKEN = errors.TOKEN
local DEAD = "http://127.0.0.1:1"

describe("the environment", function()
  local f = fixture.use { token = TOKEN }
  local g, proxy = f.g, fixture.use().g
  local script

  setup(function() script = os.tmpname() end)
  teardown(function() os.remove(script) end)

  -- Runs Lua text in a process with these variables; what it prints.
  local function child(variables, text)
    local file = assert(io.open(script, "w"))
    file:write([[
      local luma = require "luma"
      local function show(options)
        local ok, client = pcall(luma.client, options)
        if not ok then return print(client) end
        local tasks, err = client:tasks { "a" }
        print(tasks and tasks[1].id or err)
        client:close()
      end
    ]], text)
    file:close()
    local output = process.run({ program = process.LUA, script,
      unset = { "LUMA_GATEWAY_TOKEN", "LUMA_GATEWAY_URL" }, env = variables,
    }).output
    errors.check_secret(output)
    errors.seen = errors.seen + 1
    return output
  end

  it("gives the token and the address", function()
    local output = child({ LUMA_GATEWAY_TOKEN = TOKEN,
      LUMA_GATEWAY_URL = g.http }, "show() show {}")
    assert.equal("a\na\n", output)
    local requests = g:journal()
    assert.equal(2, #requests)
    assert.equal("Bearer " .. TOKEN, requests[2].headers.authorization)
  end)

  it("gives way to options", function()
    local output = child({ LUMA_GATEWAY_TOKEN = "other",
      LUMA_GATEWAY_URL = DEAD },
      ("show { token = %q, base_url = %q }"):format(TOKEN, g.http))
    assert.equal("a\n", output)
    assert.equal("Bearer " .. TOKEN, g:journal()[1].headers.authorization)
  end)

  it("is checked as options are", function()
    local function says(variables, words)
      local output = child(variables, "show()")
      assert.truthy(output:find(words, 1, true), output)
    end
    says({}, "token: must be given")
    says({}, "LUMA_GATEWAY_TOKEN")
    says({ LUMA_GATEWAY_TOKEN = "" }, "token: must not be empty")
    says({ LUMA_GATEWAY_TOKEN = TOKEN .. "\n" }, "token: must be printable")
    says({ LUMA_GATEWAY_TOKEN = TOKEN .. "\r\nX: 1" }, "token: must be")
    says({ LUMA_GATEWAY_TOKEN = TOKEN, LUMA_GATEWAY_URL = "gateway" },
      "base_url: must be")
    says({ LUMA_GATEWAY_TOKEN = TOKEN,
      LUMA_GATEWAY_URL = "http://gateway.example" }, "plain_http")
  end)

  it("is never read where the official SDKs look", function()
    local output = child({ LUMA_API_KEY = TOKEN, LUMAAI_API_KEY = TOKEN,
      LUMA_AUTH_TOKEN = TOKEN, LUMA_BASE_URL = g.http,
      LUMAAI_BASE_URL = g.http }, "show()")
    assert.truthy(output:find("token: must be given", 1, true), output)
  end)

  it("names no proxy", function()
    local variables = {
      http_proxy = DEAD, https_proxy = DEAD, HTTPS_PROXY = DEAD,
      all_proxy = DEAD, ALL_PROXY = DEAD, no_proxy = "",
    }
    local output = child(variables, ([[
      show { token = %q, base_url = %q }
      show { token = %q, base_url = %q, ca_file = %q }
    ]]):format(TOKEN, g.http, TOKEN, g.https, g.ca))
    assert.equal("a\na\n", output)
    for _, request in ipairs((g:journal())) do
      assert.equal("/luma/tasks", request.path)
    end
  end)

  it("does not switch off the proxy that an option names", function()
    local output = child({ no_proxy = "*", NO_PROXY = "127.0.0.1" },
      ("show { token = %q, base_url = %q, proxy = %q, plain_http = true }")
        :format(TOKEN, g.http, proxy.http))
    assert.equal("a\n", output)
    assert.same({}, (g:journal()))
    local requests = proxy:journal()
    assert.equal(1, #requests)
    assert.equal(g.http .. "/luma/tasks", requests[1].path)
  end)

  it("of a proxy never sees the token on its way to https", function()
    local client = f:new { base_url = g.https, proxy = proxy.http,
      attempts = 1 }
    local tasks, err = client:tasks { "a" }
    assert.is_nil(tasks) -- this one knows no CONNECT
    assert.truthy(errors.check(err).message:find("the proxy answered with "
      .. "HTTP 404", 1, true), err.message)
    local requests = proxy:journal()
    assert.equal(1, #requests)
    assert.equal("CONNECT", requests[1].method)
    errors.check_secret(requests[1].raw_head)
    assert.same({}, (g:journal()))
  end)

  it("may hold a proxy that is dead, which is told", function()
    for bad, code in pairs { [DEAD] = "connect",
      ["http://no.such.host.invalid:8080"] = "resolve" } do
      local client = f:new { proxy = bad, attempts = 1, plain_http = true }
      local tasks, err = client:tasks { "a" }
      assert.is_nil(tasks)
      assert.equal(code, errors.check(err).code)
    end
    assert.same({}, (g:journal()))
  end)
end)

describe("the token", function()
  local f = fixture.use { token = TOKEN }
  local g = f.g

  it("goes into one header, and nowhere else", function()
    assert(f:new():tasks { "a" })
    local request = g:journal()[1]
    local line = "\r\nAuthorization: Bearer " .. TOKEN .. "\r\n"
    local from, to = request.raw_head:find(line, 1, true)
    assert.is_number(from)
    errors.check_secret(request.raw_head:sub(1, from))
    errors.check_secret(request.raw_head:sub(to) .. request.body)
    assert.equal("luma/" .. luma._VERSION, request.headers["user-agent"])
    assert.equal("application/json", request.headers.accept)
    assert.equal("application/json", request.headers["content-type"])
    assert.is_nil(request.headers.expect)
    assert.equal('{"ids":["a"]}', request.body)
  end)

  it("does not follow a certificate file that is none", function()
    local path = os.tmpname()
    local client = f:new { base_url = g.https, ca_file = path }
    local tasks, err = client:tasks { "a" }
    os.remove(path)
    assert.is_nil(tasks)
    assert.same({ "tls", 1 }, { errors.check(err).code, err.attempts })
    assert.same({}, (g:journal()))
  end)
end)
