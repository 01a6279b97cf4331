-- SPDX-License-Identifier: MIT
-- A token, a proxy's password and a header are looked for in all that luma says
-- and writes, in each form: they are where they belong, and nowhere else.

local cli = require "spec.support.cli"
local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local luma = require "luma"
local process = require "spec.support.process"

local SECRETS = {
  token = "canary-t-51f0c2de", password = "canary-p-77ab19fe",
  header = "canary-h-e03d84ba",
}
local PIECES = { "51f0c2", "c2de", "77ab19", "19fe", "e03d84", "84ba" }
local USER = "jane:" .. SECRETS.password
local BASIC = process.run({ "base64", stdin = USER }).output:match "%S+"

-- Raises if a good part of a secret shows in the text.
local function check(text)
  assert.equal("string", type(text))
  for _, piece in ipairs(PIECES) do
    assert.is_nil(text:find(piece, 1, true), text)
  end
  assert.is_nil(text:find(BASIC, 1, true), text)
end

-- The same for all there is in a table, keys too. What the gateway's response
-- is does not count.
local function check_all(value)
  if type(value) == "string" then check(value) end
  if type(value) ~= "table" then return end
  for key, item in pairs(value) do
    check_all(key)
    if key ~= "value" and key ~= "tasks" then check_all(item) end
  end
end

local function check_error(err)
  errors.check(err)
  check_all(err)
  check(tostring(err))
  check(debug.traceback(tostring(err)))
  check(select(2, pcall(error, err)).message)
  check(select(2, pcall(function() return "x: " .. err end)))
end

local function with_secret(behaviour, secret)
  if type(behaviour) == "string" then
    return (behaviour:gsub("SECRET", secret))
  end
  if type(behaviour) ~= "table" then return behaviour end
  local copy = {}
  for key, value in pairs(behaviour) do
    copy[key] = with_secret(value, secret)
  end
  return copy
end

-- What a gateway or a proxy says that shows what it was sent.
local echoes = {
  { "a text", { status = 400, body = "no SECRET here" } },
  { "a JSON message",
    { status = 401, body = '{"error":{"message":"bad key SECRET"}}' } },
  { "an envelope", { body = '{"code":"fail","message":"what is SECRET?"}' } },
  { "a page", { status = 502, body = "<p>SECRET</p>",
    content_type = "text/html" } },
  { "a page with 200", { body = "<p>SECRET</p>", content_type = "text/html" } },
  { "a URL", { status = 400, body = "see https://x.test/?key=SECRET&a" } },
  { "a user name", { status = 400, body = "http://SECRET:SECRET@x.test" } },
  { "a text that is cut", { status = 500, body = "no SECRET", cut = 14 } },
  { "the id of the request",
    { status = 500, body = "", headers = { ["X-Request-Id"] = "id-SECRET" } } },
  { "a target", { status = 302,
    headers = { Location = "https://x.test/SECRET/x?key=SECRET" } } },
  { "a target with a user name", { status = 307,
    headers = { Location = "https://SECRET:SECRET@x.test/x" } } },
  { "a target that is none", { status = 302,
    headers = { Location = "x:SECRET" } } },
  { "Retry-After", { status = 429, headers = { ["Retry-After"] = "SECRET" } } },
  { "a reason", { status = 418, reason = "SECRET", body = "" } },
  { "a media type", { content_type = "text/SECRET", body = "x" } },
  { "a coding", { headers = { ["Content-Encoding"] = "SECRET" }, body = "x" } },
  { "a length", { content_length = "SECRET", body = "x" } },
  { "no HTTP", { raw = "SECRET\r\n\r\n" } },
  { "a refusal of the proxy", { status = 407, body = "SECRET is not Jane" } },
}

