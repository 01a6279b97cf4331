-- SPDX-License-Identifier: MIT
-- The stub server does what the other specs tell it to: checked with bare
-- sockets.

local cjson = require "cjson"
local errno = require "cqueues.errno"
local socket = require "cqueues.socket"
local context = require "openssl.ssl.context"
local store = require "openssl.x509.store"
local gateway = require "spec.support.gateway"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"

describe("the stub server", function()
  local g

  setup(function() g = gateway.start { unknown = { "nobody" } } end)
  teardown(function() g:stop() end)
  before_each(function() g:reset() end)

  local function connect(port)
    local sock = socket.connect { host = "127.0.0.1", port = port }
    sock:onerror(function(_, _, why) return why end)
    sock:setmode("b", "bn")
    sock:settimeout(5)
    assert(sock:connect())
    return sock
  end

  local function dial() return connect(g.http_port) end

  local function ask(sock, ...)
    local body = cjson.encode { ids = { ... } }
    sock:xwrite("POST /luma/tasks HTTP/1.1\r\nHost: stub\r\n"
      .. "Authorization: Bearer token\r\nContent-Length: " .. #body
      .. "\r\n\r\n" .. body, "bn")
  end

  -- Status, body and head of the next answer.
  local function answer(sock)
    local lines = {}
    for line in sock:lines "*L" do
      lines[#lines + 1] = line
      if line == "\r\n" then break end
    end
    local head = table.concat(lines)
    local length = tonumber(head:match "Content%-Length: (%d+)")
    return tonumber(head:match "^HTTP/1.1 (%d+)"), sock:read(length), head
  end

  local function fetch(...)
    local sock = dial()
    ask(sock, ...)
    local _, body = answer(sock)
    sock:close()
    return cjson.decode(body)
  end

  it("answers the reference task byte for byte", function()
    local sock = dial()
    ask(sock, REFERENCE)
    local status, body, head = answer(sock)
    local file = assert(io.open("spec/stub/tasks-200.json", "rb"))
    assert.equal(200, status)
    assert.equal(file:read "*a", body)
    assert.truthy(head:find("X-Oneapi-Request-Id: stub-1\r\n", 1, true))
    file:close()
  end)

  it("sends an id's own text where it is told one", function()
    g:queue { texts = { b = '{"id":"b","mine":1}' } }
    local tasks = fetch("a", "b")
    assert.same({ "a", "completed" }, { tasks[1].id, tasks[1].state })
    assert.same({ id = "b", mine = 1 }, tasks[2])
  end)

  it("leaves out ids that are unknown", function()
    local tasks = fetch("a", "nobody", "b")
    assert.same({ "a", "b" }, { tasks[1].id, tasks[2].id })
    assert.is_nil(tasks[3])
  end)

  it("answers in shape B", function()
    g:queue { shape = "B", states = { b = "failed" }, extra = { more = 1 } }
    local reply = fetch("a", "b")
    assert.equal("success", reply.code)
    assert.equal("a", reply.data[1].task_id)
    assert.equal("a", reply.data[1].data.id)
    assert.equal("number", type(reply.data[1].id))
    assert.equal("SUCCESS", reply.data[1].status)
    assert.equal("FAILURE", reply.data[2].status)
    assert.equal("failed", reply.data[2].data.state)
    assert.equal(1, reply.data[2].more)
  end)

  it("makes every variant valid JSON", function()
    for _, shape in ipairs { "A", "B", "single", "null", "data_null" } do
      for _, compact in ipairs { false, true } do
        g:queue { shape = shape, compact = compact, members = 3, pad = 9,
          strangers = 1, ["repeat"] = 2, shuffle = 7, numeric = true }
        fetch("1", "2", "3")
        g:queue { shape = shape, compact = compact, known = { "x" } }
        fetch "1"
      end
    end
  end)

  it("refuses what is not the gateway's", function()
    local sock = dial()
    sock:xwrite("GET /luma HTTP/1.1\r\n\r\n", "bn")
    assert.equal(404, (answer(sock)))
    sock:xwrite("POST /luma/tasks HTTP/1.1\r\n\r\n", "bn")
    assert.equal(401, (answer(sock)))
  end)

  it("cuts a body", function()
    g:queue { cut = 100 }
    local sock = dial()
    ask(sock, REFERENCE)
    local _, body = answer(sock)
    assert.equal(100, #body)
    assert.is_nil(sock:read(1))
  end)

  it("resets a connection", function()
    g:queue { reset = true }
    g:accept({}, { reset = true })
    local one, two = dial(), dial()
    ask(one, "a")
    assert.same({ nil, errno.ECONNRESET }, { one:xread(-1) })
    assert.same({ nil, errno.ECONNRESET }, { two:xread(-1) })
  end)

  it("stalls until released", function()
    g:queue({ stall = "request" }, { stall = "body" })
    local one, two = dial(), dial()
    ask(one, "a")
    ask(two, "b")
    g:wait("stalled", 2)
    assert.equal(2, g:stalled())
    g:release()
    assert.equal(200, (answer(one)))
    assert.truthy(cjson.decode((select(2, answer(two)))))
    assert.equal(0, g:stalled())
  end)

  it("speaks out of turn", function()
    g:queue { late = "more" }
    local sock = dial()
    ask(sock, "a")
    assert.equal(200, (answer(sock)))
    g:wait("stalled", 1)
    g:release()
    assert.equal("more", sock:read(4))
    ask(sock, "a")
    assert.equal(200, (answer(sock)))
  end)

  it("notices that a stalled client leaves", function()
    g:queue { stall = "head" }
    local sock = dial()
    ask(sock, "a")
    g:wait("stalled", 1)
    sock:close()
    g:wait("closed", 0)
    assert.equal(0, g:stalled())
  end)

  it("keeps a journal", function()
    local sock = dial()
    g:queue { status = 500 }
    for i = 1, 2 do
      ask(sock, "a", "b")
      assert.equal(i == 1 and 500 or 200, (answer(sock)))
    end
    local requests, all = g:journal()
    assert.equal(2, #requests)
    assert.same({ 1, "default" }, { requests[1].behaviour,
      requests[2].behaviour })
    assert.same({ "a", "b" }, requests[2].ids)
    assert.equal(2, requests[2].nth)
    assert.equal("Bearer token", requests[2].headers.authorization)
    assert.truthy(requests[2].raw_head:find "^POST /luma/tasks HTTP/1.1\r\n")
    assert.same({ 1, 1, 1 }, { all.connections, all.open, all.max_open })
  end)

  it("lets a pooled connection die", function()
    g:queue { silent_close = true }
    local sock = dial()
    ask(sock, "a")
    assert.equal(200, (answer(sock)))
    ask(sock, "b")
    assert.is_nil(sock:xread(-1))
    assert.equal(1, #g:journal())
  end)

  it("answers over TLS", function()
    local ctx = context.new("TLS", false)
    ctx:setStore(store.new():add(g.ca))
    ctx:setVerify(context.VERIFY_PEER)
    local sock = connect(g.https_port)
    assert(sock:starttls(ctx))
    g:default { chunked = 1000, close_after = true }
    ask(sock, REFERENCE)
    local text = sock:read "*a"
    assert.truthy(text:find("\r\n\r\n3e8\r\n", 1, true))
    assert.equal("0\r\n\r\n", text:sub(-5))
    assert.is_true(g:journal()[1].tls)
  end)

  -- Tells the stub something odd in each of the ways there are.
  local function refused_in(ways, odd, words)
    for name, tell in pairs(ways) do
      local ok, message = pcall(tell, odd)
      assert.is_false(ok, name .. " takes it")
      assert.truthy(message:find(words, 1, true), message)
    end
  end

  local answers = {
    default = function(odd) g:default(odd) end,
    queue = function(odd) g:queue(odd) end,
    route = function(odd) g:route("/path", odd) end,
    file = function(odd) g:file("/path", odd) end,
  }
  local accepts = { accept = function(odd) g:accept(odd) end }

  it("refuses a field that it does not know", function()
    refused_in(answers, { stauts = 500 }, "unknown field 'stauts'")
    refused_in(answers, { "500" }, "unknown field '1'")
    refused_in(accepts, { stale = true }, "unknown field 'stale'")
    refused_in(accepts, { status = 500 }, "unknown field 'status'")
    refused_in({ answers.default, answers.queue, answers.route },
      { ranges = "ignored" }, "unknown field 'ranges'")
    refused_in({ answers.file }, { ranged = true }, "unknown field 'ranged'")
  end)

  it("refuses a field whose value does not fit", function()
    for _, odd in ipairs {
      { status = "500" }, { body = 5 }, { body = false }, { cut = true },
      { ["then"] = "closed" }, { stall = "tail" }, { stall = true },
      { shape = "C" }, { unknown = "a" }, { unknown = { 1 } },
      { known = { a = true } }, { states = "failed" }, { chunked = "10" },
      { slices = { "10" } }, { drip = { byte = 1 } }, { drip = 5 },
      { drip_head = { bytes = "1" } }, { reset = "yes" },
    } do
      refused_in(answers, odd, ("field '%s' must be "):format(next(odd)))
    end
    for _, odd in ipairs { { stall = "head" }, { ["then"] = "stall" },
      { delay = "1" }, { garbage = true } } do
      refused_in(accepts, odd, ("field '%s' must be "):format(next(odd)))
    end
    for _, odd in ipairs { { ranges = "ignore" }, { ranges = false },
      { size = "10" }, { etag = true }, { type = 5 }, { weak = "W/" } } do
      refused_in({ answers.file }, odd,
        ("field '%s' must be "):format(next(odd)))
    end
  end)

  it("refuses what is no table, and tells which one it is", function()
    refused_in({ function() g:queue({}, "500") end,
      function() g:route("/path", {}, 500) end,
      function() g:accept({}, true) end,
      function() g:file("/path", {}, "clip") end }, nil,
      "number 2 is a ")
  end)

  it("does nothing of what it refuses", function()
    g:default { body = "default" }
    assert.is_false(pcall(g.queue, g, { body = "first" }, { bdy = "second" }))
    assert.is_false(pcall(g.default, g, { bdy = "other" }))
    local sock = dial()
    ask(sock, "a")
    assert.equal("default", (select(2, answer(sock))))
  end)

  it("raises when a wait times out", function()
    assert.error_matches(function() g:wait("requests", 1, 0.01) end,
      "timeout")
  end)
end)
