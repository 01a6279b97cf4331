-- SPDX-License-Identifier: MIT
-- User names and passwords in URLs are used for a proxy, refused elsewhere, and
-- shown in no message.

local cli = require "spec.support.cli"
local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local gateway = require "spec.support.gateway"
local luma = require "luma"

local CANARY = "s3cret-canary"
local USER = "jane:" .. CANARY
local ENCODED = "amFuZTpzM2NyZXQtY2FuYXJ5" -- USER in base 64

-- Raises if a text shows the password or a good part of it.
local function check(text)
  for _, part in ipairs { "s3cret", "canary", "jane" } do
    assert.is_nil(text:find(part, 1, true), "a secret shows in: " .. text)
  end
  errors.check_printable(text)
  return text
end

local function check_error(err)
  check(tostring(errors.check(err)))
  check(err.message)
  for _, inner in pairs(err.failed or {}) do check_error(inner) end
  return err
end

local function has(text, words)
  assert.truthy(text:find(words, 1, true), words .. " is not in: " .. text)
end

describe("a user name and password", function()
  local d, g, proxy, at

  setup(function()
    d, proxy = downloads.setup(), gateway.start()
    g, at = d.g, proxy.http:match "//(.*)"
  end)
  teardown(function()
    d:teardown()
    proxy:stop()
  end)
  after_each(function()
    d:tidy()
    proxy:reset()
  end)

  local function refused(name, url, words)
    local options = { token = errors.TOKEN, base_url = g.http }
    options[name] = url
    local message = check(errors.misuse(luma.client, options))
    has(message, name .. ": ")
    has(message, words or "")
  end

  describe("of a proxy", function()
    local ENCODE = "percent-encoded"
    local hostile = {
      { "http://" .. USER .. "@[::bad", "must be a URL" },
      { USER .. "@[::bad", "must be a URL" },
      { "http://" .. USER .. "@", "must be a URL" },
      { "http://" .. USER .. "@:80", "must be a URL" },
      { "http://" .. USER .. "@host:port", "must be a URL" },
      { "http://" .. USER .. "@host:99999", "must be a URL" },
      { "http://" .. USER .. "@ho\\st", "must be a URL" },
      { "http://" .. USER .. "@ho st", ENCODE },
      { USER .. "@host:80", "must begin with its scheme" },
      { USER .. "@host", "must begin with its scheme" },
      { "//" .. USER .. "@host", "" },
      { "http:/" .. USER .. "@host", "" },
      { "jane:/" .. CANARY .. "@host", "must begin with http://" },
      { "ftp://" .. USER .. "@host", "must begin with http://" },
      { "socks6://" .. USER .. "@host", "must begin with http://" },
      { "file://" .. USER .. "@host/x", "" },
      { CANARY .. "://host", "" },
      { "http://" .. USER .. "\1@host", ENCODE },
      { "http://" .. USER .. "\n@host", ENCODE },
      { "http://" .. USER .. "\127@host", ENCODE },
      { "http://" .. USER .. "\195\169@host", ENCODE },
      { "http://" .. USER .. "%0a@host", "control characters" },
      { "http://" .. USER .. "%00@host", "control characters" },
      { "http://jane%0d:" .. CANARY .. "@host", "control characters" },
      { "http://" .. USER .. "\0@host", "NUL" },
    }
    for _, char in ipairs { "/", "?", "#", "@", " " } do
      for _, from in ipairs { "http://jane:", "http://jane:1", "socks5://1:1",
        "jane:" } do
        hostile[#hostile + 1] = { from .. char .. CANARY .. "@host", "" }
      end
      for _, from in ipairs { "http://jane:", "http://jane:1" } do
        hostile[#hostile + 1] = { from .. char .. CANARY .. "@host:80",
          ENCODE }
      end
    end

    it("is misused before anything is asked, and not shown", function()
      for _, case in ipairs(hostile) do
        refused("proxy", case[1], case[2])
      end
    end)

    it("is misused where there is no name or host", function()
      for _, url in ipairs { "", " ", "http://", "::::", "://x", "http://:80",
        "nonsense://x", "ftp.corp.example:80" } do
        refused("proxy", url)
      end
    end)

    it("is not shown by the command", function()
      for _, case in ipairs { hostile[1], hostile[9] } do
        local ended = cli.run(g, { "get", "--proxy", case[1], "a" })
        assert.equal(2, ended.code)
        check(ended.out)
        has(check((ended.err:gsub("\n", " "))), "proxy: ")
      end
    end)

    it("is used", function()
      local cases = {
        { "", nil }, { "http://", nil }, { "HTTP://", nil },
        { "http://" .. USER .. "@", ENCODED },
        { "HTTP://" .. USER .. "@", ENCODED },
        { "http://jane:s3cret%2Dcanary@", ENCODED },
        { "http://jane:%40%2F%23%3F%3A%20@", "amFuZTpALyM/OiA=" },
        { "http://jane:@", "amFuZTo=" },
        { "http://jane@", "amFuZTo=" },
      }
      for _, case in ipairs(cases) do
        for _, rest in ipairs { "", "/" } do
          local client = d:client_of { plain_http = true,
            proxy = case[1] .. at .. rest }
          assert.equal(2, #assert(client:tasks { "a", "b" }))
          local request = proxy:journal()[1]
          assert.equal(g.http .. "/luma/tasks", request.path)
          assert.equal(case[2] and "Basic " .. case[2],
            request.headers["proxy-authorization"])
          proxy:reset()
        end
      end
      assert.same({}, (g:journal()))
    end)

    it("is accepted with each scheme, and not shown when it fails", function()
      for _, scheme in ipairs { "http", "https", "socks4", "socks4a", "socks5",
        "socks5h" } do
        for _, host in ipairs { "127.0.0.1:1", "no.such.host.invalid:1" } do
          local client = d:client_of { attempts = 1, plain_http = true,
            proxy = scheme .. "://" .. USER .. "@" .. host }
          local _, err = client:tasks { "a" }
          local expected = host:find "127" and "connect" or "resolve"
          assert.equal(expected, check_error(err).code, scheme)
          _, err = d:bring "/clip"
          assert.equal(expected, check_error(err).code, scheme)
        end
      end
    end)

    it("is not shown when the proxy itself says it", function()
      local bodies = {
        "bad " .. USER .. " here", '{"message":"no user s3cret/canary!"}',
        "http://" .. USER .. "@host/", "<p>s3cret%2Fcanary</p>",
        ("x"):rep(240) .. "s3cret/canary",
      }
      local client = d:client_of { attempts = 1, plain_http = true,
        proxy = "http://jane:s3cret%2Fcanary@" .. at }
      for _, body in ipairs(bodies) do
        body = body:gsub("s3cret%-canary", "s3cret/canary")
        proxy:queue { status = 407, body = body }
        local _, err = client:tasks { "a" }
        local text = tostring(errors.check(err))
        assert.is_nil(text:find "s3cret" or text:find "canary", text)
        assert.equal(407, err.status)
      end
    end)

    it("does not change luma's own words", function()
      for _, word in ipairs { "the", "connection", "answered", "it starts",
        "with" } do
        local client = d:client_of { attempts = 1, plain_http = true,
          proxy = "http://jane:" .. word:gsub(" ", "%%20") .. "@" .. at }
        proxy:queue { status = 407, body = "so " .. word .. " is wrong" }
        local _, err = client:tasks { "a" }
        has(errors.check(err).message, "it starts with so *** is wrong")
        has(err.message, "no connection could be made: the proxy answered with "
          .. "HTTP 407, check its user name and password: ")
      end
    end)

    it("is hidden as the end of a text only where that was cut", function()
      local client = d:client_of { attempts = 1, plain_http = true,
        proxy = "http://jane:serverless@" .. at }
      proxy:queue { status = 407, body = "no such server" }
      local _, err = client:tasks { "a" }
      has(errors.check(err).message, "no such server")
    end)

    it("may stand in the path of a socket, where it is none", function()
      for _, url in ipairs { "socks5h://localhost/run/tor@default/socks",
        "socks5://localhost:1/run/a@b", "socks5h://%s@localhost/run/a@b" } do
        local client = d:client_of { attempts = 1, plain_http = true,
          proxy = url:format(USER) }
        local _, err = client:tasks { "a" }
        assert.equal("connect", check_error(err).code)
      end
      for _, url in ipairs { "socks5://localhost.example/%s@host",
        "http://localhost/%s@host", "socks5://localhost:%s/x@host:1" } do
        refused("proxy", url:format(CANARY))
      end
    end)

    it("is hidden where it is the name alone, a key", function()
      local client = d:client_of { attempts = 1, plain_http = true,
        proxy = "http://" .. CANARY .. ":@" .. at }
      proxy:queue { status = 407, body = "no key " .. CANARY .. " here" }
      local _, err = client:tasks { "a" }
      has(check_error(err).message, "no key *** here")
    end)
  end)

  it("of base_url is refused", function()
    for _, url in ipairs { "https://%s@gateway.example", "https://%s@[::bad",
      "%s@gateway.example", "https://%s@", "ftp://%s@gateway.example",
      "http://%s@gateway.example/x?y", "https://%s @gateway.example" } do
      refused("base_url", url:format(USER))
    end
  end)

  it("of a link is refused", function()
    local client = d:client_of {}
    for _, url in ipairs { "https://%s@files.example/x", "https://%s@[::bad",
      "http://%s@127.0.0.1/x", "https://%s @files.example" } do
      url = url:format(USER)
      local job, err = client:download(url, d.dir:at "clip.mp4")
      if job then err = select(2, job:result()) end
      check_error(err)
      g:route("/from", { status = 302, headers = { Location = url } })
      check_error(d:refused("link", "/from"))
    end
  end)

  it("of any URL in a gateway's words is hidden", function()
    local client = d:client_of { attempts = 1 }
    for _, words in ipairs { "see http://%s@host/x for it",
      "see 'ftp://%s@host', or", "see x://%s@y@host", "http://%s@host",
      [[{"url":"http:\/\/%s@host\/x"}]],
      "<a href=\"http://%s@host?a=b\">" } do
      words = words:format(USER)
      g:queue({ status = 400, body = words },
        { status = 502, body = '{"message":"' .. words:gsub('"', "'") .. '"}' })
      for _ = 1, 2 do
        local _, err = client:tasks { "a" }
        has(check_error(err).message, "://***@")
      end
    end
    g:queue { status = 400, body = "mail a@b, see http://host:80/@x" }
    local _, err = client:tasks { "a" }
    has(err.message, "mail a@b, see http://host:80/@x")
  end)
end)
