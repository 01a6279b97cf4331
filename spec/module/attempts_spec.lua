-- SPDX-License-Identifier: MIT
-- Headers of the caller, and what a client reports of each attempt.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local CANARY = "canary-0a1b2c3d"

describe("headers of the caller", function()
  local d = downloads.use()
  local g = d.g

  local HEADERS = { ["X-Project"] = "cats and dogs", ["Api-Key"] = CANARY }

  it("go to the gateway with each request", function()
    local client = d.f:new { headers = HEADERS }
    client:tasks "a"
    client:request("GET", "/other"):result()
    client:watch "a":result()
    local requests = g:journal()
    assert.equal(3, #requests)
    for _, request in ipairs(requests) do
      assert.equal("cats and dogs", request.headers["x-project"])
      assert.equal(CANARY, request.headers["api-key"])
      assert.equal("Bearer token", request.headers.authorization)
    end
  end)

  it("go to no other host than the gateway's", function()
    local client = d.f:new { headers = HEADERS }
    local other = g.http:gsub("127%.0%.0%.1", "localhost")
    g:file("/files/b", {})
    for i, base in ipairs { g.http, other } do
      assert(client:download(base .. "/files/b", d.dir.path .. "/" .. i,
        { allow_private = true }):result())
    end
    local own, foreign = table.unpack((g:journal()))
    assert.equal(CANARY, own.headers["api-key"])
    assert.is_nil(foreign.headers["api-key"])
    assert.is_nil(foreign.headers["x-project"])
  end)

  it("are shown in no message", function()
    local client = d.f:new { headers = HEADERS }
    for _, body in ipairs { "no " .. CANARY .. " here",
      '{"error":{"message":"the key ' .. CANARY .. ' is old"}}' } do
      g:default { status = 401, body = body }
      local _, err = client:tasks "a"
      assert.is_nil(tostring(err):find(CANARY, 1, true))
      assert.truthy(tostring(err):find("***", 1, true))
    end
  end)
end)

describe("a client with on_attempt", function()
  local f = fixture.use()

  -- What is reported while run() runs, in order.
  local function attempts_of(options, run)
    local list = {}
    options.on_attempt = function(attempt) list[#list + 1] = attempt end
    local client = f:new(options)
    run(client)
    return list, client
  end

  local function without_times(attempt)
    assert.is_true(attempt.seconds >= 0 and attempt.seconds < 30)
    attempt.seconds = nil
    return attempt
  end

  it("reports each request", function()
    f.g:route("/other", { body = "{}" })
    local list = attempts_of({ batch_size = 1 }, function(client)
      client:tasks { "a", "b" }
      client:request("GET", "/other?key=secret"):result()
    end)
    assert.equal(3, #list)
    for i, attempt in ipairs(list) do
      local bytes = attempt.bytes
      assert.is_true(bytes > 0)
      assert.same({ method = i < 3 and "POST" or "GET", host = "127.0.0.1",
        path = i < 3 and "/luma/tasks" or "/other", status = 200, attempt = 1,
        bytes = bytes }, without_times(attempt))
    end
  end)

  it("reports attempts that failed, and when the next one is", function()
    f.g:queue({ status = 429, headers = { ["Retry-After"] = "1" } },
      { status = 503 })
    local list = attempts_of({}, function(client)
      assert(client:tasks "a")
    end)
    assert.same({ "rate_limit", "server", false },
      { list[1].code, list[2].code, list[3].code or false })
    assert.same({ 429, 503, 200 },
      { list[1].status, list[2].status, list[3].status })
    assert.same({ 1, 2, 3 },
      { list[1].attempt, list[2].attempt, list[3].attempt })
    assert.is_true(list[1].retry_in >= 1 and list[1].retry_in < 2)
    assert.is_true(list[2].retry_in > 0)
    assert.is_nil(list[3].retry_in)
  end)

  it("says that a link has failed, also where a new one is had", function()
    local g, path = f.g, os.tmpname()
    g:file("/old", { status = 403 })
    g:file("/new", { size = 100 })
    g:default { texts = { a = ('{"id":"a","state":"completed",'
      .. '"video":{"url":"%s/new"}}'):format(g.http) } }
    local list, client = attempts_of({}, function(client)
      assert(client:download({ id = "a", state = "completed",
        video = { url = g.http .. "/old" } }, path,
        { allow_private = true }):result())
    end)
    os.remove(path)
    client:close()
    local seen = {}
    for i, attempt in ipairs(list) do
      seen[i] = ("%s %s"):format(attempt.status, attempt.code)
    end
    assert.same({ "403 link", "200 nil", "200 nil" }, seen)
  end)

  it("reports what is in flight when a job ends", function()
    f.g:default { stall = "request" }
    local list = attempts_of({}, function(client)
      local job = client:fetch("a", { deadline = 0.05 })
      job:result()
    end)
    assert.equal(1, #list)
    assert.equal("deadline", list[1].code)
    assert.is_nil(list[1].retry_in)
  end)

  it("reports them for a job that nobody holds", function()
    local list, client = attempts_of({}, function(c)
      c:fetch("a", { on_done = function() end })
      local job = c:fetch "b"
      f.g:wait("requests", 2)
      assert.is_false(job:done()) -- and it was held until now
    end)
    collectgarbage()
    collectgarbage()
    fixture.wait_until(function()
      client:step()
      return #list == 2
    end, "the attempts")
  end)

  it("passes on what the function raises, and goes on", function()
    local times = 0
    local client = f:new { on_attempt = function()
      times = times + 1
      error("from the log", 0)
    end }
    local job = client:fetch { "a" }
    local ok, why = pcall(job.result, job)
    assert.same({ false, "from the log" }, { ok, why })
    assert.equal("a", job:result()[1].id)
    assert.equal(1, times)
  end)

  it("shows no secret", function()
    f.g:default { status = 401, body = errors.TOKEN }
    local list = attempts_of({ token = errors.TOKEN }, function(client)
      client:tasks "a"
      client:request("GET", "/x/" .. errors.TOKEN):result()
    end)
    assert.equal(2, #list)
    for _, attempt in ipairs(list) do
      for _, value in pairs(attempt) do errors.check_secret(tostring(value)) end
    end
  end)
end)
