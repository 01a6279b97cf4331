-- SPDX-License-Identifier: MIT
-- Bad input is refused with a message that names it and shows no token. The
-- client works afterwards.

local luma = require "luma"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local TOKEN = errors.TOKEN
local NAN, INF = 0 / 0, math.huge
local NUMBERS = { 0, -1, NAN, INF, -INF, 2 ^ 53, -2 ^ 63, 1e300 }
local PUBLIC = "https://gateway.example"

describe("bad input", function()
  local f = fixture.use { token = TOKEN }
  local g, client = f.g, nil

  setup(function() client = f:new_lasting() end)
  after_each(function()
    local tasks, missing = client:tasks { "still", "well" }
    assert.same({ "still", "well" }, { tasks[1].id, tasks[2].id })
    assert.same({}, missing)
  end)

  local function has(message, words)
    assert.truthy(message:find(words, 1, true),
      ("%q is not in: %s"):format(words, message))
  end

  -- A client of these options cannot be had, and the message says why.
  local function refused(options, words)
    has(errors.misuse(luma.client, options), words)
  end

  local function option(name, value)
    local options = { token = TOKEN, base_url = PUBLIC }
    options[name] = value
    return options
  end

  describe("as a token", function()
    it("has a character that cannot stand in a header", function()
      for _, odd in ipairs { "\n", "\r", "\r\n", " ", "\t", "\127", "\1",
        "\195\169", "\255" } do
        for _, token in ipairs { TOKEN .. odd, odd .. TOKEN,
          TOKEN .. odd .. "X-Injected: 1", odd } do
          refused(option("token", token), "token: must be printable ASCII")
        end
      end
      refused(option("token", TOKEN .. "\0"), "token: must not hold a NUL")
      refused(option("token", ""), "token: must not be empty")
    end)
  end)

  describe("as base_url", function()
    it("is no address of a gateway", function()
      for _, url in ipairs { "", "gateway.example", "//gateway.example",
        "gateway.example:443", "/luma", "ftp://gateway.example",
        "file:///etc/passwd", "ws://gateway.example", "https://",
        "https://gateway.example:99999", "https://gateway.example:x",
        "https://[::1", "https://gate way.example", " " .. PUBLIC,
        PUBLIC .. "\n", PUBLIC .. "/\r\nX: 1", PUBLIC .. "/\195\169",
        "https://user:pw@gateway.example", "https://user@gateway.example",
        PUBLIC .. "?x=1", PUBLIC .. "/?", PUBLIC .. "?", PUBLIC .. "#f",
        PUBLIC .. "/#", PUBLIC .. "\0" } do
        refused(option("base_url", url), "base_url: ")
      end
    end)

    it("would send the token unencrypted", function()
      for _, host in ipairs { "gateway.example", "10.0.0.1", "[::2]",
        "128.0.0.1", "127.0.0.1.gateway.example", "126.255.255.255",
        "localhost.gateway.example", "0.0.0.0:" .. g.http_port,
        "localhost-gateway.example" } do
        refused(option("base_url", "http://" .. host), "plain_http")
        local open = option("base_url", "http://" .. host)
        open.plain_http = true
        luma.client(open):close()
      end
      refused(option("base_url", "http://localhost@gateway.example"),
        "base_url: ")
      assert.equal(0, select(2, g:journal()).connections)
    end)

    it("would send the token to a proxy, whatever host it names", function()
      for _, host in ipairs { "127.0.0.1", "[::1]", "localhost" } do
        for _, proxy in ipairs { g.http, "socks5h://proxy.example" } do
          local options = option("base_url", "http://" .. host)
          options.proxy = proxy
          refused(options, "unencrypted to the proxy")
          options.plain_http = true
          luma.client(options):close()
        end
      end
      assert.equal(0, select(2, g:journal()).connections)
    end)

    it("is none where it is a loopback, and a path may follow", function()
      for _, host in ipairs { "127.0.0.1", "127.1.2.3", "127.1", "[::1]",
        "localhost", "LocalHost", "127.255.255.255:1" } do
        luma.client(option("base_url", "http://" .. host)):close()
      end
      for _, path in ipairs { "", "/", "/v1", "/v1//" } do
        local c = luma.client(option("base_url",
          ("http://localhost:%s%s"):format(g.http_port, path)))
        assert.equal("a", assert(c:tasks "a")[1].id)
        c:close()
      end
      local requests = g:journal()
      assert.same({ "/luma/tasks", "/luma/tasks", "/v1/luma/tasks",
        "/v1/luma/tasks" }, { requests[1].path, requests[2].path,
        requests[3].path, requests[4].path })
    end)
  end)

  describe("as an option", function()
    local texts = { "token", "base_url", "proxy", "ca_file", "user_agent" }
    local counts = { "batch_size", "connections", "attempts", "max_reply",
      "max_task" }
    local flags = { "plain_http", "http2", "nulls" }

    local function refuse_all(names, values)
      for _, name in ipairs(names) do
        for _, value in ipairs(values) do
          refused(option(name, value), name .. ": ")
        end
      end
    end

    it("is unknown", function()
      for _, name in ipairs { "tokn", "baseurl", "Timeout", "retries", "",
        "on_task", 1, true } do
        refused(option(name, 1), "unknown option")
      end
      refused(option("attempt", 1), "unknown option 'attempt'")
    end)

    it("is of another type", function()
      refuse_all(texts, { 5, true, false, {}, print })
      refuse_all(counts, { "5", true, false, {}, print, 1.5 })
      refuse_all(flags, { 0, 1, "yes", {}, print })
      refuse_all({ "decode" }, { 0, "cjson", true, false, {} })
      refuse_all({ "timeout" }, { 10, "10", true, print })
      refuse_all({ "headers" }, { 10, "A: b", true, print, { "A: b" },
        { A = 1 }, { A = {} }, { [true] = "b" } })
      refuse_all({ "on_attempt" }, { 10, "print", true, {} })
      for _, options in ipairs { 5, "token", true, print } do
        has(errors.misuse(luma.client, options), "table expected")
      end
    end)

    it("is a number that makes no sense", function()
      refuse_all(counts, NUMBERS)
      refuse_all({ "attempts" }, { 6, 100 })
      for _, name in ipairs { "connect", "attempt", "stall" } do
        for _, value in ipairs(NUMBERS) do
          refused(option("timeout", { [name] = value }), name .. ": ")
        end
        for _, value in ipairs { "1", true, {}, false } do
          refused(option("timeout", { [name] = value }), name .. ": ")
        end
      end
      refused(option("timeout", { total = 1 }), "timeout: unknown")
      refused(option("timeout", { 1 }), "timeout: unknown")
    end)

    it("is a text that cannot be used", function()
      for _, name in ipairs { "user_agent", "proxy", "base_url" } do
        for _, value in ipairs { "", "a\r\nb", "a\nX: 1", "a\0b", "\195" } do
          refused(option(name, value), name .. ": ")
        end
      end
      refused(option("ca_file", "/no/such/file.pem"), "ca_file: ")
      for _, value in ipairs { "", " ", "a ", "a\r\nb: c", "a\nX: 1", "a\0b",
        "a\tb", "\195\169", ("x"):rep(9000) } do
        refused(option("headers", { ["X-A"] = value }), "headers: ")
      end
      for _, name in ipairs { "", " ", "a b", "a:", "a: b", "a\n", "\195", "a\0",
        ("x"):rep(65), "Authorization", "HOST", "content-length", "Range",
        "Proxy-Authorization", "User-Agent" } do
        refused(option("headers", { [name] = "b" }), "headers: ")
      end
      refused(option("headers", { A = "b", a = "c" }), "headers: ")
      local many = {}
      for i = 1, 33 do many["X-" .. i] = "b" end
      refused(option("headers", many), "headers: at most 32")
    end)
  end)

  describe("as ids", function()
    local long = ("x"):rep(1025)
    local lists = {
      { nil, "got nil" }, { 5, "got number" }, { true, "got boolean" },
      { print, "got function" }, { "", "empty" },
      { long, "longer than 1024 bytes" },
      { ("x"):rep(10 * 1024 * 1024), "longer than 1024 bytes" },
      { { 5 }, "ids[1]: string expected, got number" },
      { { "a", 5.5 }, "ids[2]: string expected, got number" },
      { { "a", true }, "ids[2]: string expected, got boolean" },
      { { "a", "b", { "c" } }, "ids[3]: string expected, got table" },
      { { "a", luma.null }, "ids[2]: string expected, got userdata" },
      { { "a", "" }, "ids[2]: empty" },
      { { "a", long }, "ids[2]: longer than 1024 bytes" },
      { { id = "a" }, "must be an array" },
      { { [2] = "a", [5] = "b" },
        "ids[1]: string expected, got nil (the list has a hole)" },
    }

    it("are named with their place", function()
      for i = 1, #lists do
        local ids, words = lists[i][1], lists[i][2]
        for _, method in ipairs { "tasks", "fetch" } do
          local message = errors.misuse(function()
            if ids == nil then return client[method](client) end
            client[method](client, ids)
          end)
          has(message, words)
          assert.is_true(#message < 200)
        end
      end
      assert.same({}, (g:journal()))
    end)

    -- `#` differs: from Lua to Lua, and with how the holes came about.
    it("are refused with a hole, with the same words in every Lua", function()
      local emptied, twice = { "a", "b", "c", "d" }, { "a", "b", "c", "d", "e" }
      local filled = {}
      emptied[2], twice[2], twice[4] = nil, nil, nil
      for i = 9, 1, -2 do filled[i] = "x" end
      for _, case in ipairs {
        { 2, { "a", nil, "b" } }, { 2, { [1] = "a", [3] = "b" } },
        { 1, { nil, "b" } }, { 2, { "a", nil, nil, "b" } },
        { 3, { "a", "b", nil, "c", nil } }, { 3, { "a", "b", [4] = "d" } },
        { 1, { [2] = "b" } }, { 2, { [1e6] = "z", "a" } }, { 2, emptied },
        { 2, twice }, { 2, filled }, { 2, table.pack("a", nil, "b") },
      } do
        has(errors.misuse(function() client:fetch(case[2]) end),
          ("ids[%d]: string expected, got nil (the list has a hole)")
            :format(case[1]))
      end
    end)

    it("are none, which is answered at once", function()
      assert.same({ {}, {} }, { client:tasks {} })
      assert.same({ {}, {} }, { client:fetch({}):result() })
      assert.same({}, (g:journal()))
    end)

    it("may have 1,024 bytes, and any of them", function()
      local id = ("\"\\/\1 \195\169"):rep(200):sub(1, 1024)
      assert(client:tasks(id))
      assert.equal(id, g:journal()[1].ids[1])
    end)
  end)

  describe("as a job's option", function()
    it("is named", function()
      local function bad(options, words)
        for _, method in ipairs { "tasks", "fetch" } do
          has(errors.misuse(function()
            client[method](client, "a", options)
          end), words)
        end
      end
      bad({ on_tasks = print }, "unknown option 'on_tasks'")
      bad({ token = "x" }, "unknown option 'token'")
      bad({ print }, "unknown option")
      for _, name in ipairs { "on_task", "on_progress", "on_done" } do
        for _, value in ipairs { 5, "print", true, false, {} } do
          bad({ [name] = value }, name .. ": function expected")
        end
      end
      for _, value in ipairs { 0, -1, NAN, -INF, 1e300, "5", true } do
        bad({ deadline = value }, "deadline: ")
      end
      for _, options in ipairs { 5, "deadline", true, print } do
        bad(options, "table expected")
      end
      assert.same({}, (g:journal()))
    end)

    it("or a method's: seconds below zero, or none at all", function()
      local job = client:fetch "a"
      local calls = {
        step = function(v) client:step(v) end,
        wait = function(v) client:wait(v) end,
        result = function(v) job:result(v) end,
      }
      for name, call in pairs(calls) do
        for _, value in ipairs { -1, -INF, NAN, "x", true } do
          has(errors.misuse(call, value), "to '" .. name .. "'")
        end
      end
      assert.equal("a", assert(job:result(1e300))[1].id)
    end)
  end)

  it("in seconds that are a text is refused, but numbers are taken", function()
    local job = client:fetch "a"
    job:result()
    for _, text in ipairs { "0", "-0", "5e-1", "0.25", "3", "1e999",
      "123456789012345678901234567890" } do
      assert.equal(0, client:step(text), text)
      assert.equal("a", job:result(text)[1].id)
    end
    for _, text in ipairs { "", " 1", "0x10", "nan", "1,5", "one", "1e" } do
      has(errors.misuse(client.step, client, text), "number expected")
    end
    for _, text in ipairs { "-1", "-0.5", "-123456789012345678901234567890" } do
      has(errors.misuse(client.step, client, text), "must not be negative")
    end
  end)

  describe("after close", function()
    it("is any call but close", function()
      for _, finish in ipairs { "close", "__gc", "__close" } do
        local c = luma.client { token = TOKEN, base_url = g.http }
        local job = c:fetch "a"
        assert(job:result())
        local _ = (c[finish] or debug.getmetatable(c)[finish])(c)
        for _, name in ipairs { "tasks", "fetch", "step", "wait", "fd",
          "getfd", "pollfd", "dirty", "events", "timeout" } do
          -- As a script says it, so that the message can name it.
          local call = assert(load("local c = ... c:" .. name .. " 'a'"))
          local message = errors.misuse(call, c)
          has(message, "closed")
          has(message, name)
        end
        c:close()
        c:close()
        errors.check_secret(tostring(c))
        assert.truthy(tostring(c):find "closed")
        assert.equal("a", job:result()[1].id)
        assert.is_true(job:done())
      end
    end)
  end)

  it("is no finaliser to call by hand", function()
    local job = client:fetch "a"
    assert.equal("luma.client", getmetatable(client))
    assert.equal("luma.job", getmetatable(job))
  end)

  it("as self is refused by every method", function()
    local job = client:fetch "a"
    for _, object in ipairs { client, job } do
      local kind = object == client and "luma.client" or "luma.job"
      for _, method in pairs(debug.getmetatable(object).__index) do
        for _, self in ipairs { 5, "x", {}, io.stdout,
          object == client and job or client } do
          has(errors.misuse(method, self, "a"), kind .. " expected")
        end
        has(errors.misuse(method), kind .. " expected")
      end
    end
    job:result()
    errors.check_secret(tostring(client) .. tostring(job))
  end)

  it("has a message that says what to write", function()
    for _, case in ipairs {
      { "unknown option 'tokn', did you mean 'token'?", luma.client,
        { tokn = "x" } },
      { "unknown option 'batchsize', did you mean 'batch_size'?", luma.client,
        { token = "x", batchsize = 1 } },
      { "unknown option 'dedline', did you mean 'deadline'?", client.fetch,
        client, "a", { dedline = 1 } },
      { "timeout: unknown field 'conect', did you mean 'connect'?",
        luma.client, { token = "x", timeout = { conect = 1 } } },
      { "unknown option 'colour')", luma.client, { colour = 1 } },
      { "unknown option 'on_update')", client.fetch, client, "a",
        { on_update = print } },
      { "unknown option [1], each needs its name, as in { token = ... }",
        luma.client, { "x" } },
      { "table expected, got string, write { token = ... }", luma.client, "x" },
      { "timeout: table expected, got number, write { attempt = ... }",
        luma.client, { timeout = 30 } },
      { "attempts: must be from 1 to 5, not 9", luma.client,
        { token = "x", attempts = 9 } },
      { "batch_size: must be at least 1, not 0", luma.client,
        { token = "x", batch_size = 0 } },
      { "timeout.stall: must be a positive number of seconds, at most 86400, "
        .. "not -0.5", luma.client, { timeout = { stall = -0.5 } } },
      { "deadline: must be a positive number of seconds, at most 1000000000, "
        .. "not NaN", client.fetch, client, "a", { deadline = 0 / 0 } },
      { "the id of a task or an array of ids expected, got nil", client.fetch,
        client },
      { "this is a task: write luma.id(task)", client.watch, client,
        { id = "a", state = "pending" } },
      { "ids[1]: string expected, got table, a task: write luma.id(task)",
        client.fetch, client, { { id = "a" } } },
      { "write { id = ... } for one that is known by its id", client.download,
        client, {}, "x" },
    } do
      local why = errors.misuse(table.unpack(case, 2, 6))
      assert.truthy(why:find(case[1], 1, true), why)
    end
    local _, err = client:download("4665a07c-7641-4809-a133-10786201bb56",
      "x"):result()
    assert.matches("the id of a task goes into a task", err.message)
  end)

  it("is an error that can be joined to a text", function()
    local _, err = luma.decode "{"
    local text = tostring(err)
    assert.equal("no: " .. text, "no: " .. err)
    assert.equal(text .. "!", err .. "!")
    assert.equal(text .. "1", err .. 1)
    assert.equal(text .. text, err .. err)
    assert.error_matches(function() return err .. {} end,
      "attempt to concatenate a table value")
  end)
end)
