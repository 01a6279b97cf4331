-- SPDX-License-Identifier: MIT
-- Nothing a gateway sends fills the memory, and one bad task costs no other.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local TOKEN = errors.TOKEN
local MIB = 1024 * 1024
local CHUNK = 128 * 1024 -- libcurl's largest piece of a body
local sanitized = not fixture.PLAIN
local SPACES = "tr '\\0' ' ' </dev/zero 2>/dev/null | head -c "

local function task(id, more)
  return ('{"id":"%s","state":"completed"%s}'):format(id, more or "")
end

local function memory(name)
  for line in io.lines "/proc/self/status" do
    local kib = line:match("^" .. name .. ":%s*(%d+) kB")
    if kib then return tonumber(kib) * 1024 end
  end
end

-- By how much the process grew at its highest while `f` ran. (Writing 5 to
-- clear_refs makes what is in use now the new high-water mark.)
local function growth(f)
  collectgarbage()
  local file = assert(io.open("/proc/self/clear_refs", "w"))
  file:write "5"
  file:close()
  local before = memory "VmHWM"
  f()
  return memory "VmHWM" - before
end

describe("a limit", function()
  local f = fixture.use { unknown = { "nobody" }, token = TOKEN }
  local g, client, files = f.g, nil, {}

  teardown(function()
    for _, path in ipairs(files) do os.remove(path) end
  end)

  local function new(options)
    client = f:new(options)
    return client
  end

  local function failure(ids)
    local tasks, err = client:tasks(ids)
    assert.is_nil(tasks)
    return errors.check(err)
  end

  -- The path of a file that a shell command writes.
  local function file_of(command)
    local path = os.tmpname()
    files[#files + 1] = path
    assert.truthy(os.execute(("{ %s; } >%s"):format(command, path)))
    return path
  end

  -- The result of a request whose response is what a shell command writes.
  local function value_of(command, options)
    g:reset()
    g:route("/value", { body_file = file_of(command) })
    return new(options):request("GET", "/value"):result()
  end

  local function gzipped(command)
    return {
      body_file = file_of("{ " .. command .. "; } | gzip -9"),
      headers = { ["Content-Encoding"] = "gzip" },
    }
  end

  it("counts what gzip unpacks to: 512 MiB of zeros end at once", function()
    g:default(gzipped "head -c 512M /dev/zero")
    new { attempts = 1 }
    local grown = growth(function()
      assert.equal("reply", failure("a").code)
    end)
    assert.is_true(client:stats().bytes <= CHUNK)
    assert.is_true(sanitized or grown < 4 * MIB, grown)
  end)

  it("counts what gzip unpacks to: 512 MiB of space in an array", function()
    g:default(gzipped("printf '['; " .. SPACES .. "512M; printf ']'"))
    new()
    local grown = growth(function()
      local err = failure "a"
      assert.same({ "too_large", 200, 1, false },
        { err.code, err.status, err.attempts, err.retryable })
      assert.truthy(err.message:find("67108864", 1, true))
    end)
    local bytes = client:stats().bytes
    assert.is_true(bytes > 63 * MIB and bytes <= 64 * MIB, bytes)
    assert.is_true(sanitized or grown < 4 * MIB, grown)
    assert.equal(1, #g:journal())
  end)

  it("ends a reply that does not end", function()
    local endless = file_of("printf '[%s,' '" .. task "a" .. "'; "
      .. SPACES .. "20M")
    for _, framing in ipairs { "none", "99999999999" } do
      g:reset()
      g:default { body_file = endless, content_length = framing,
        ["then"] = "stall" }
      new { max_reply = MIB }
      local err = failure { "a", "b" }
      assert.same({ "too_large", 1 }, { err.code, err.attempts })
      assert.equal("a", err.tasks[1].id)
      assert.equal("too_large", err.failed.b.code)
      assert.is_true(client:stats().bytes <= MIB + CHUNK)
      g:wait("closed", 0)
      client:close()
    end
  end)

  it("ends the endless page of a failure", function()
    g:default { status = 500, body_file = file_of(SPACES .. "20M"),
      content_length = "none", ["then"] = "stall" }
    new { max_reply = MIB, attempts = 2 }
    local err = failure "a"
    assert.same({ "server", 500, 2 }, { err.code, err.status, err.attempts })
    assert.is_true(client:stats().bytes <= 2 * (MIB + CHUNK))
    g:wait("closed", 0)
  end)

  it("lets a reply pass that just fits", function()
    local body = "[" .. task "a" .. "]"
    g:default { body = body }
    new { max_reply = #body }
    assert.equal("a", assert(client:tasks "a")[1].id)
    client:close()
    new { max_reply = #body - 2 } -- the task's own last byte is over
    assert.equal("too_large", failure("a").code)
  end)

  it("ends a flood of headers", function()
    g:default { header_flood = true }
    new()
    local grown = growth(function()
      local err = failure "a"
      assert.same({ "too_large", 1 }, { err.code, err.attempts })
      assert.truthy(err.message:find "headers")
    end)
    assert.is_true(sanitized or grown < 4 * MIB, grown)
    g:default { header_flood = 40 } -- kB
    assert.equal("a", assert(client:tasks "a")[1].id)
  end)

  local deep = '"deep":' .. ("["):rep(10000) .. ("]"):rep(10000)
  local objects = '"deep":' .. ('{"a":'):rep(10000) .. "1" .. ("}"):rep(10000)
  it("ends a string of 100 MB in a task", function()
    g:default { body_file = file_of("exec 2>/dev/null; printf '[%s,' '"
      .. task "a" .. "'; printf '{\"id\":\"b\",\"p\":\"'; "
      .. "tr '\\0' x </dev/zero | head -c 100M; printf '\"}]'") }
    new()
    local grown = growth(function()
      local err = failure { "a", "b" }
      assert.same({ "too_large", 1 }, { err.code, err.attempts })
      assert.equal("a", err.tasks[1].id)
    end)
    assert.is_true(sanitized or grown < 8 * MIB, grown)
  end)

  local poisons = {
    { "has 10 MB of padding", '"p":"' .. ("x"):rep(10 * MIB) .. '"' },
    { "has a million members", ('"m":1,'):rep(1e6) .. '"m":1' },
    { "is 10,000 arrays deep", deep },
    { "is 10,000 objects deep", objects },
    { "is deep before its id", deep, true },
  }

  for _, poison in ipairs(poisons) do
    it("fails one task alone that " .. poison[1], function()
      local bad = task("b", "," .. poison[2])
      if poison[3] then
        bad = "{" .. poison[2] .. "," .. task "b":sub(2)
      end
      local all = ("[%s,%s,%s]"):format(task "a", bad, task "c")
      g:queue({ body = all }, { body = "[" .. bad .. "]" })
      new()
      local err = failure { "a", "b", "c" }
      assert.equal("too_large", err.code)
      assert.same({ "a", "c" }, { err.tasks[1].id, err.tasks[2].id })
      assert.same({}, err.missing)
      assert.equal("too_large", err.failed.b.code)
      assert.is_nil(err.failed.a or err.failed.c)
      local requests = g:journal()
      assert.equal(2, #requests)
      assert.same({ "b" }, requests[2].ids)
      assert.equal(2, client:stats().unreadable)
      assert.equal("d", assert(client:tasks "d")[1].id)
    end)
  end

  it("lets a task pass that just fits", function()
    for bytes = 999, 1001 do
      local fill = ("x"):rep(bytes - #task("b", ',"p":""'))
      local bad = task("b", ',"p":"' .. fill .. '"')
      assert.equal(bytes, #bad)
      g:reset()
      g:default { body = "[" .. task "a" .. "," .. bad .. "]" }
      new { max_task = 1000 }
      local tasks, err = client:tasks { "a", "b" }
      assert.equal(bytes <= 1000, tasks ~= nil)
      assert.equal(bytes > 1000 and "too_large" or nil, err.code)
      client:close()
    end
  end)

  it("holds for a reply's own depth and size", function()
    local closed = ("}"):rep(10000)
    local bodies = {
      ("["):rep(10000), ("["):rep(10000) .. ("]"):rep(10000),
      ('{"a":'):rep(10000), ('{"a":'):rep(10000) .. "1" .. closed,
      '{"data":' .. ('{"a":'):rep(10000) .. "1" .. closed .. "}",
      '{"message":"' .. ("x"):rep(MIB) .. '","data":null}',
    }
    new { attempts = 1 }
    for i, body in ipairs(bodies) do
      g:default { body = body }
      local err = failure { "a", "b" }
      local code = i == 1 and "truncated" or "too_large"
      assert.same({ code, {} }, { err.code, err.missing }, "body " .. i)
    end
    g:default {}
    assert.equal("a", assert(client:tasks "a")[1].id)
  end)

  it("is not mistaken for an id that the gateway does not know", function()
    local bad = task("b", "," .. deep)
    g:queue({ body = ("[%s,%s]"):format(task "a", bad) },
      { body = "[" .. bad .. "]" }, {})
    new { connections = 1 }
    local err = failure { "a", "b", "nobody" }
    assert.equal("too_large", err.failed.b.code)
    assert.equal(200, err.failed.b.status)
    assert.equal("a", err.tasks[1].id)
    assert.same({ "nobody" }, err.missing)
    local requests = g:journal()
    assert.same({ "b" }, requests[2].ids)
    assert.same({ "nobody" }, requests[3].ids)
    assert.equal(3, #requests)
  end)

  it("of a request's value is max_reply", function()
    local text = ("exec 2>/dev/null; printf '\"'; tr '\\0' x </dev/zero"
      .. " | head -c %d; printf '\"'"):format(20 * MIB)
    assert.equal(20 * MIB, #value_of(text))
    local value, err = value_of(text, { max_reply = 20 * MIB })
    assert.is_nil(value)
    assert.equal("too_large", errors.check(err).code)
    assert.truthy(err.message:find("max_reply, 20971520 bytes", 1, true))
    assert.equal(20 * MIB, #value_of(text, { max_reply = 20 * MIB + 2 }))
  end)

  it("of the levels and values of a request is named", function()
    local named = "more than 128 levels deep, or more than 16777215 values"
    local function nest(n)
      return ("printf '%s'"):format(("["):rep(n) .. ("]"):rep(n))
    end
    assert.equal("table", type((value_of(nest(128)))))
    local _, err = value_of(nest(129))
    assert.equal("too_large", errors.check(err).code)
    assert.truthy(err.message:find(named, 1, true), err.message)
    if sanitized then return end
    local row = "exec 2>/dev/null; printf '['; yes 1, | tr -d '\\n'"
      .. " | head -c %.0f; printf '1]'"
    _, err = value_of(row:format(2 ^ 25))
    assert.equal("too_large", errors.check(err).code)
    assert.truthy(err.message:find(named, 1, true), err.message)
  end)
end)
