-- SPDX-License-Identifier: MIT
-- The example of a webhook settles each task once, by the gateway's call or by
-- its watch, whichever is first. It believes no stranger.

local socket = require "cqueues.socket"

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"

local TASK = '{"id":"%s","state":"%s","video":{"url":"https://a.example/%s"}}'
local ROW = '{"task_id":"%s","status":"%s","data":{"video":{"url":'
  .. '"https://a.example/%s"}}}'

describe("the example of a webhook", function()
  local g = fixture.use().g
  local server, port

  local function start(...)
    server = children.start { "examples/webhook/server.lua", seconds = 60,
      env = {
        LUMA_GATEWAY_TOKEN = "token", LUMA_GATEWAY_URL = g.http,
        WEBHOOK_SECRET = "hush", WEBHOOK_PORT = "0",
      }, ..., }
    port = assert(server:read "*l"):match "^ready\t(%d+)$"
    assert.truthy(port)
  end

  -- The status of the answer to a call.
  local function call(body, path, method)
    local sock = socket.connect { host = "127.0.0.1", port = port }
    sock:onerror(function(_, _, why) return why end)
    sock:settimeout(10)
    sock:xwrite(("%s %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n"
      .. "Connection: close\r\n\r\n%s"):format(method or "POST",
      path or "/hush", #body, body), "bn")
    local line = sock:read "*l"
    sock:close()
    return line and line:match "^HTTP/1%.1 (%d+)"
  end

  local function finish()
    local ended = children.finish(server)
    assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
    return ended.output
  end

  -- Debian's lua-http is for Lua 5.1 and LuaJIT.
  if not pcall(require, "http.server") then
    it("needs lua-http", function()
      assert(_VERSION ~= "Lua 5.1" or os.getenv "LUMA_HOSTS" ~= "all")
      pending "this Lua has no lua-http"
    end)
    return
  end

  it("settles tasks by calls in both shapes, each once", function()
    g:default { state = "processing" }
    start("a", "b")
    assert.equal("204", call(TASK:format("a", "processing", "a")))
    assert.equal("204", call(ROW:format("b", "SUCCESS", "b")))
    assert.equal("204", call(ROW:format("b", "SUCCESS", "again")))
    assert.equal("204", call(TASK:format("stranger", "completed", "x")))
    assert.equal("204", call(TASK:format("a", "failed", "a")))
    assert.equal("webhook\tb\tcompleted\thttps://a.example/b\n"
      .. "webhook\ta\tfailed\thttps://a.example/a\n", finish())
  end)

  it("settles what it was not called for by the watch", function()
    start "a"
    assert.matches("^watch\ta\tcompleted\thttps://", finish())
  end)

  it("refuses what is no call of the gateway", function()
    g:default { state = "processing" }
    start "a"
    assert.equal("404", call(TASK:format("a", "failed", "a"), "/other"))
    assert.equal("405", call("", "/hush", "PUT"))
    assert.equal("400", call "no JSON")
    assert.equal("400", call "{}")
    assert.equal("400", call "")
    assert.equal("413", call(("x"):rep(300 * 1024)))
    assert.equal("204", call(TASK:format("a", "completed", "a")))
    assert.matches("webhook\ta\tcompleted", finish())
  end)
end)
