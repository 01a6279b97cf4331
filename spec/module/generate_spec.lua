-- SPDX-License-Identifier: MIT
-- client:generate submits one generation, once, and follows its task to the
-- end.

local cjson = require "cjson"
local cqueues = require "cqueues"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local luma = require "luma"

local PATH = "/luma/generations"
local MADE = '{"id":"new","state":"pending","prompt":"a cat"}'
local ROUNDS = tonumber(os.getenv "LUMA_ROUNDS" or "") or 60

describe("a generation", function()
  local f = fixture.use { unknown = { "nobody" } }
  local g = f.g

  local function generate(params, options, client)
    return (client or f:new()):generate(params or "a cat", options)
  end

  -- What was sent to the path of submissions.
  local function submissions()
    local list = {}
    for _, request in ipairs((g:journal())) do
      if request.path == PATH then list[#list + 1] = request end
    end
    return list
  end

  local function fails(code, options, client)
    local task, err = generate(nil, options, client):result()
    assert.is_nil(task)
    assert.equal(code, err.code, tostring(err))
    errors.check(err)
    return err
  end

  local function folder()
    local name = os.tmpname()
    os.remove(name)
    assert(os.execute("mkdir " .. name))
    return name
  end

  describe("that is made", function()
    before_each(function() g:route(PATH, { body = MADE, status = 201 }) end)

    it("is submitted once, and its result is the task", function()
      local job = generate()
      local task, path, more = job:result()
      assert.same({ "new", "completed" }, { task.id, luma.state(task) })
      assert.is_nil(path or more)
      assert.is_true(job:done())
      assert.equal(task, (job:result()))
      local sent = g:journal()
      assert.equal(2, #sent)
      assert.same({ "POST", PATH, "application/json", "Bearer token" }, {
        sent[1].method, sent[1].path, sent[1].headers["content-type"],
        sent[1].headers.authorization,
      })
      assert.same({ user_prompt = "a cat" }, cjson.decode(sent[1].body))
      assert.same({ "new" }, sent[2].ids)
    end)

    it("has all parameters of a table", function()
      local params = { user_prompt = "a \"cat\"", loop = true,
        aspect_ratio = "16:9", image_url = luma.null }
      assert(generate(params):result())
      assert.same({ user_prompt = "a \"cat\"", loop = true,
        aspect_ratio = "16:9", image_url = cjson.null },
        cjson.decode(submissions()[1].body))
    end)

    it("reports each change, the response first", function()
      g:queue({ state = "pending" }, { state = "dreaming" }, {})
      local seen, tasks, done = {}, {}, nil
      local job = generate(nil, {
        interval = 0.01, max_interval = 0.01,
        on_update = function(task, id, state)
          seen[#seen + 1] = id .. " " .. state .. " " .. luma.id(task)
        end,
        on_task = function(task) tasks[#tasks + 1] = task end,
        on_done = function(...) done = { ... } end,
      })
      local task = job:result()
      assert.same({ "new pending new", "new pending new",
        "new processing new", "new completed new" }, seen)
      assert.same({ task }, tasks)
      assert.same({ task }, done)
    end)

    it("can be followed by others once the id is known", function()
      g:queue { stall = "request" }
      local client = f:new()
      local job = generate(nil, nil, client)
      assert.is_nil(job:progress().id)
      fixture.wait_until(function()
        client:step()
        return g:stalled() == 1
      end)
      assert.equal("new", job:progress().id)
      assert.same({ 1, 0 }, { job:progress().ids, job:progress().tasks })
      job:cancel()
      local task, err = job:result()
      assert.is_nil(task)
      assert.same({ "cancelled", "new", { "new" } },
        { err.code, err.id, err.cancelled })
    end)

    it("keeps the id if its task cannot be followed", function()
      g:default { status = 401 }
      local err = fails "auth"
      assert.same({ "new", "new" }, { err.id, (next(err.failed)) })
      g:default { state = "pending" }
      err = fails("deadline", { deadline = 0.2, interval = 0.05 })
      assert.same({ "new", { "new" }, "pending" },
        { err.id, err.pending, err.states.new })
      assert.equal(2, #submissions())
    end)

    it("is not for loops", function()
      local job = generate()
      assert.error_matches(function() job:each() end, "one task")
      assert.matches("^luma.job %(running, generate", tostring(job))
      assert(job:result())
    end)

    it("gives a task that failed as it is", function()
      g:default { state = "failed" }
      local task, path = generate():result()
      assert.same({ "failed" }, { luma.state(task), path })
    end)

    it("counts all of its steps", function()
      local job = generate()
      job:result()
      local p = job:progress()
      assert.same({ 1, 1, 2, 0, "new" },
        { p.ids, p.tasks, p.requests, p.retries, p.id })
    end)

    it("goes on while the host steps", function()
      local client = f:new()
      local job = generate(nil, nil, client)
      fixture.finish(client)
      assert.is_true(job:done())
      assert.equal("new", job:result().id)
    end)

    it("ends as cancelled if the client is closed at any event", function()
      for steps = 0, 4 do
        local client = f:new()
        local job = generate(nil, nil, client)
        for _ = 1, steps do
          client:wait()
          client:step(0)
        end
        client:close()
        local task, err = job:result()
        assert.is_true(job:done())
        if task then
          assert.equal("new", task.id)
        else
          assert.equal("cancelled", err.code)
        end
      end
    end)
  end)

  describe("with a target", function()
    local dir

    before_each(function()
      dir = folder()
      g:route(PATH, { body = MADE })
      g:file("/clip", { size = 5000 })
      g:default { texts = { new = cjson.encode { id = "new",
        state = "completed", video = { url = g.http .. "/clip" } } } }
    end)
    after_each(function() os.execute("rm -r " .. dir) end)

    it("downloads the file as well", function()
      local client = f:new()
      local bytes
      local job = generate(nil, { dir = dir, allow_private = true,
        on_progress = function(p) bytes = p.bytes end }, client)
      local task, path = job:result()
      assert.same({ "new", dir .. "/new.mp4" }, { task.id, path })
      assert.equal(5000, #fixture.read(path))
      assert.same({ 5000, 5000 }, { bytes, job:progress().total_bytes })
      task, path = generate(nil,
        { path = dir .. "/cat.mp4", allow_private = true }, client):result()
      assert.same({ "new", dir .. "/cat.mp4" }, { task.id, path })
      assert.equal(2, #submissions())
    end)

    it("can be one of several into one folder", function()
      local client, jobs = f:new(), {}
      g:file("/clip", { size = 100 })
      for i = 1, 6 do
        jobs[i] = generate(nil, { dir = dir, allow_private = true }, client)
      end
      local done = 0
      for _, job in ipairs(jobs) do
        local task, err = job:result()
        -- The stub gives all the same id, so that they may meet at the file.
        if task then done = done + 1 else assert.equal("new", err.id) end
      end
      assert.is_true(done > 0)
      assert.equal(6, #submissions())
    end)

    it("saves nothing of a task that failed", function()
      g:default { texts = { new = cjson.encode { id = "new",
        state = "failed", video = { url = g.http .. "/clip" } } } }
      local task, path = generate(nil,
        { dir = dir, allow_private = true }):result()
      assert.same({ "failed" }, { luma.state(task), path })
      assert.is_nil(io.popen("ls -A " .. dir):read "*l")
    end)

    it("asks for nothing if the folder cannot be used", function()
      local err = fails("file", { dir = dir .. "/none" })
      assert.matches("cannot open the folder", err.message)
      assert.matches("is a directory",
        fails("file", { path = dir }).message:lower():gsub(
          "a folder or device has this name", "is a directory"))
      assert.equal(0, #g:journal())
    end)

    it("does not mind folders that are not in the way of its file", function()
      os.execute(("mkdir %s/new %s/check"):format(dir, dir))
      local task, path = generate(nil,
        { dir = dir, allow_private = true }):result()
      assert.same({ "new", dir .. "/new.mp4" }, { task.id, path })
      assert.equal(5000, #fixture.read(path))
    end)

    it("does not mind what others write into the folder", function()
      g:file("/slow", { stall = "body" })
      f:new():download({ id = "check", video = { url = g.http .. "/slow" } },
        { dir = dir, allow_private = true })
      g:wait("stalled", 1)
      local task, path = generate(nil,
        { dir = dir, allow_private = true }):result()
      assert.same({ "new", dir .. "/new.mp4" }, { task and task.id, path })
    end)

    it("is not submitted after its deadline", function()
      local client = f:new()
      client:tasks "warm" -- its thread is awake, and would be quick
      for _ = 1, 10 do
        local job = generate(nil, { dir = dir, deadline = 0.02 }, client)
        cqueues.sleep(0.03) -- nobody takes the end of the check
        local task, err = job:result()
        assert.is_nil(task)
        assert.equal("deadline", errors.check(err).code)
        assert.equal(0, job:progress().requests)
      end
      assert.equal(1, #g:journal())
    end)

    it("keeps the task if the file cannot be had", function()
      g:file("/clip", { status = 404 })
      local err = fails("link", { dir = dir, allow_private = true })
      assert.same({ "new", "new" }, { err.id, err.tasks[1].id })
      assert.equal(1, #submissions())
    end)

    it("leaves nothing of its check behind", function()
      fails("auth", { dir = dir },
        (g:route(PATH, { status = 401 }) and nil) or f:new())
      assert.is_nil(io.popen("ls -A " .. dir):read "*l")
    end)
  end)

  describe("whose response has its id", function()
    for name, body in pairs {
      ["in a task"] = MADE,
      ["beside an error that is null"] =
        '{"id":"new","state":"pending","error":null}',
      ["in the data of an envelope"] =
        '{"code":0,"message":"","data":{"task_id":"new","id":7}}',
      ["as the data"] = '{"code":"success","message":"","data":"new"}',
      ["as task_id beside a number"] = '{"id":12,"task_id":"new"}',
      ["in an answer with success"] =
        '{"success":true,"task_id":"new","video_id":"v","state":"pending"}',
      ["as a result"] = '{"code":1,"description":"ok","result":"new"}',
      ["alone"] = '"new"',
      ["in a task inside data"] =
        '{"code":"success","data":{"id":"new","state":"queued"}}',
    } do
      it(name, function()
        g:route(PATH, { body = body })
        assert.equal("new", luma.id((assert(generate():result()))))
        assert.same({ "new" }, g:journal()[2].ids)
      end)
    end

    it("as a number", function()
      g:route(PATH, { body = '{"id":90071992547409931}' })
      local job = generate()
      assert.is_truthy(job:result())
      assert.equal("90071992547409931", job:progress().id)
    end)
  end)

  describe("that is refused", function()
    it("says so, with the code of the refusal, and may be repeated", function()
      for code, behaviour in pairs {
        auth = { status = 401 },
        rate_limit = { status = 429, headers = { ["Retry-After"] = "1" } },
        rejected = { status = 400, body = '{"error":{"message":"no"}}' },
        redirect = { status = 307, headers = { Location = "/other" } },
        gateway = { body = '{"code":"quota_not_enough","message":"no"}' },
      } do
        g:route(PATH, behaviour)
        assert.is_nil(fails(code).id)
      end
      assert.equal(5, #submissions())
    end)

    it("is tried again where nothing was sent", function()
      local err = fails("connect", nil,
        f:new { base_url = "http://127.0.0.1:1", attempts = 2 })
      assert.equal(2, err.attempts)
      g:route(PATH, { body = MADE })
      g:accept({ reset = true })
      local client = f:new { base_url = g.https }
      assert.equal("new", (assert(generate(nil, nil, client):result())).id)
      assert.equal(1, #submissions())
    end)
  end)

  describe("of which nobody knows what became", function()
    local function unknown(behaviour, options, client)
      g:reset()
      g:route(PATH, behaviour)
      local err = fails("unknown_outcome", options, client)
      assert.is_false(err.retryable)
      assert.equal(1, #submissions())
      return err
    end

    it("says so, with all that is known", function()
      local err = unknown { status = 500, body = '{"error":{"message":"out"}}' }
      assert.equal(500, err.status)
      assert.matches("out", err.message)
      assert.matches("^stub%-", err.request_id)
      assert.same({ error = { message = "out" } }, err.value)
      err = unknown { body = '{"code":"success","data":{}}' }
      assert.same({ code = "success", data = {} }, err.value)
      assert.matches("has no id", err.message)
      assert.same({ 200, "body", 1 }, { err.status, err.phase, err.attempts })
      assert.matches("^stub%-", err.request_id)
      assert.is_nil(err.retry_after)
      local endless = '{"id":"' .. ("x"):rep(2000) .. '"}'
      err = unknown({ body = endless, content_length = #endless + 9 },
        { timeout = { stall = 0.2 } })
      assert.same({ 200, 2000 }, { err.status, #err.value.id })
      unknown { body = "<html>", content_type = "text/html" }
      assert.is_nil(unknown { body = "404 page not found" }.id)
      unknown { status = 204 }
      unknown { status = 408 }
      unknown { status = 504, body = "<html>" }
      unknown { reset = true }
      unknown { close = true }
      unknown({ stall = "request" }, { deadline = 0.2 })
      unknown({ stall = "head" }, { timeout = { stall = 0.2 } })
      unknown({ stall = "body", body = MADE }, { timeout = { attempt = 0.2 } })
    end)

    it("says that it may be there if it is cancelled", function()
      g:route(PATH, { stall = "request" })
      local client = f:new()
      local job = generate(nil, nil, client)
      g:wait("stalled", 1)
      job:cancel()
      local _, err = job:result()
      assert.equal("cancelled", err.code)
      assert.matches("may have been submitted", err.message)
    end)

    it("says that it may be there if the client is closed", function()
      g:route(PATH, { stall = "request" })
      local client = f:new()
      local job = generate(nil, nil, client)
      g:wait("stalled", 1)
      client:close()
      local _, err = job:result()
      assert.equal("cancelled", err.code)
      assert.matches("may have been submitted", err.message)
    end)

    -- What the error says besides its code.
    local function more(job)
      local _, err = job:result()
      assert.equal("cancelled", errors.check(err).code)
      assert.equal(0, job:progress().requests)
      return err.message:match "cancelled(.*)"
    end

    it("is not said if the client is closed before it was sent", function()
      local dir = folder()
      local client = f:new()
      local job = generate(nil, { dir = dir }, client)
      assert(cqueues.poll({ pollfd = client:fd(), events = "r" }, 10) ~= 10)
      client:close()
      assert.equal("", more(job))
      assert.equal(0, #g:journal())
      os.remove(dir)
    end)

    it("is not said if it waits for a connection as well", function()
      g:default { stall = "request" }
      fixture.wait_until(function()
        local client = f:new { connections = 1 }
        client:fetch "a"
        fixture.wait_until(function() return client:stats().active == 1 end)
        local job = generate(nil, nil, client)
        client:close()
        return more(job) == "" -- unless its thread was too busy to end
      end, "a thread that has ended")
      assert.equal(0, #submissions())
    end)

    it("says so if the gateway forgets it", function()
      g:route(PATH, { body = '{"id":"nobody","state":"pending"}' })
      local err = fails("unknown_outcome", { missing_grace = 0 })
      assert.same({ "nobody", { "nobody" } }, { err.id, err.missing })
    end)

    it("is known where the response breaks off after the id", function()
      for _, behaviour in ipairs {
        { body = MADE .. "    ", cut = #MADE + 1 },
        { body = MADE .. "    ", cut = #MADE + 1, ["then"] = "reset" },
        { body = MADE, content_length = #MADE + 9 },
      } do
        g:reset()
        g:route(PATH, behaviour)
        local job = generate(nil, { timeout = { stall = 0.2 } })
        assert.equal("new", assert((job:result())).id)
        assert.equal(1, #submissions())
      end
    end)

    it("is known where the job ends between the id and the end", function()
      local stalled = { body = MADE, content_length = #MADE + 9,
        ["then"] = "stall" }
      g:default { stall = "request" }
      g:route(PATH, stalled)
      local err = fails("deadline", { deadline = 0.2 })
      assert.same({ "new", { "new" } }, { err.id, err.pending })
      g:reset()
      g:route(PATH, stalled)
      local client = f:new()
      local job = generate(nil, nil, client)
      fixture.wait_until(function() return client:stats().bytes >= #MADE end)
      job:cancel()
      err = select(2, job:result())
      assert.same({ "cancelled", "new" }, { err.code, err.id })
      assert.equal(1, #submissions())
    end)

    it("is never sent twice, wherever the answer is cut", function()
      local client = f:new { attempts = 5 }
      local whole = MADE
      for cut = 0, #whole do
        for _, how in ipairs { "close", "reset" } do
          g:reset()
          g:route(PATH, { body = whole, cut = cut, ["then"] = how })
          local task, err = generate(nil, nil, client):result()
          -- A reader that has all may not see what follows.
          local whole_came = cut == #whole
          assert.equal(whole_came, task ~= nil, cut .. how)
          if err and not whole_came then
            assert.equal("unknown_outcome", err.code)
          end
          assert.equal(1, #submissions(), cut .. how)
        end
      end
      for cut = 0, 120, 3 do
        g:reset()
        g:route(PATH, { body = whole, cut_head = cut })
        generate(nil, nil, client):result()
        assert.equal(1, #submissions(), cut)
      end
    end)

    it("is never sent twice under random faults", function()
      local seed = tonumber(os.getenv "LUMA_SEED" or "") or os.time() % 100000
      math.randomseed(seed)
      local faults = {
        function() return { body = MADE, cut = math.random(0, #MADE - 1) } end,
        function() return { body = MADE, cut_head = math.random(0, 150) } end,
        function() return { reset = true } end,
        function() return { close = true } end,
        function() return { status = math.random(400, 599) } end,
        function() return { body = MADE:sub(1, math.random(0, #MADE - 1)) } end,
        function() return { raw = ("\255\0HTTP"):rep(math.random(1, 9)) } end,
        function()
          return { status = 307, headers = { Location = PATH } }
        end,
        function() return { body = MADE, close_after = true } end,
        function() return { body = MADE } end,
      }
      local clients = {
        f:new { attempts = 5 },
        f:new { attempts = 5, base_url = g.https },
        f:new { attempts = 5, base_url = g.https, http2 = true },
      }
      for round = 1, ROUNDS do
        local where = ("seed %d, round %d"):format(seed, round)
        g:reset()
        local client = clients[math.random(#clients)]
        -- A connection that dies idle is no reason to send twice.
        if math.random(2) == 1 then client:tasks "warm" end
        g:reset()
        local before = math.random(4)
        if before == 1 then g:accept { reset = true } end
        g:route(PATH, faults[math.random(#faults)]())
        local task, err = generate(nil, nil, client):result()
        local sent = #submissions()
        assert.is_true(sent <= 1, where)
        assert.is_true(task == nil or task.id == "new", where)
        assert.is_true(task ~= nil or err.code ~= nil, where)
      end
    end)
  end)

  it("says what is wrong with its arguments", function()
    local client = f:new()
    for _, case in ipairs {
      { "the prompt is empty", "" },
      { "parameters with names expected", {} },
      { "parameters with names expected", { "a cat" } },
      { "a prompt or a table of parameters expected, got nil" },
      { "either path or dir", "a", { path = "a", dir = "b" } },
      { "give path or dir as well", "a", { max_bytes = 1 } },
      { "give path or dir as well", "a", { what = "thumbnail" } },
      { "give path or dir as well", "a", { sync = false } },
      { "unknown option 'retry'", "a", { retry = true } },
      { "max_interval", "a", { interval = 9, max_interval = 1 } },
      { "path", "a", { path = "a/.." } },
    } do
      assert.error_matches(function()
        client:generate(case[2], case[3])
      end, case[1], 1, true)
    end
    assert.equal(0, #g:journal())
  end)
end)

describe("limits of a job", function()
  local f = fixture.use()
  local g = f.g

  it("are its own where it has them", function()
    g:default { status = 500 }
    local client = f:new { attempts = 1 }
    local _, err = client:fetch("a", { attempts = 2 }):result()
    assert.equal(2, err.attempts)
    _, err = client:fetch("a"):result()
    assert.equal(1, err.attempts)
    assert.equal(3, #g:journal())
  end)

  it("can be times", function()
    g:default { stall = "head" }
    local client = f:new { attempts = 1, timeout = { stall = 60 } }
    local _, err = client:fetch("a", { timeout = { stall = 0.1 } }):result()
    assert.equal("stall_timeout", err.code)
    g:route("/silent", { stall = "head" })
    _, err = client:request("GET", "/silent", nil,
      { timeout = { attempt = 0.1 } }):result()
    assert.equal("attempt_timeout", err.code)
    g:file("/clip", { stall = "head" })
    local name = os.tmpname()
    _, err = client:download(g.http .. "/clip", name,
      { allow_private = true, timeout = { stall = 0.1 } }):result()
    os.remove(name)
    assert.equal("stall_timeout", err.code)
  end)

  it("have ranges", function()
    local client = f:new()
    for _, case in ipairs {
      { "attempts: must be from 1 to 5", { attempts = 6 } },
      { "timeout.stall: must be a positive number of seconds",
        { timeout = { stall = 0 } } },
      { "timeout: unknown field 'total'", { timeout = { total = 1 } } },
    } do
      assert.error_matches(function() client:fetch("a", case[2]) end, case[1],
        1, true)
    end
  end)

  it("may be no deadline at all", function()
    local client = f:new()
    assert(client:fetch("a", { deadline = math.huge }):result())
    assert(client:watch("a", { deadline = math.huge }):result())
    assert.error_matches(function()
      client:fetch("a", { deadline = -math.huge })
    end, "deadline")
  end)
end)
