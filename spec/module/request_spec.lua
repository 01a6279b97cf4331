-- SPDX-License-Identifier: MIT
-- client:request reaches any endpoint of the gateway and nothing else.

local cjson = require "cjson"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local luma = require "luma"

local unpack = table.unpack

describe("a request", function()
  local f = fixture.use()
  local g = f.g

  local PATH = "/luma/generations"

  local function request(...) return f:new():request(...):result() end

  local function reply(body, more)
    local behaviour = more or {}
    behaviour.body = body
    g:route(PATH, behaviour)
  end

  it("sends a table as JSON, and gives the reply as a table", function()
    reply('{"id":"g-1","state":"queued","assets":[1,{"a":null}],"data":[2]}',
      { status = 201 })
    local value, err = request("POST", PATH, { prompt = "a \"cat\"", n = 1 })
    assert.is_nil(err)
    assert.same({ id = "g-1", state = "queued", assets = { 1, {} },
      data = { 2 } }, value)
    assert.equal("pending", luma.state(value))
    local sent = g:journal()[1]
    assert.equal("POST", sent.method)
    assert.same({ prompt = "a \"cat\"", n = 1 }, cjson.decode(sent.body))
    assert.equal("application/json", sent.headers["content-type"])
    assert.equal("Bearer token", sent.headers.authorization)
  end)

  it("is shown as what it is, without ids", function()
    reply "1"
    local job = f:new():request("GET", PATH)
    assert.equal("luma.job (running, request)", tostring(job))
    assert.equal(1, job:result())
    assert.equal("luma.job (done, request)", tostring(job))
  end)

  it("sends a string as it is", function()
    reply "[]"
    assert.same({}, request("PUT", PATH .. "?x=1&y=%20", " {\"a\" : 1} "))
    local sent = g:journal()[1]
    assert.same({ "PUT", PATH .. "?x=1&y=%20", " {\"a\" : 1} " },
      { sent.method, sent.path, sent.body })
  end)

  it("may have no body", function()
    reply "true"
    for _, method in ipairs { "GET", "DELETE", "POST", "PATCH", "HEAD" } do
      assert.equal(method == "HEAD" and luma.null or true,
        request(method, PATH))
    end
    for i, method in ipairs { "GET", "DELETE", "POST", "PATCH", "HEAD" } do
      local sent = g:journal()[i]
      assert.same({ method, "" }, { sent.method, sent.body or "" })
      local counts = method:match "^P" and "0" or nil
      assert.equal(counts, sent.headers["content-length"])
    end
  end)

  it("can be followed by tasks on the same connection", function()
    reply '{"a":1}'
    local client = f:new { connections = 1 }
    for _, method in ipairs { "GET", "HEAD", "PUT" } do
      assert(client:request(method, PATH):result())
      assert.equal("x", client:tasks("x")[1].id)
    end
    assert(client:request("POST", PATH, nil, { retry = true }):result())
    local requests, counters = g:journal()
    assert.same({ 7, 1 }, { #requests, counters.connections })
    assert.same({ "x" }, requests[6].ids)
  end)

  it("has a new connection if it is sent only once", function()
    reply '{"a":1}'
    local client = f:new { connections = 1 }
    for i, method in ipairs { "POST", "PATCH" } do
      assert.equal("x", client:tasks("x")[1].id)
      assert(client:request(method, PATH):result())
      assert.equal(i + 1, select(2, g:journal()).connections)
    end
  end)

  it("gives any value", function()
    for text, value in pairs {
      ["12"] = 12, ['"text"'] = "text", ["false"] = false, ["null"] = luma.null,
      [""] = luma.null, ["[null]"] = { luma.null },
      ['{"data":[{"id":"a"},{"id":"b"}]}'] =
        { data = { { id = "a" }, { id = "b" } } },
    } do
      reply(text)
      local is, err = request("GET", PATH)
      assert.is_nil(err)
      assert.same(value, is)
    end
    reply(nil, { status = 204 })
    assert.equal(luma.null, (request("DELETE", PATH)))
  end)

  it("is not for loops", function()
    reply "1"
    local job = f:new():request("GET", PATH)
    assert.error_matches(function() job:each() end, "one value")
    assert.equal(1, job:result())
  end)

  it("hands the text to decode", function()
    reply ' { "a" : [ 1 ] } '
    local client = f:new { decode = function(text) return text end }
    assert.equal('{"a":[1]}', client:request("GET", PATH):result())
  end)

  it("calls on_done with the value, or nil and the error", function()
    reply '{"a":1}'
    local seen
    local client = f:new()
    client:request("GET", PATH, nil, {
      on_done = function(...) seen = { ... } end,
    })
    fixture.finish(client)
    assert.same({ { a = 1 } }, seen)
    reply("{}", { status = 400 })
    client:request("GET", PATH, nil, {
      on_done = function(value, err) seen = { value == nil, err.code } end,
    })
    fixture.finish(client)
    assert.same({ true, "rejected" }, seen)
  end)

  it("fails as tasks do", function()
    for body, case in pairs {
      ['{"error":{"message":"no such model"}}'] = { 404, "rejected" },
      ['{"detail":"no"}'] = { 401, "auth" },
      ["<html>"] = { 200, "reply" },
      ['{"code":"bad_model","message":"unknown"}'] = { 200, "gateway" },
      ["{}"] = { 302, "redirect" },
      ['{"a":'] = { 200, "truncated" },
    } do
      reply(body, { status = case[1] })
      local value, err = request("POST", PATH, {})
      assert.is_nil(value)
      assert.same({ case[2], case[1] }, { err.code, err.status })
      errors.check_secret(tostring(err))
      assert.is_nil(err.failed)
    end
  end)

  it("is repeated where that does no harm", function()
    local BAD = { status = 503 }
    for _, case in ipairs {
      { 2, "GET" }, { 2, "PUT" }, { 2, "DELETE" }, { 1, "POST" },
      { 1, "PATCH" }, { 2, "POST", { retry = true } },
    } do
      g:reset()
      g:route(PATH, BAD, { body = "1" })
      local value, err = request(case[2], PATH, nil, case[3])
      assert.equal(case[1], #(g:journal()))
      if case[1] == 2 then
        assert.equal(1, value)
      else
        assert.same({ "server", 1 }, { err.code, err.attempts })
      end
    end
  end)

  it("can be cancelled, and has a deadline", function()
    g:route(PATH, { stall = "request" })
    local client = f:new()
    local job = client:request("GET", PATH)
    assert.equal("pending", select(2, job:result(0.01)).code)
    job:cancel()
    assert.equal("cancelled", select(2, job:result()).code)
    local _, err = client:request("GET", PATH, nil,
      { deadline = 0.05 }):result()
    assert.equal("deadline", err.code)
  end)

  it("goes to the gateway, and nowhere else", function()
    local client = f:new()
    for _, path in ipairs {
      "@evil.example/x", "//evil.example/x", "x", "", "/a b", "/a\r\nX: 1",
      "/a\127", "/\195\169", "/a\0b", ":1/x",
    } do
      assert.error_matches(function() client:request("GET", path) end,
        "bad argument #2")
    end
    for path, why in pairs {
      ["/a#b"] = "%%23", ["/#"] = "%%23", ["/a?b#c"] = "%%23",
      ["/.."] = "segment", ["/../x"] = "segment", ["/a/../../x"] = "segment",
      ["/a/%2e%2E/x"] = "segment", ["/.%2e?x"] = "segment",
      ["/" .. ("a"):rep(8192)] = "at most 8192 bytes",
    } do
      assert.error_matches(function() client:request("GET", path) end,
        "bad argument #2.*path: .*" .. why)
    end
    reply "1"
    for _, path in ipairs { "/a..b", "/..a", "/...", "/.a/.%2ea", "/x?a=/../b",
      "/" .. ("a"):rep(8191) } do
      g:route(path:match "^[^?]+", { body = "1" })
      g:route("/.a/.%2Ea", { body = "1" }) -- as newer versions of libcurl ask
      assert.equal(1, (client:request("GET", path):result()))
    end
    g:reset()
    local nowhere = f:new { base_url = g.http .. "/" }
    reply "1"
    assert.equal(1, nowhere:request("GET", PATH):result())
    assert.equal(1, #(g:journal()))
  end)

  it("refuses what is none", function()
    local client = f:new()
    for _, case in ipairs {
      { "#1", "get", "/" }, { "#1", "", "/" }, { "#1", "CONNECT", "/" },
      { "#1", "G\r\n", "/" }, { "#1", {}, "/" },
      { "#1", "HEAD", "/", "{}" }, { "#2", "GET" },
      { "#3", "POST", "/", 5 }, { "#3", "POST", "/", { print } },
      { "#4", "POST", "/", nil, { on_task = print } },
      { "#4", "POST", "/", nil, { retry = 1 } },
    } do
      assert.error_matches(function()
        client:request(unpack(case, 2, 5))
      end, "bad argument " .. case[1])
    end
    assert.same({}, (g:journal()))
  end)

  it("keeps its hands off the host's lua-cjson", function()
    cjson.encode_sparse_array(true)
    reply "1"
    assert.error_matches(function()
      f:new():request("POST", PATH, { [1] = 1, [1000] = 2 })
    end, "sparse")
    cjson.encode_sparse_array(false)
  end)
end)
