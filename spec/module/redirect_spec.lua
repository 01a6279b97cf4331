-- SPDX-License-Identifier: MIT
-- A redirect of the gateway is reported with its target, and not followed.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local CANARY = "s3cret-canary"

describe("a redirect of the gateway", function()
  local f, g, client, port

  setup(function()
    f = fixture.start()
    g, port = f.g, f.g.http_port
  end)
  teardown(function() f:stop() end)
  before_each(function() client = f:new {} end)
  after_each(function() f:tidy() end)

  local function redirect(status, location)
    return { status = status, body = '{"message":"moved"}',
      headers = location and { { "Location", location } } }
  end

  local function check(err, status)
    assert.same({ "redirect", status, 1, false },
      { errors.check(err).code, err.status, err.attempts, err.retryable })
    assert.is_nil(tostring(err):find(CANARY, 1, true), tostring(err))
    return err.message
  end

  local function told(status, location)
    g:queue(redirect(status, location))
    local tasks, err = client:tasks { "a" }
    assert.is_nil(tasks)
    return check(err, status)
  end

  local function says(where, hint)
    return "the gateway redirected the request to " .. where
      .. "; check base_url" .. (hint and ", it may have to be " .. hint or "")
  end

  for _, status in ipairs { 301, 302, 303, 307, 308 } do
    it("with " .. status .. " is not followed, but told", function()
      assert.equal(says "https://other.example/luma/tasks",
        told(status, "https://other.example/luma/tasks"))
      assert.equal("the gateway redirected the request; it has no Location: "
        .. "moved", told(status))
      assert.equal(2, #g:journal())
    end)

    it("with " .. status .. " of another request is told as well", function()
      for _, method in ipairs { "GET", "POST" } do
        g:route("/luma/credits",
          redirect(status, "https://127.0.0.1/luma/credits?key=" .. CANARY))
        local value, err = client:request(method, "/luma/credits?a=b"):result()
        assert.is_nil(value)
        assert.equal(says("https://127.0.0.1/luma/credits",
          "https://127.0.0.1"), check(err, status))
      end
    end)
  end

  it("on the same host tells which base_url would do", function()
    local here = "http://127.0.0.1:" .. port
    local cases = {
      { "https://127.0.0.1/luma/tasks", nil, "https://127.0.0.1" },
      { "https://127.0.0.1:8443/v1/luma/tasks", nil,
        "https://127.0.0.1:8443/v1" },
      { "/v1/luma/tasks", here .. "/v1/luma/tasks", here .. "/v1" },
      { "../v2/luma/tasks?x=1", here .. "/v2/luma/tasks", here .. "/v2" },
      -- it would not, or nobody knows
      { "/luma/tasks", here .. "/luma/tasks" },
      { "/luma/tasks/", here .. "/luma/tasks/" },
      { "/login", here .. "/login" },
      { "?x=1", here .. "/luma/tasks" },
      { "//other.example/luma/tasks", "http://other.example/luma/tasks" },
      { "https://127.0.0.1.other.example/luma/tasks" },
      { "https://127.0.0.1@other.example/luma/tasks",
        "https://other.example/luma/tasks" },
    }
    for _, case in ipairs(cases) do
      assert.equal(says(case[2] or case[1], case[3]), told(301, case[1]))
    end
    client = f:new { base_url = g.http .. "/old//" }
    g:route("/old/luma/tasks", redirect(308, "https://127.0.0.1/luma/tasks"))
    local _, err = client:tasks { "a" }
    assert.equal(says("https://127.0.0.1/luma/tasks", "https://127.0.0.1"),
      check(err, 308))
  end)

  it("shows no secret of its URL", function()
    local clean = says "https://other.example/luma/tasks"
    for _, url in ipairs { "https://jane:%s@other.example/luma/tasks",
      "https://%s@other.example/luma/tasks",
      "https://other.example/luma/tasks?sig=%s",
      "https://other.example/luma/tasks#%s",
      "https://jane:%s@other.example/luma/tasks?%s#%s" } do
      assert.equal(clean, told(302, (url:gsub("%%s", CANARY))))
    end
    client = f:new()
    g:queue(redirect(302, "https://other.example/token/x"))
    local _, err = client:tasks { "a" } -- the fixture's token is "token"
    assert.equal(says "https://other.example/***/x", check(err, 302))
  end)

  it("to nowhere is told without it", function()
    for _, odd in ipairs { "", "http://", "http://jane:" .. CANARY .. "@[::bad",
      "javascript:" .. CANARY, "mailto:jane@" .. CANARY .. ".example",
      "http://ho\\st/" .. CANARY, "/\27[31m", "https://h:99999/" .. CANARY } do
      assert.equal("the gateway redirected the request; its Location cannot be "
        .. "read: moved", told(301, odd))
    end
    g:queue { status = 302, body = "" }
    local _, err = client:tasks { "a" }
    assert.equal("the gateway redirected the request; it has no Location",
      check(err, 302))
  end)

  it("is one line of text whatever its URL holds", function()
    for _, odd in ipairs { "/a b", "/\255\254", "/\194\155",
      "/caf\195\169", "/%%%", "/%0d%0aX:1" } do
      local message = told(301, odd)
      local path = message:match "redirected the request to http://[%d.:]+/(.*)"
      assert.truthy(path and path:find("; check base_url", 1, true),
        odd .. message)
    end
  end)

  it("is cut where its URL is long", function()
    local message = told(301, "https://h/" .. ("x"):rep(60000))
    assert.truthy(message:find "^the gateway redirected .*x%.%.%.; check ")
    assert.is_true(#message < 400)
    g:queue(redirect(301, "https://h/" .. ("x"):rep(100000)))
    local _, err = client:tasks { "a" }
    assert.equal("too_large", errors.check(err).code)
  end)

  it("with several URLs names the first", function()
    g:queue { status = 301, headers = {
      { "Location", "https://one.example/" },
      { "Location", "https://two.example/" },
    } }
    local _, err = client:tasks { "a" }
    assert.equal(says "https://one.example/", check(err, 301))
  end)
end)