describe("a secret", function()
  local d, proxy = downloads.use(), fixture.use().g
  local g, at = d.g, nil

  -- A client with all three, and the attempts that it reports.
  local function client_of(through)
    at = proxy.http:match "//(.*)"
    local attempts = {}
    local client = d:client_of {
      token = SECRETS.token, headers = { ["X-Key"] = SECRETS.header },
      proxy = through and "http://" .. USER .. "@" .. at or nil,
      plain_http = true, attempts = 1,
      on_attempt = function(attempt) attempts[#attempts + 1] = attempt end,
    }
    return client, attempts
  end

  local calls = {
    tasks = function(client) return client:tasks "a" end,
    request = function(client)
      return client:request("POST", "/luma/tasks", { a = 1 }):result()
    end,
    watch = function(client)
      return client:watch("a", { deadline = 0.05 }):result()
    end,
    generate = function(client)
      return client:generate("a cat"):result()
    end,
    download = function() return d:bring "/clip" end,
  }

  -- What comes of each call where the server says the secret.
  local function hear(echo, secret, through)
    local server, from = through and proxy or g, through and g.http or ""
    local behaviour = with_secret(echo, secret)
    server:default(behaviour)
    server:route(from .. "/clip", behaviour)
    server:route(from .. "/luma/generations", behaviour)
    for name, call in pairs(calls) do
      local client, attempts = client_of(through)
      local result, err = call(client)
      client:close()
      assert.is_nil(result, name)
      check_error(err)
      check_all(attempts)
      -- On a busy machine, the watch's deadline may come first.
      assert.is_true(#attempts > 0 or name == "watch")
    end
  end

  for _, echo in ipairs(echoes) do
    it("is in no error if the server says it: " .. echo[1], function()
      for name, secret in pairs(SECRETS) do
        hear(echo[2], secret, true)
        if name ~= "password" then hear(echo[2], secret, false) end
      end
    end)
  end

  it("is in no error, wherever a text with it is cut", function()
    local client = client_of(true)
    for _, secret in pairs(SECRETS) do
      for size = 0, #secret + 3 do
        proxy:queue { status = 500, body = "no " .. secret, cut = size }
        local _, err = client:tasks "a"
        errors.check(err)
        assert.is_nil(tostring(err):find(secret:sub(1, 4), 1, true),
          tostring(err))
      end
    end
  end)

  it("is in no value, and in nothing that Lua holds", function()
    local ended = process.run {
      program = process.LUA, "spec/programs/canary.lua", g.http, proxy.http,
      stdin = ("%s\n%s\n%s\n"):format(SECRETS.token, SECRETS.password,
        SECRETS.header),
    }
    assert.equal(0, ended.code, ended.output)
    assert.equal("nothing\nnothing\nnothing\n", ended.output)
    assert.equal("Bearer " .. SECRETS.token,
      proxy:journal()[1].headers.authorization)
  end)

  it("is in no wrong use of an option", function()
    for _, wrong in ipairs { "\n", "\0", "\127", "\195\169" } do
      for name, value in pairs { token = SECRETS.token .. wrong,
        base_url = "https://" .. USER .. "@x.test" .. wrong,
        proxy = "http://" .. USER .. "@x.test" .. wrong,
        headers = { ["X-Key"] = SECRETS.header .. wrong } } do
        local options = { token = "token", base_url = g.http }
        options[name] = value
        check(errors.misuse(luma.client, options))
      end
    end
  end)

  it("is in no file, neither at rest nor in the middle", function()
    for _, through in ipairs { false, true } do
      local server = through and proxy or g
      server:file((through and g.http or "") .. "/clip",
        { stall = "body", drip = { bytes = 1000, seconds = 0, after = 50000 } },
        { cut = 60000 }, {})
      client_of(through)
      local job = d:start(g.http .. "/clip", { attempts = 3 })
      server:wait("stalled", 1)
      local names = d.dir:names()
      assert.is_true(#names >= 1)
      for _, name in ipairs(names) do check(name .. d.dir:read(name)) end
      server:release()
      assert(job:result())
      assert.same({ "clip.mp4" }, d.dir:names())
      check(d.dir:read "clip.mp4")
      d.dir:empty()
    end
  end)
end)

describe("what another host gets", function()
  local d, other, proxy = downloads.use(), fixture.use().g, fixture.use().g
  local g = d.g

  local function client_of(base_url, proxy_url)
    return d:client_of { token = SECRETS.token, base_url = base_url,
      headers = { ["X-Key"] = SECRETS.header }, plain_http = true,
      ca_file = g.ca, attempts = 1, proxy = proxy_url }
  end

  -- Requests without what belongs to a proxy.
  local function check_requests(server, count)
    local requests = server:journal()
    assert.equal(count, #requests)
    for _, request in ipairs(requests) do
      check((request.raw_head:gsub("Proxy%-Authorization: [^\r]*", "")))
      check(request.body or "")
    end
  end

  it("by a link or a redirect is no secret", function()
    local same_port = g.http:gsub("127%.0%.0%.1", "localhost")
    other:file("/clip", {})
    g:file("/clip", {})
    for i, target in ipairs { other.http, same_port } do
      local own = i == 2 and 1 or 0 -- the gateway's own stub, by another name
      for _, status in ipairs { 301, 302, 303, 307, 308 } do
        client_of(g.http)
        g:route("/from", { status = status,
          headers = { Location = target .. "/clip" } })
        assert(d:bring "/from")
        assert(d:start(target .. "/clip"):result())
      end
      local requests = g:journal()
      assert.equal(5 + own * 10, #requests)
      for _, request in ipairs(requests) do
        local private = request.path == "/from"
        assert.equal(private and SECRETS.header or nil,
          request.headers["x-key"])
        assert.equal(private and "Bearer " .. SECRETS.token or nil,
          request.headers.authorization)
      end
      g:reset()
      g:file("/clip", {})
    end
    check_requests(other, 10)
  end)

  it("is no secret either if it redirects back to the gateway", function()
    client_of(g.http)
    g:file("/clip", {})
    other:route("/back", { status = 302,
      headers = { Location = g.http .. "/clip" } })
    assert(d:start(other.http .. "/back"):result())
    check_requests(g, 1)
    check_requests(other, 1)
  end)

  it("as a proxy is its own password, and no more over https", function()
    proxy:accept { tunnel = true }
    local client = client_of(g.https,
      "http://" .. USER .. "@" .. proxy.http:match "//(.*)")
    assert(client:tasks "a")
    assert.equal("Basic " .. BASIC,
      proxy:journal()[1].headers["proxy-authorization"])
    check_requests(proxy, 1)
    local request = g:journal()[1]
    assert.equal("Bearer " .. SECRETS.token, request.headers.authorization)
    assert.is_nil(request.raw_head:find(BASIC, 1, true))
    assert.is_nil(request.raw_head:find "[Pp]roxy")
  end)

  it("as a program or a log of the command is none", function()
    local file = d.dir:at "token"
    d.dir:write("token", SECRETS.token .. "\n")
    d.dir:write("all", "#!/bin/sh\nenv; echo \"$@\"; cat /proc/$$/cmdline\n"
      .. "tr '\\0' '\\n' </proc/$PPID/environ\n")
    assert(d.dir:run "chmod 755 all && mkdir config config/luma")
    d.dir:write("config/luma/config", ("header = X-Key: %s\nproxy = %s\n")
      :format(SECRETS.header, proxy.http:gsub("//", "//" .. USER .. "@")))
    assert(d.dir:run "chmod 600 config/luma/config token")
    for _, behaviour in ipairs { {}, { status = 400,
      body = table.concat({ SECRETS.token, USER, SECRETS.header }, " ") } } do
      proxy:default(behaviour)
      local ended = cli.run(g, { "watch", "a", "--verbose", "--plain-http",
        "--token-file", file, "--exec", d.dir:at "all" .. " {id}" }, {
        env = { LUMA_LOG = d.dir:at "log", XDG_CONFIG_HOME = d.dir:at "config" },
        unset = { "LUMA_GATEWAY_TOKEN" },
      })
      assert.equal(behaviour.body == nil, ended.code == 0, ended.err)
      assert.truthy(behaviour.body or ended.out:find "PATH=.*PATH=")
      check(ended.out)
      check(ended.err)
      check(d.dir:read "log")
    end
    assert.equal("Bearer " .. SECRETS.token,
      proxy:journal()[1].headers.authorization)
    assert.equal("Basic " .. BASIC,
      proxy:journal()[1].headers["proxy-authorization"])
    assert.equal(SECRETS.header, proxy:journal()[1].headers["x-key"])
  end)
end)
