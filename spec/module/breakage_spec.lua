-- SPDX-License-Identifier: MIT
-- Each way in which a connection breaks or a response is wrong has its code.
-- What has arrived is kept, and its ids are not requested again.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local gateway = require "spec.support.gateway"
local process = require "spec.support.process"

local TOKEN = errors.TOKEN
local ids_of = fixture.ids_of
local IDS = { "a", "b", "c" }

local function task(id)
  return ('{"id":"%s","state":"completed"}'):format(id)
end

local function array(...)
  local list = { ... }
  for i, id in ipairs(list) do list[i] = task(id) end
  return "[" .. table.concat(list, ",") .. "]"
end

local BODY = array("a", "b", "c")
local ENVELOPE = '{"code":"success","data":' .. BODY .. "}"

local function raw(head, body)
  return { raw = "HTTP/1.1 200 OK\r\n" .. head .. "\r\n\r\n" .. body }
end

local function gzip(text)
  return process.run({ "gzip", "-c", stdin = text }).output
end

local PACKED = gzip(BODY)

local function gzipped(body)
  return { body = body, headers = { ["Content-Encoding"] = "gzip" } }
end

-- How many whole tasks stand in the first `size` bytes of the body.
local function whole_tasks(body, size)
  local _, count = body:sub(1, size):gsub("}", "")
  return math.min(count, 3)
end

