-- SPDX-License-Identifier: MIT
-- Scenarios of spec/native/oom.c about everything else: the module, clients,
-- requests, files and values.

-- luacheck: read globals generations

local url, folder = ...
local oom = require "spec.programs.oom-shared" (url)
local scenario, IDS = oom.scenario, oom.IDS
local PATH = folder .. "/clip.mp4"
local BYTES = 3000

-- ---- the module and its clients -------------------------------------------

scenario("require", {
  prepare = function() end,
  act = function() require "luma" end,
  check = function() oom.works(oom.new()) end,
})

scenario("client", {
  prepare = function()
    require "luma"
    return { options = {
      token = "token", base_url = url, headers = { ["X-Shop"] = "mine" },
      timeout = { connect = 5, stall = 5 }, user_agent = "host", attempts = 2,
      proxy = "http://jane:s3cret@127.0.0.1:1", plain_http = true,
      on_attempt = function() end, decode = function() end, nulls = true,
    } }
  end,
  act = function(s)
    s.client, s.err = require "luma".client(s.options)
  end,
  check = function(s)
    assert(not s.err or s.err.code == "memory")
    if s.client then s.client:close() end
    oom.works(oom.new())
  end,
})

scenario("close", {
  prepare = oom.fetched(6),
  act = function(s)
    s.client:close()
    s.job:result()
  end,
  check = function(s)
    s.client:close()
    oom.complete(s.job:result())
  end,
})

