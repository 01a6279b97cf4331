-- SPDX-License-Identifier: MIT
-- A test of luma for every platform and every Lua. It needs nothing but luma:
--
--   lua smoke.lua all HTTP HTTPS CA_FILE OTHER_CA_FILE
--   lua smoke.lua resume HTTP      the rest of a download, in another process
--   lua smoke.lua leave HTTP WAY   ends while jobs are on their way
--
-- smoke-run.lua starts the gateway, runs this file in an empty folder, and
-- looks at the files that are there afterwards. Each line of output is a check:
-- "ok NAME", "not ok NAME: why", or "file NAME PATH" for a file that must have
-- the whole content.

local luma = require "luma"

local WINDOWS = package.config:sub(1, 1) == "\\"
local HAS_INTEGERS = math.type ~= nil

local part, http, https, ca, other_ca = ...

-- Checks

local checks, names = {}, {}

local function check(name, f)
  names[#names + 1] = name
  checks[name] = f
end

local function run_checks()
  for _, name in ipairs(names) do
    local ok, why = pcall(checks[name])
    why = tostring(why):gsub("[\r\n]+", " ")
    print(ok and "ok " .. name or ("not ok %s: %s"):format(name, why))
    collectgarbage()
  end
  print "end"
end

local function same(expected, value, what)
  if expected ~= value then
    error(("%s: %s, not %s"):format(what or "value", tostring(value),
      tostring(expected)), 2)
  end
end

-- The error that a call gave instead of a value.
local function fails(code, value, err)
  same(nil, value, "value")
  same(code, type(err) == "table" and err.code or nil,
    "code of " .. tostring(err))
  assert(#err.message > 10 and err.message == tostring(err.message))
  return err
end

local function is_whole(name, path) print(("file %s %s"):format(name, path)) end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- Clients and jobs

local function client_of(options)
  options = options or {}
  options.token = "token"
  options.base_url = options.base_url or http
  return assert(luma.client(options))
end

local function list(count, prefix)
  local ids = {}
  for i = 1, count do ids[i] = (prefix or "id-") .. i end
  return ids
end

local function link_of(client, path, name, options)
  options = options or {}
  options.path, options.allow_private = name, true
  return client:download(http .. path, options)
end

-- Downloads a file, and lets the driver look at it.
local function brings(client, name, path)
  local result, bytes = assert(link_of(client, "/clip", path):result())
  same(path, result, "path")
  same(100000, bytes, "bytes")
  is_whole(name, path)
end

-- Tasks

check("tasks of 250", function()
  local client = client_of()
  local ids = list(250)
  ids[251] = "nobody"
  local tasks, missing = assert(client:tasks(ids))
  same(250, #tasks)
  same("nobody", missing[1])
  for i, task in ipairs(tasks) do
    same(ids[i], luma.id(task))
    same("completed", luma.state(task))
    assert(luma.url(task):find "^https://")
  end
  same(25, #luma.palette(tasks[1]))
  client:close()
end)

check("2,000 tasks in a frame loop", function()
  local client = client_of { connections = 4 }
  local seen, done, frames = {}, nil, 0
  client:fetch(list(2000), {
    on_task = function(task, id) seen[id] = luma.state(task) end,
    on_done = function(tasks, why) done = assert(tasks, why) end,
  })
  while client:step(0.001) > 0 do
    frames = frames + 1
    client:wait(0.016)
  end
  for _, id in ipairs(list(2000)) do same("completed", seen[id], id) end
  assert(done and frames > 1, "one step delivered all")
  same(2000, client:stats().tasks, "tasks of stats")
  client:close()
end)

check("each", function()
  local client = client_of()
  local count = 0
  local job = client:fetch(list(300))
  for task, id in job:each() do
    same(id, luma.id(task))
    count = count + 1
  end
  same(300, count)
  assert(job:result())
  client:close()
end)

check("cancel", function()
  local client = client_of { base_url = http .. "/stalled" }
  local job = client:fetch(list(3))
  job:cancel()
  local err = fails("cancelled", job:result())
  same(3, #err.cancelled)
  assert(job:done())
  client:close()
end)

check("watch", function()
  local client = client_of { base_url = http .. "/moving" }
  local states = {}
  local job = client:watch("a", {
    interval = 0.1,
    on_update = function(_, _, state) states[#states + 1] = state end,
  })
  same(1, #assert(job:result()))
  same("processing completed", table.concat(states, " "))
  client:close()
end)

check("wait and result with seconds", function()
  local client = client_of { base_url = http .. "/stalled" }
  same(false, client:wait(5), "wait without a job")
  local job = client:fetch "a"
  same(false, client:wait(0.05), "wait")
  fails("pending", job:result(0.05))
  same(1, client:step(), "unfinished jobs")
  client:close()
end)

check("request", function()
  local client = client_of()
  local job = client:request("POST", "/luma/generations", { prompt = "a cat" })
  same("made", luma.id(assert(job:result())))
  local err = fails("rejected", client:request("GET", "/luma/nothing"):result())
  same(404, err.status, "status")
  client:close()
end)

-- TLS

check("https with ca_file", function()
  local client = client_of { base_url = https, ca_file = ca }
  same(20, #assert(client:tasks(list(20))))
  client:close()
end)

check("https with another ca_file is refused", function()
  local client = client_of { base_url = https, ca_file = other_ca }
  fails("tls", client:tasks "a")
  client:close()
end)

-- Values

-- Doubles are given as whole numbers and powers of two, so that nothing depends
-- on how this Lua reads decimal fractions.
local FLOATS = {
  { 3602879701896397, -55 }, { -6998585382431073, -82 },
  { 6340832923642731, -114 }, { 9006013785801141, -88 }, { 1, -1074 },
  { 9007199254740991, 971 },
}

check("numbers are read", function()
  local client = client_of()
  local value = assert(client:request("GET", "/luma/numbers"):result())
  same(1700000000000, value.time)
  same(HAS_INTEGERS and "9007199254740993" or 2 ^ 53,
    HAS_INTEGERS and tostring(value.big) or value.big)
  same(-2 ^ 31 - 1, value.negative)
  for i, float in ipairs(FLOATS) do
    same(float[1] * 2 ^ float[2], value.floats[i], "float " .. i)
  end
  client:close()
end)

check("numbers are written", function()
  local client = client_of()
  local value = { 1700000000000, 0.1, -2147483649, 2 ^ 53, 30.53e-20, 1e300 }
  assert(client:request("POST", "/luma/numbers", value):result())
  client:close()
end)

check("values of JSON", function()
  local client = client_of()
  local value = assert(client:request("GET", "/luma/values"):result())
  same("h\195\169 \240\159\152\128", value.text)
  same(true, value.yes)
  same(nil, value.null)
  same(luma.null, value.list[2])
  same(3, #value.list)
  client:close()
end)

-- Errors

check("lists with holes are refused", function()
  local client = client_of()
  for _, ids in ipairs { { "a", nil, "b" }, { [2] = "a" }, { a = "b" } } do
    assert(not pcall(client.fetch, client, ids), "accepted")
  end
  client:close()
end)

check("errors are values", function()
  local client = client_of { base_url = http .. "/denied" }
  local err = fails("auth", client:tasks "a")
  same(401, err.status)
  same(false, err.retryable)
  client:close()
  client = client_of { base_url = "http://127.0.0.1:1", attempts = 1 }
  fails("connect", client:tasks "a")
  client:close()
end)

check("wrong use is an error", function()
  assert(not pcall(luma.client, { token = "token", colour = 1 }))
  assert(not pcall(luma.client, { token = "token", max_reply = 2 ^ 60 }))
  local client = client_of()
  assert(not pcall(client.tasks, client, 1))
  client:close()
  assert(not pcall(client.tasks, client, "a"))
end)

-- Clients

check("40 clients", function()
  local clients, jobs = {}, {}
  for i = 1, 40 do
    clients[i] = client_of()
    jobs[i] = clients[i]:fetch(list(5, i .. "-"))
  end
  for i, job in ipairs(jobs) do
    same(i .. "-5", luma.id(assert(job:result())[5]))
  end
  for _, client in ipairs(clients) do client:close() end
end)

check("100 clients dropped in mid-flight", function()
  for i = 1, 100 do
    local client = client_of { base_url = http .. "/stalled" }
    local job = client:fetch(list(3))
    if i % 2 == 0 then client:wait(0.001) end
    assert(not job:done())
    client, job = nil, nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
  end
end)

check("close", function()
  local client = client_of { base_url = http .. "/stalled" }
  local job = client:fetch "a"
  local download = link_of(client, "/stalled-clip", "closed.mp4")
  client:wait(0.05)
  client:close()
  assert(job:done() and download:done())
  same(0, client:stats().tasks)
  assert(not exists "closed.mp4")
end)

-- Downloads

check("a new file", function()
  local client = client_of()
  brings(client, "new", "new.mp4")
  assert(not exists "new.mp4.luma.part")
  client:close()
end)

check("a file is replaced", function()
  local client = client_of()
  assert(io.open("old.mp4", "wb")):close()
  brings(client, "replaced", "old.mp4")
  client:close()
end)

check("names of ids", function()
  local client = client_of()
  for id, pattern in pairs {
    ["task-1"] = "^task%-1%.mp4$", ["a/b"] = "^[%w_%-]+%-%x+%.mp4$",
    CON = WINDOWS and "^CON%-%x+%.mp4$" or "^CON%.mp4$",
  } do
    local task = { id = id, video = { url = http .. "/clip" } }
    local path = assert(client:download(task, {
      dir = ".", allow_private = true,
    }):result())
    assert(path:match("[^/\\]+$"):find(pattern), path)
    is_whole("id", path)
  end
  client:close()
end)

check("two downloads into one file", function()
  local client = client_of()
  local first = link_of(client, "/stalled-clip", "twice.mp4")
  repeat client:wait(0.1) client:step() until first:progress().bytes > 0
  local second = link_of(client, "/clip", "twice.mp4")
  fails("file", second:result())
  first:cancel()
  fails("cancelled", first:result())
  client:close()
end)

check("failed downloads", function()
  local client = client_of()
  fails("link", link_of(client, "/luma/nothing", "none.mp4"):result())
  fails("too_large", link_of(client, "/clip", "none.mp4",
    { max_bytes = 10 }):result())
  fails("file", link_of(client, "/clip", "no-folder/none.mp4"):result())
  assert(not exists "none.mp4")
  client:close()
end)

check("a name in UTF-8, a long name, a path", function()
  local client = client_of()
  brings(client, "utf8", "c\195\188ll \230\188\162.mp4")
  brings(client, "long", ("n"):rep(236) .. ".mp4")
  brings(client, "path", "./sub/../sub/path.mp4")
  client:close()
end)

check("the first half of a file", function()
  local client = client_of { attempts = 1 }
  local err = select(2, link_of(client, "/big", "big.mp4"):result())
  assert(err and err.retryable, tostring(err))
  client:close()
end)

if WINDOWS then
  check("paths of Windows", function()
    local client = client_of()
    brings(client, "backslash", ".\\sub\\..\\backslash.mp4")
    local path = os.getenv "TEMP" .. "\\luma-smoke.mp4"
    assert(path:find "^%a:\\", path)
    same(path, assert(link_of(client, "/clip", path):result()))
    assert(exists(path) and os.remove(path))
    client:close()
  end)

  check("names that Windows reserves", function()
    local client = client_of()
    for _, name in ipairs {
      "con", "NUL.mp4", "com1.txt", "a:b", "x. ", "x.", "a?b", "dir\\", "a\nb",
    } do
      local ok, job = pcall(link_of, client, "/clip", name)
      local err = job
      if ok then err = fails("file", job:result()) end
      assert(#tostring(err) > 20, tostring(err))
    end
    client:close()
  end)

  check("a target that is open elsewhere", function()
    local client = client_of()
    local file = assert(io.open("open.mp4", "wb"))
    local result, err = link_of(client, "/clip", "open.mp4"):result()
    file:close()
    fails("file", result, err)
    assert(exists "open.mp4", "the target is gone")
    brings(client, "open", "open.mp4")
    client:close()
  end)
end

-- The other parts

local ways = {
  exit = function() os.exit(7) end,
  exit_and_close = function() os.exit(7, true) end,
  error = function() error "the end" end,
  ["end"] = function() end,
}

if part == "leave" then
  local client = client_of { base_url = http .. "/stalled" }
  held = { client:fetch(list(500)), -- luacheck: ignore
    link_of(client, "/stalled-clip", "left.mp4") }
  client:wait(0.05)
  ways[https]()
elseif part == "resume" then
  local client = client_of()
  local path, bytes = assert(link_of(client, "/big", "big.mp4"):result())
  print(("size %s %d"):format(path, bytes))
  client:close()
else
  run_checks()
end