describe("a broken exchange", function()
  local f = fixture.use { unknown = { "nobody" }, token = TOKEN }
  local g, once, thrice = f.g, nil, nil

  setup(function()
    once, thrice = f:new_lasting { attempts = 1 }, f:new_lasting()
  end)

  -- One attempt at three ids: either all of them arrive, or the error has
  -- what did, and every other id failed for the same reason. `always`: the
  -- server answers so again where ids are asked for in smaller batches.
  local function attempt(behaviour, arrived, code, always)
    if always then g:default(behaviour) else g:queue(behaviour) end
    local tasks, err = once:tasks(IDS)
    if arrived == 3 then
      assert.same(IDS, ids_of(tasks))
      assert.same({}, err)
      return
    end
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal(code, err.code)
    assert.is_true(err.retryable)
    assert.equal(1, err.attempts)
    assert.same({ table.concat(IDS, "", 1, arrived), {} },
      { table.concat(ids_of(err.tasks)), err.missing })
    for i, id in ipairs(IDS) do
      assert.equal(i > arrived and code or nil,
        (err.failed[id] or {}).code)
    end
  end

  it("keeps what came before the cut, at any byte", function()
    for size = 0, #BODY - 1 do
      attempt({ body = BODY, cut = size }, whole_tasks(BODY, size),
        "truncated")
    end
  end)

  it("keeps it in an envelope as well", function()
    for size = 0, #ENVELOPE - 1, 3 do
      attempt({ body = ENVELOPE, cut = size }, whole_tasks(ENVELOPE, size),
        "truncated")
    end
  end)

  it("keeps it where the body comes in chunks", function()
    local framed = ("%x\r\n%s\r\n0\r\n\r\n"):format(#BODY, BODY)
    for size = 0, #framed - 1 do
      attempt({ body = BODY, chunked = 1000, cut = size },
        whole_tasks(framed, size), "truncated")
    end
    for size = 0, 90, 3 do -- a chunk for each byte: six bytes on the wire
      attempt({ body = BODY, chunked = 1, cut = 6 * size + size % 6 },
        whole_tasks(BODY, size + (size % 6 > 3 and 1 or 0)), "truncated")
    end
  end)

  it("keeps it where the connection's end is the body's", function()
    for size = 1, #BODY - 1, 3 do
      attempt({ body = BODY, content_length = "none", cut = size },
        whole_tasks(BODY, size), "truncated")
    end
  end)

  it("keeps it when the connection is reset", function()
    for _, size in ipairs { 0, 20, 50, 80 } do
      attempt({ body = BODY, cut = size, ["then"] = "reset" },
        whole_tasks(BODY, size), "truncated")
    end
    attempt({ reset = true }, 0, "network")
  end)

  it("is noticed when nothing is answered at all", function()
    attempt({ close = true }, 0, "network")
    for size = 0, 12, 4 do
      attempt({ body = BODY, cut_head = size }, 0, "network")
    end
  end)

  it("is cut off when its head is", function()
    for size = 17, 90, 8 do
      attempt({ body = BODY, cut_head = size }, 0, "truncated")
    end
  end)

  local not_http = {
    { "HTTP/0.9", { raw = BODY } },
    { "bytes that are no HTTP", { raw = "\1\2\3\255\r\n\r\n" } },
    { "another protocol", { raw = "220 mail ready\r\n" } },
    { "a negative length", { body = BODY, content_length = "-5" } },
    { "a length in words", { body = BODY, content_length = "many" } },
    { "unknown encoding", { body = BODY,
      headers = { ["Content-Encoding"] = "br" } } },
    { "gzip that is none", gzipped(BODY) },
    { "gzip that is damaged", gzipped(PACKED:sub(1, 18) .. ("\255"):rep(20)),
      0, true },
    { "text after the array", { body = "[]x" }, 0, true },
    { "no JSON", { body = "[" .. task "a" .. "}" }, 1, true },
  }

  for _, case in ipairs(not_http) do
    it("has no use for " .. case[1], function()
      attempt(case[2], case[3] or 0, "reply", case[4])
    end)
  end

  it("believes no length and no chunk that is wrong", function()
    attempt({ body = BODY, content_length = 40 }, 1, "truncated")
    attempt({ body = BODY, content_length = 1000, ["then"] = "close" }, 3)
    attempt({ body = BODY:sub(1, 70), content_length = 1000,
      ["then"] = "close" }, 2, "truncated")
    attempt({ body = BODY, headers = { { "Content-Length", "5" },
      { "Content-Length", "70" } } }, 0, "reply")
    for _, size in ipairs { "zz", "-3", "", ("f"):rep(20) } do
      attempt(raw("Transfer-Encoding: chunked", size .. "\r\n" .. BODY), 0,
        "truncated")
      attempt(raw("Transfer-Encoding: chunked", ("24\r\n%s\r\n%s\r\n")
        :format(BODY:sub(1, 0x24), size)), 1, "truncated")
    end
  end)

  it("reads gzip, and its cut-off part too", function()
    attempt(gzipped(PACKED), 3)
    attempt(gzipped(PACKED:sub(1, 12)), 0, "truncated")
    local behaviour = gzipped(PACKED)
    behaviour.cut = 15
    attempt(behaviour, 0, "truncated")
  end)

  it("asks again for what is open, and only for that", function()
    g:queue({ body = BODY, cut = 40 }, { body = array("b", "c"), cut = 45 })
    local tasks, missing = thrice:tasks(IDS)
    assert.same(IDS, ids_of(tasks))
    assert.same({}, missing)
    local requests = g:journal()
    assert.equal(3, #requests)
    assert.same(IDS, requests[1].ids)
    assert.same({ "b", "c" }, requests[2].ids)
    assert.same({ "c" }, requests[3].ids)
  end)

  it("gives up after three and has all that came", function()
    g:queue({ body = BODY, cut = 40 }, { body = array("b", "c"), cut = 45 },
      { reset = true })
    local tasks, err = thrice:tasks(IDS)
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal("network", err.code)
    assert.equal(3, err.attempts)
    assert.same({ "a", "b" }, ids_of(err.tasks))
    assert.is_nil(err.failed.a or err.failed.b)
    assert.equal("network", err.failed.c.code)
    assert.equal(3, #g:journal())
  end)
end)

describe("a job of many batches", function()
  local f = fixture.use { unknown = { "x3", "x4" }, token = TOKEN,
    connections = 1, batch_size = 2 }
  local g = f.g

  it("says what became of each id when some fail", function()
    local c = f:new { attempts = 1 }
    g:queue({}, {}, { status = 400, body = '{"message":"no"}' },
      { reset = true }, { reset = true }, -- libcurl's own resend as well
      {}, { status = 401 })
    local tasks, err = c:tasks(fixture.list(12, "x"))
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal("rejected", err.code)
    assert.equal(400, err.status)
    assert.truthy(err.message:find "6 of 12 ids", err.message)
    local failed = {}
    for id, inner in pairs(err.failed) do failed[id] = inner.code end
    assert.same({ "x1", "x2", "x9", "x10" }, ids_of(err.tasks))
    assert.same({ "x3", "x4" }, err.missing)
    assert.same({ x5 = "rejected", x6 = "rejected", x7 = "network",
      x8 = "network", x11 = "auth", x12 = "auth" }, failed)
    assert.same({ {}, {} }, { err.cancelled, err.pending })
  end)

  it("says what is still open, and what a cancel ended", function()
    local c = f:new()
    g:queue({}, { stall = "request" })
    local job = c:fetch(fixture.list(2, "x"))
    job:result()
    job = c:fetch { "y1", "y2" }
    g:wait("stalled", 1)
    local tasks, err = job:result(0)
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal("pending", err.code)
    assert.same({ { "y1", "y2" }, {} }, { err.pending, err.cancelled })
    job:cancel()
    tasks, err = job:result()
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal("cancelled", err.code)
    assert.same({ {}, { "y1", "y2" } }, { err.pending, err.cancelled })
    assert.same({ {}, {}, {} }, { err.tasks, err.missing, err.failed })
    assert.is_false(err.retryable)
  end)
end)

describe("a gateway that is not there", function()
  local f = fixture.use { token = TOKEN }
  local g = f.g

  -- Issuers are read from a file first, which takes long in valgrind.
  local HANDSHAKE = { connect = 5 }

  -- The error of one id, and how long it took to come.
  local function failure(options, code, attempts)
    options.timeout = options.timeout or { connect = 0.3 }
    local client, from = f:new(options), os.time()
    local tasks, err = client:tasks "a"
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal(code, err.code)
    assert.equal(attempts, err.attempts)
    assert.is_true(not fixture.PLAIN or os.time() - from < 10)
    assert.equal("connect", err.phase)
    assert.is_nil(err.status)
    return err
  end

  it("refuses the connection", function()
    local gone = gateway.start()
    gone:stop()
    assert.is_true(failure({ base_url = gone.http, attempts = 2 },
      "connect", 2).retryable)
    local path = os.tmpname()
    local result, err = f:new({ attempts = 2 }):download(gone.http .. "/clip",
      { path = path, allow_private = true }):result()
    assert.is_nil(result)
    assert.same({ "connect", 2 }, { errors.check(err).code, err.attempts })
    os.remove(path)
  end)

  it("has a name that nobody knows", function()
    local client = f:new { timeout = { connect = 2 }, attempts = 1,
      base_url = "https://no.such.host.invalid" }
    local _, err = client:tasks { "a" }
    -- Where the resolver does not answer, the timeout does.
    assert.truthy(err.code == "resolve" or err.code == "connect_timeout")
  end)

  it("has a certificate that nobody vouches for", function()
    local err = failure({ base_url = g.https, ca_file = false,
      timeout = HANDSHAKE }, "tls", 1)
    assert.is_false(err.retryable)
    assert.truthy(err.message:find "certificate")
  end)

  it("has a certificate for another name", function()
    local url = g.https:gsub("localhost", "other.localhost")
    failure({ base_url = url, ca_file = g.ca, timeout = HANDSHAKE }, "tls", 1)
    assert.same({}, (g:journal()))
  end)

  it("speaks plain http where TLS is wanted", function()
    local garbage = { garbage = "HTTP/1.1 400 Bad Request\r\n\r\n" }
    g:accept(garbage, garbage, garbage)
    local url = g.http:gsub("^http:", "https:")
    local err = failure({ base_url = url, timeout = { connect = 5 } }, "tls", 3)
    assert.is_true(err.retryable)
  end)

  it("speaks TLS where plain http is wanted", function()
    local client = f:new { base_url = "http://127.0.0.1:" .. g.https_port,
      attempts = 2 }
    local tasks, err = client:tasks "a"
    assert.is_nil(tasks)
    assert.equal("network", errors.check(err).code)
    assert.same({}, (g:journal()))
  end)
end)
