-- SPDX-License-Identifier: MIT
-- luma sends exactly the documented bytes, and takes a response in any form
-- that HTTP allows.

local cjson = require "cjson"
local luma = require "luma"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"
local REPLY = "spec/stub/tasks-200.json"

-- The lines of a request's head, sorted, as luma is to send them.
local function head(host, path, length, more)
  local lines = {
    "Accept-Encoding: gzip", "Accept: application/json",
    "Authorization: Bearer sk-a-b.c/d+e==", "Content-Length: " .. length,
    "Content-Type: application/json", "Host: " .. host,
    "POST " .. path .. " HTTP/1.1",
    "User-Agent: " .. (more or "luma/" .. luma._VERSION),
  }
  table.sort(lines)
  return lines
end

local function lines_of(raw)
  assert.equal("\r\n\r\n", raw:sub(-4))
  local lines = {}
  for line in raw:sub(1, -3):gmatch "(.-)\r\n" do lines[#lines + 1] = line end
  table.sort(lines)
  return lines
end

describe("on the wire", function()
  local f = fixture.use { token = "sk-a-b.c/d+e==" }
  local g, client = f.g, nil

  local function connect(options)
    client = f:new(options)
    return client
  end

  describe("the request", function()
    it("has this head and body and no others", function()
      connect():tasks(REFERENCE)
      local request = g:journal()[1]
      assert.equal('{"ids":["' .. REFERENCE .. '"]}', request.body)
      assert.same(head("127.0.0.1:" .. g.http_port, "/luma/tasks",
        #request.body), lines_of(request.raw_head))
    end)

    it("is the same over https", function()
      connect { base_url = g.https }:tasks { "a", "b" }
      local request = g:journal()[1]
      assert.equal('{"ids":["a","b"]}', request.body)
      assert.same(head("localhost:" .. g.https_port, "/luma/tasks", 17),
        lines_of(request.raw_head))
    end)

    it("is the same the second time, whatever the reply's headers", function()
      g:default { headers = {
        ["Set-Cookie"] = "sid=1", ETag = '"1"', ["WWW-Authenticate"] = "Basic",
        ["Alt-Svc"] = 'h2=":1"', ["Last-Modified"] = "yesterday",
        Location = "/elsewhere",
      } }
      connect()
      for _ = 1, 2 do client:tasks { "a", "b" } end
      local requests = g:journal()
      assert.equal(requests[1].raw_head, requests[2].raw_head)
      assert.equal(requests[1].body, requests[2].body)
    end)

    it("names the user agent it is given", function()
      connect { user_agent = "thing/1 (x; y)" }:tasks "a"
      assert.same(head("127.0.0.1:" .. g.http_port, "/luma/tasks", 13,
        "thing/1 (x; y)"), lines_of(g:journal()[1].raw_head))
    end)

    for suffix, path in pairs {
      ["/"] = "/luma/tasks", ["//"] = "/luma/tasks",
      ["/pro"] = "/pro/luma/tasks", ["/pro/"] = "/pro/luma/tasks",
      ["/a/b%20c/"] = "/a/b%20c/luma/tasks",
    } do
      it("goes to " .. path .. " where base_url ends in " .. suffix,
        function()
          local tasks = connect { base_url = g.http .. suffix }:tasks "a"
          assert.equal("a", tasks[1].id)
          assert.equal(path, g:journal()[1].path)
        end)
    end

    it("asks for no leave to send a large body", function()
      local ids = {}
      for i = 1, 1500 do ids[i] = ("x"):rep(1000) .. i end
      g:default { shape = "null" }
      local _, missing = connect { batch_size = 1500 }:tasks(ids)
      assert.same(ids, missing)
      local request = g:journal()[1]
      assert.is_nil(request.headers.expect)
      assert.equal('{"ids":["' .. table.concat(ids, '","') .. '"]}',
        request.body)
    end)
  end)

  describe("an id", function()
    local ODD = {
      'say "hi"', "back\\slash", "tab\tline\nreturn\r", "\0", "a\0b",
      "\1\2\8\12\31", "del\127", "slash/", "\\u0041", '\\"', "café",
      "€ 中", "😀", " space ", "'", "{}",
      "task_0123456789abcdef", ("x"):rep(1024), "true", "null", "-1", "1e5",
    }

    it("of any characters arrives as it is and comes back as asked",
      function()
        local tasks, missing = connect():tasks(ODD)
        assert.same({}, missing)
        for i, id in ipairs(ODD) do
          assert.equal(id, tasks[i].id)
          assert.equal(id, luma.id(tasks[i]))
        end
        local request = g:journal()[1]
        assert.same({ ids = ODD }, cjson.decode(request.body))
        assert.is_nil(request.body:find "[%z\1-\31]")
      end)

    it("of any characters is what callbacks and loops are given", function()
      local arrived = {}
      connect()
      for task, id in client:fetch(ODD):each() do
        assert.equal(task.id, id)
        arrived[id] = true
      end
      for _, id in ipairs(ODD) do
        assert.is_true(arrived[id])
      end
    end)

    it("of any characters can be missing", function()
      g:default { shape = "null" }
      local tasks, missing = connect():tasks(ODD)
      assert.same({}, tasks)
      assert.same(ODD, missing)
    end)

    it("that differs in one byte or in its length is another id", function()
      local ids = { "a", "a\0", "a\0\0", "A", "a ", "\195\169", "e\204\129" }
      local tasks = connect():tasks(ids)
      for i, id in ipairs(ids) do assert.equal(id, tasks[i].id) end
    end)
  end)

  describe("a reply", function()
    local plain, packed

    setup(function()
      packed = os.tmpname()
      process.run { "gzip", "-nc", REPLY, out = packed }
      plain = fixture.read(REPLY)
    end)
    teardown(function() os.remove(packed) end)

    local ways = {
      ["compressed"] = { gzip = true },
      ["compressed, in chunks of 100 bytes"] = { gzip = true, chunked = 100 },
      ["compressed, byte by byte"] = {
        gzip = true, drip = { bytes = 1, seconds = 0 },
      },
      ["in one chunk"] = { chunked = 100000 },
      ["in chunks of one byte"] = { chunked = 1 },
      ["in chunks of 7 bytes, cut anywhere"] = {
        chunked = 7, slices = { 1, 2, 3, 5, 8, 13 },
      },
      ["in slices"] = { slices = { 1, 2, 3, 500, 1, 1000 } },
      ["byte by byte"] = { drip = { bytes = 1, seconds = 0 } },
      ["whose head comes byte by byte"] = {
        drip_head = { bytes = 1, seconds = 0 },
      },
      ["that ends with the connection"] = { content_length = "none" },
      ["of another content type"] = { content_type = "text/plain" },
      ["without a content type"] = {
        headers = { ["Content-Type"] = cjson.null },
      },
      ["with odd header lines"] = {
        headers = { ["x-OdD"] = "", ["Content-type"] = "APPLICATION/JSON" },
      },
      ["with a byte order mark"] = { before = "\239\187\191" },
      ["with white space around"] = { before = " \r\n\t", after = "\n\n " },
    }

    for way, behaviour in pairs(ways) do
      it(way .. " gives the same table", function()
        local expected = connect():tasks(REFERENCE)
        local how = {}
        for key, value in pairs(behaviour) do how[key] = value end
        how.gzip, how.before, how.after = nil, nil, nil
        if behaviour.gzip then
          how.body_file = packed
          how.headers = { ["Content-Encoding"] = "gzip" }
        else
          how.body = (behaviour.before or "") .. plain
            .. (behaviour.after or "")
        end
        g:queue(how)
        local tasks, missing = client:tasks(REFERENCE)
        assert.same(expected, tasks)
        assert.same({}, missing)
        assert.equal(REFERENCE, tasks[1].id)
        assert.equal(2, #g:journal())
        assert.equal(0, client:stats().retries)
      end)
    end

    it("is counted in bytes without its compression", function()
      g:queue { body_file = packed,
        headers = { ["Content-Encoding"] = "gzip" } }
      connect():tasks(REFERENCE)
      assert.equal(#plain, client:stats().bytes)
    end)
  end)
end)
