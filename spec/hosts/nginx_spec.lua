-- SPDX-License-Identifier: MIT
-- The service in examples/nginx/ answers requests while tasks are on their way,
-- gives up what nobody waits for, and leaves nothing behind when nginx loads it
-- again or ends.

local cjson = require "cjson"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local hosts = require "spec.support.hosts"
local process = require "spec.support.process"
local program = require "spec.support.program"
local socket = require "cqueues.socket"

local LIBRARIES = "build/nginx/usr"
local MODULE = "build/luajit/luma.so"

local function obstacle()
  if not fixture.PLAIN then return "not with sanitizers" end
  if socket.is_stand_in then return "this Lua has no cqueues" end
  return hosts.obstacle {
    programs = { "nginx" }, files = {
      [MODULE] = "make LUA=luajit all",
      ["build/nginx/complete"] = "make nginx-module",
    },
  }
end

-- A port that was free a moment ago.
local function free_port()
  local server = socket.listen { host = "127.0.0.1", port = 0 }
  local _, _, port = server:localname()
  server:close()
  return ("%d"):format(port)
end

describe("in nginx", function()
  local why = obstacle()
  if why then return pending("is not run: " .. why) end

  local f = fixture.use { unknown = { "nobody" } }
  local dir, port, here
  local threadless, remove -- a library that refuses threads to luma

  -- The example's own files, with other paths and another port.
  local function write_files()
    local conf = fixture.read "examples/nginx/nginx.conf"
    for old, new in pairs {
      ["/usr/lib/nginx/modules/"] = here .. "/" .. LIBRARIES
        .. "/lib/nginx/modules/",
      ["$prefix/?.lua;"] = "$prefix/?.lua;" .. here .. "/" .. LIBRARIES
        .. "/share/lua/5.1/?.lua;",
      ["$prefix/../../build/luajit/?.so"] = dir:at "?.so",
      ["127.0.0.1:8080"] = "127.0.0.1:" .. port,
      ["worker_processes 2"] = "worker_processes 1",
      ["error_log stderr"] = "error_log errors",
    } do
      local count
      conf, count = conf:gsub(old:gsub("%p", "%%%0"), (new:gsub("%%", "%%%%")))
      assert(count > 0, old)
    end
    dir:write("nginx.conf", conf)
    dir:write("luma_tasks.lua", fixture.read "examples/nginx/luma_tasks.lua")
    dir:write("luma.so", fixture.read(MODULE))
  end

  local function nginx()
    local ended = process.run {
      "-p", dir.path, "-c", "nginx.conf", "-e", dir:at "errors",
      program = "nginx", seconds = 20, env = {
        LD_PRELOAD = threadless, THREADLESS = dir:at "threadless",
        LD_LIBRARY_PATH = process.output("echo " .. here .. "/" .. LIBRARIES
          .. "/lib/*-linux-*/"):match "%S+",
        LUMA_GATEWAY_URL = f.g.http, LUMA_GATEWAY_TOKEN = "token",
      },
    }
    assert.equal(0, ended.code, ended.output)
  end

  local function master() return dir:read "nginx.pid":match "%d+" end

  local function workers()
    local list = {}
    local pid = master()
    local children = ("/proc/%s/task/%s/children"):format(pid, pid)
    for child in fixture.read(children):gmatch "%d+" do
      list[#list + 1] = child
    end
    return list
  end

  local function only_worker()
    local list
    fixture.wait_until(function()
      list = workers()
      return #list == 1
    end, "one worker")
    return list[1]
  end

  -- The threads and descriptors of a process.
  local function held(pid)
    return tonumber(process.output("ls /proc/" .. pid .. "/task | wc -l")),
      tonumber(process.output("ls /proc/" .. pid .. "/fd | wc -l"))
  end

  local function gone(pid)
    return process.run { line = "kill -0 " .. pid }.code ~= 0
  end

  -- Sends a request; the function that it returns waits for the answer.
  local function ask(ids)
    local conn = socket.connect { host = "127.0.0.1", port = port }
    conn:onerror(function(_, _, problem) return problem end)
    conn:setmode("b", "bn")
    conn:settimeout(15)
    assert(conn:connect())
    conn:xwrite("GET /tasks?ids=" .. ids .. " HTTP/1.0\r\n\r\n", "bn")
    return function()
      local text = conn:read "*a" or ""
      conn:close()
      local status, body = text:match "^HTTP/1.1 (%d+).-\r\n\r\n(.*)$"
      return tonumber(status), body and cjson.decode(body)
    end, function() conn:close() end
  end

  setup(function()
    here = process.output("pwd"):match "[^\n]+"
    dir, port = folder.new(), free_port()
    threadless, remove = program.build(
      "cc -o build/threadless spec/native/threadless.c -shared -fPIC")
    write_files()
    nginx()
  end)
  teardown(function()
    local pid = master()
    process.output("kill -QUIT " .. pid)
    fixture.wait_until(function() return gone(pid) end, "the end of nginx")
    dir:remove()
    remove()
  end)

  it("passes tasks on, and names those that are missing", function()
    local status, body = ask "a,nobody,b" ()
    assert.same({ 200, { "nobody" } }, { status, body.missing })
    assert.same({ "a", "b" }, fixture.ids_of(body.tasks))
    assert.same({ 200, { tasks = {}, missing = { "nobody" } } },
      { ask "nobody" () })
  end)

  it("says what is wrong", function()
    assert.same({ 400, { error = "give 1 to 100 ids: /tasks?ids=ID,ID" } },
      { ask "" () })
    f.g:default { status = 401 }
    assert.same({ 502, { error = "auth" } }, { ask "a" () })
  end)

  it("says which ids it does not take", function()
    assert.same({ 400, { error = "an id is not UTF-8" } }, { ask "a,%FF" () })
    local long = ("%C3%A9"):rep(512)
    assert.equal(("é"):rep(512), select(2, ask(long)()).tasks[1].id)
    assert.same({ 400, { error = "an id is too long" } },
      { ask(long .. "a") () })
  end)

  it("serves others while a request waits", function()
    f.g:queue { stall = "request" }
    local slow = ask "slow"
    f.g:wait("stalled", 1)
    for i = 1, 5 do
      assert.equal("id-" .. i, select(2, ask("id-" .. i)()).tasks[1].id)
    end
    f.g:release()
    assert.equal("slow", select(2, slow()).tasks[1].id)
  end)

  it("shares the connections of one client", function()
    f.g:default { delay = 0.1 }
    local waiting = {}
    for i = 1, 30 do waiting[i] = ask("id-" .. i) end
    for i, answer in ipairs(waiting) do
      assert.equal("id-" .. i, select(2, answer()).tasks[1].id)
    end
    local requests, counters = f.g:journal()
    assert.is_true(#requests <= 30)
    assert.is_true(counters.max_open <= 8, counters.max_open)
  end)

  it("gives up what nobody waits for", function()
    f.g:default { stall = "request" }
    local _, leave = ask "a"
    f.g:wait("stalled", 1)
    leave()
    f.g:wait("closed", 0)
  end)

  describe("loaded again", function()
    local function reload()
      local old = only_worker()
      process.output("kill -HUP " .. master())
      return old
    end

    it("ends the requests that wait, and then the old worker", function()
      f.g:default { stall = "request" }
      local answer = ask "a"
      f.g:wait("stalled", 1)
      local old = reload()
      fixture.wait_until(function() return #workers() == 2 end, "a new worker")
      f.g:default {}
      assert.equal("b", select(2, ask "b" ()).tasks[1].id)
      assert.is_false(gone(old))
      f.g:release()
      local _, body = answer()
      assert.truthy(body.tasks, dir:read "errors")
      assert.equal("a", body.tasks[1].id)
      fixture.wait_until(function() return gone(old) end, "its end")
    end)

    it("says so where luma cannot start", function()
      dir:write("threadless", "")
      local old = reload()
      fixture.wait_until(function() return gone(old) end, "its end")
      local status, body = ask "a" ()
      os.remove(dir:at "threadless")
      assert.same({ 502, { error = "thread" } }, { status, body })
      assert.equal(200, (ask "a" ()))
    end)

    it("holds no more threads and descriptors than before", function()
      local function used()
        assert.equal(200, (ask "a" ()))
        return { held(only_worker()) }
      end
      local before = used()
      for _ = 1, 5 do
        local old = reload()
        fixture.wait_until(function() return gone(old) end, "its end")
      end
      assert.same(before, used())
      for _ = 1, 50 do assert.equal(200, (ask "a" ())) end
      assert.same(before, used())
    end)
  end)

  it("logs no errors but those that were made", function()
    for line in dir:read "errors":gmatch "[^\n]+" do
      if not (line:find "HTTP 401" or line:find "%(thread%)") then
        assert.is_nil(line:match "%[%l*%] .*", line)
      end
    end
  end)
end)