scenario("close while it runs", {
  manner = "stalls",
  prepare = function()
    local s = { client = oom.new() }
    s.job = s.client:fetch(IDS, oom.counters(s))
    return s
  end,
  act = function(s)
    s.client:close()
    tostring(select(2, s.job:result()))
  end,
  check = function(s)
    s.client:close()
    assert(#select(2, s.job:result()).cancelled == 3)
  end,
})

scenario("drop", {
  prepare = oom.fetched(6, oom.counters),
  act = function(s) s.client:step() end,
  check = function(s)
    s.client, s.job = nil, nil
    collectgarbage()
    collectgarbage()
  end,
})

scenario("wrong arguments", {
  prepare = function()
    local client = oom.new()
    local luma = require "luma"
    return {
      client = client,
      { luma.client, "table expected", 7 },
      { luma.client, "conections", { conections = 1, token = "t" } },
      { luma.client, "attempts", { attempts = 77, token = "t" } },
      { luma.client, "headers", { headers = { [1] = 2 }, token = "t" } },
      { client.fetch, "number", client, { 1, 2 } },
      { client.fetch, "element", client, setmetatable({}, { __index = IDS }) },
      { client.fetch, "on_tsak", client, IDS, { on_tsak = print } },
      { client.watch, "interval", client, IDS, { interval = "x" } },
      { client.request, "path", client, "GET", "//other.example" },
      { client.request, "x%.y", client, "POST", "/a", { x = { y = print } } },
      { client.download, "path", client, "https://a.example/b", {} },
      { client.generate, "table", client, 7 },
      { client.step, "negative", client, -1 },
      { luma.encode, "function", print },
      { luma.url, "invalid option", {}, "sound" },
    }
  end,
  act = function(s)
    for i = 1, #s do
      local case = s[i]
      local ok, why = pcall(case[1], case[3], case[4], case[5], case[6])
      if why == "not enough memory" then error(why, 0) end
      s.wrong = (ok or not why:find(case[2])) and (why or i) or s.wrong
    end
  end,
  check = function(s)
    assert(not s.wrong, s.wrong)
    oom.works(s.client)
  end,
})

-- ---- requests and files ---------------------------------------------------

local BODY = { prompt = "a cat", ids = { "x", 1, { 0.5, { z = true } } } }

scenario("request", {
  act = function(s)
    s.job = s.client:request("PUT", "/luma/tasks", BODY)
    s.value = s.job:result()
  end,
  check = function(s)
    local value = s.job and assert(s.job:result())
    assert(not value or value[1].id == "x")
    assert(s.value == nil or s.value == value)
    oom.works(s.client)
  end,
})

scenario("request that fails", {
  manner = "refuses",
  act = function(s)
    s.job = s.client:request("POST", "/luma/tasks", '{"ids":[]}')
    s.text = tostring(select(2, s.job:result()))
  end,
  check = function(s)
    if not s.job then return end
    local value, err = s.job:result()
    assert(value == nil and err.code == "rejected" and err.value.why == "no")
    assert(not s.text or s.text == tostring(err))
  end,
})

local function told_of_file(s)
  oom.finish(s.client)
  if s.job then
    local path, bytes = assert(s.job:result())
    assert(path == PATH and bytes == BYTES)
    assert(s.done == 1, "the end was not told once")
    assert(os.remove(PATH))
  end
  oom.works(s.client)
end

scenario("download", {
  prepare = function()
    local s = { client = oom.new(), done = 0 }
    s.options = {
      path = PATH, allow_private = true, sync = false,
      on_progress = function(progress) s.bytes = progress.bytes end,
      on_done = function() s.done = s.done + 1 end,
    }
    return s
  end,
  act = function(s)
    s.job = s.client:download("/file", s.options)
    s.job:result()
  end,
  check = told_of_file,
})

scenario("download of a task", {
  manner = "links",
  prepare = function()
    local s = { client = oom.new(), done = 0 }
    s.task = { task_id = "a", data = { video = { url = "/old" } } }
    s.options = {
      dir = folder, allow_private = true, sync = false,
      on_done = function(path) s.done, s.path = s.done + 1, path end,
    }
    return s
  end,
  act = function(s)
    s.job = s.client:download(s.task, s.options)
    s.job:result()
  end,
  check = function(s)
    oom.finish(s.client)
    if s.job then
      assert(s.done == 1 and s.path == folder .. "/a.mp4")
      assert(assert(s.job:result()) == s.path and os.remove(s.path))
    end
    oom.works(s.client)
  end,
})

scenario("generate", {
  manner = "links",
  prepare = function()
    local s = { client = oom.new(), before = generations() }
    local options = oom.counters(s)
    options.on_update = function() s.seen = s.seen + 1 end
    options.path, options.allow_private, options.sync = PATH, true, false
    options.interval = 0.001
    s.options = options
    return s
  end,
  act = function(s)
    s.job = s.client:generate({ user_prompt = "a cat" }, s.options)
    s.job:result()
  end,
  check = function(s)
    oom.finish(s.client)
    assert(generations() - s.before == (s.job and 1 or 0))
    if s.job then
      local task, path = assert(s.job:result())
      assert(task.id == "made" and path == PATH and os.remove(PATH))
      assert(s.made == 1 and s.done == 1 and s.seen == 2)
    end
    oom.works(s.client)
  end,
})

-- ---- values ---------------------------------------------------------------

local TEXT = [[{"id":12345678901234567890,"list":[1,2.5,null,"\u00e9",{"a":{}}],]]
  .. [["name":"a long text that is no short string of Lua, or so one hopes"}]]

scenario("decode and encode", {
  prepare = function() return { luma = require "luma" } end,
  act = function(s)
    s.value, s.err = s.luma.decode(TEXT)
    s.text = s.luma.encode { s.value, 'a "cat"', 0.5 }
    s.none, s.why = s.luma.decode "[1,"
  end,
  check = function(s)
    local value = assert(s.luma.decode(TEXT))
    assert(s.err == nil and value.list[2] == 2.5 and value.list[4] == "é")
    if s.text then assert(s.luma.decode(s.text)[1].name == value.name) end
    if s.why then assert(s.none == nil and s.why.code == "argument") end
  end,
})

scenario("helpers", {
  prepare = function()
    local luma = require "luma"
    return {
      luma = luma,
      task = luma.decode([[{"task_id":"a","status":"SUCCESS",
        "progress":"42%","data":{"id":7,"video":{"url":"https://a.example/b",
        "palette":{"grid":"]] .. ("AAAA"):rep(25) .. [["}}}}]]),
    }
  end,
  act = function(s)
    local luma, task = s.luma, s.task
    s.id, s.url, s.state = luma.id(task), luma.url(task), luma.state(task)
    s.progress, s.palette = luma.progress(task), luma.palette(task)
  end,
  check = function(s)
    local luma, task = s.luma, s.task
    assert(luma.id(task) == "a" and luma.state(task) == "completed")
    assert(not s.palette or #s.palette == 25)
  end,
})

scenario("many ids", {
  prepare = function()
    local s = { client = oom.new { batch_size = 100 }, ids = {} }
    for i = 1, 100 do s.ids[i] = "id-" .. i % 90 end
    return s
  end,
  act = function(s)
    s.job = s.client:fetch(s.ids)
    s.job:result()
  end,
  check = function(s)
    local tasks = s.job and s.job:result()
    assert(not tasks or #tasks == 90)
    oom.works(s.client)
  end,
})

return oom.scenarios
