-- SPDX-License-Identifier: MIT
-- Bytes as calls of luma: each byte chooses what to call, on what, with what.
-- A call may raise a string, or what a callback has raised. Of two results, of
-- which the first is nil, the second is an error of luma.

local luma = require "luma"

local CALLS, LEVELS = 60, 3
local RAISED = {} -- by callbacks

local folder = os.getenv "LUMA_FUZZ_FOLDER"
local bytes, at, calls, level
local kept -- values that later calls take: clients, jobs, tasks

local function byte(below)
  at = at + 1
  return (bytes:byte(at) or 0) % below
end

local function one_of(list) return list[byte(#list) + 1] end

-- ---- values --------------------------------------------------------------

local call

-- Callbacks go on with the program, and some raise an error.
local function callback()
  return function(...)
    if byte(4) == 0 then error(RAISED, 0) end
    if level < LEVELS then
      level = level + 1
      call()
      level = level - 1
    end
    return byte(2) == 0 and ... or nil
  end
end

local LOOP = {}
LOOP[1] = LOOP

local TASK = { id = "a", state = "completed",
  video = { url = "http://h/f.mp4" } }
local MANY, HEADERS = {}, {}
for i = 1, 400 do MANY[i] = ('"word %d"'):format(i) end
for i = 1, 40 do HEADERS["X-" .. i] = "value" end

local ODD = {
  false, true, 0, 1, -1, 0.5, 3, 1e-9, 2 ^ 53, 2 ^ 63, -2 ^ 63, 1e300,
  math.huge, -math.huge, 0 / 0, math.maxinteger, math.mininteger, "", "a", "b",
  "1", "nan", "\0", "a\0b", "a\r\nb: c", "\255", ("x"):rep(2000), {}, { "a" },
  { "a", "b", "a" }, { "a", "" }, { [1] = "a", [3] = "c" }, { a = 1 }, { {} },
  LOOP, HEADERS, TASK, luma, luma.null, print, error, io.stdout,
  coroutine.create(print), "[" .. table.concat(MANY, ",") .. "]",
  ("["):rep(127) .. "1" .. ("]"):rep(127),
  { id = 1e15, data = { id = "b", video = { download_url = "http://h/" } } },
  setmetatable({}, { __index = function() error(RAISED, 0) end }),
  setmetatable({}, { __index = function(_, k) return k end,
    __len = function() return 3 end }),
  setmetatable({}, { __tostring = function() return 1 end }),
}

local function value()
  local n = byte(#ODD + 8) + 1
  if n <= #ODD then return ODD[n] end
  if n == #ODD + 1 then return callback() end
  if n == #ODD + 2 then return nil end
  return kept[byte(#kept + 1) + 1]
end

local IDS = { "a", { "a", "b" }, { "a", "b", "c" }, { "a", "gone", "a" } }

local NAMES = {
  "token", "base_url", "proxy", "user_agent", "headers", "batch_size",
  "connections", "attempts", "max_reply", "max_task", "max_undelivered",
  "plain_http", "http2", "timeout", "nulls", "decode", "on_attempt", "on_task",
  "on_update", "on_progress", "on_done", "deadline", "interval",
  "max_interval", "missing_grace", "link_grace", "retry", "what", "exists",
  "max_bytes", "allow_private", "sync", "path", "dir", "no_such_option",
}

-- What each option may well be; the others are plain flags and numbers.
local GOOD = {
  base_url = { "http://h/v1", "http://h:1/" }, proxy = { "http://u:p@h:1" },
  headers = { { ["X-A"] = "1" }, { Host = "h" }, { ["a:"] = "b" }, HEADERS },
  timeout = { { connect = 1 }, { attempt = 2, stall = 1 }, { wrong = 1 } },
  what = { "video", "thumbnail", "last_frame" },
  exists = { "skip", "replace" }, attempts = { 1, 2, 5 },
  plain_http = { true }, allow_private = { true }, nulls = { true },
  deadline = { 1, 20 }, interval = { 0.1 }, max_interval = { 0.2 },
  connections = { 1, 2 }, batch_size = { 1, 2 }, max_undelivered = { 1, 100 },
  missing_grace = { 0.1 }, link_grace = { 0.1 }, sync = { false },
}

-- Files go into the folder of the fuzzer only.
local function path_of(name)
  local odd = value()
  if type(odd) == "string" then
    return folder .. one_of { "", "/clip", "/no/such", "/a\0b" }
  end
  return name == "dir" and folder or odd
end

local function options()
  local list = {}
  for _ = 1, byte(5) do
    local name = one_of(NAMES)
    if name == "path" or name == "dir" then
      list[name] = path_of(name)
    elseif name:find "^on_" or name == "decode" then
      list[name] = byte(8) > 0 and callback() or value()
    elseif GOOD[name] and byte(4) > 0 then
      list[name] = one_of(GOOD[name])
    else
      list[name] = value()
    end
  end
  return list
end

-- ---- calls ---------------------------------------------------------------

local function keep(object)
  if object ~= nil then kept[#kept % 12 + 1] = object end
end

-- Whether these results are as promised.
local function check(ok, first, second)
  if not ok then
    assert(first == RAISED or type(first) == "string"
      or type(first) == "table" and first.code, "what is raised is a text")
    if type(first) == "string" and first:find "interrupted!" then
      error(first, 0)
    end
  elseif first == nil and second ~= nil then
    assert(type(second) == "table" and type(second.code) == "string"
      and type(tostring(second)) == "string", "nil comes with an error")
  elseif type(first) == "userdata" or type(first) == "table" then
    keep(first)
  end
end

local function protected(f, ...) check(pcall(f, ...)) end

-- A method of whatever this is; many have none.
local function method(object, name, ...)
  protected(function(...) return object[name](object, ...) end, ...)
end

local METHODS = {
  "tasks", "fetch", "watch", "download", "generate", "request", "step", "wait",
  "fd", "dirty", "events", "timeout", "stats", "close", "done", "result",
  "each", "progress", "cancel", "getfd", "pollfd", "no_such_method",
}

local function client_of()
  for _ = 1, 3 do
    local found = kept[byte(#kept + 1) + 1]
    if type(found) == "userdata" and found ~= luma.null then return found end
  end
  return kept[1]
end

local STARTS = {
  function(c) method(c, "fetch", one_of(IDS), options()) end,
  function(c) method(c, "watch", one_of(IDS), options()) end,
  function(c) method(c, "request", one_of { "GET", "POST" }, "/v1/x",
    byte(2) > 0 and { a = value() } or nil, options()) end,
  function(c) method(c, "download", one_of { "http://h/f.mp4", TASK },
    folder .. "/clip", options()) end,
  function(c) method(c, "download", one_of { "http://h/f.mp4", TASK },
    options()) end,
  function(c) method(c, "generate", "a cat", options()) end,
  function(c) method(c, "tasks", one_of(IDS), options()) end,
}

local OBJECTS = {
  function(o) return tostring(o) end, function(o) return o .. "x" end,
  function(o) return #o end, function(o) o[1] = 1 end,
  function(o) return o == kept[1] end, function(o) return o() end,
  function(o) return getmetatable(o).__gc(o) end,
  function(o) return getmetatable(o).__close(o) end,
  function(o) return getmetatable(o).__index end,
}

local TASKS = { "id", "state", "url", "progress", "palette", "decode",
  "encode" }

local KINDS = {
  function() protected(luma.client, byte(4) > 0 and options() or value()) end,
  function() one_of(STARTS)(client_of()) end,
  function() one_of(STARTS)(client_of()) end,
  function() method(client_of(), one_of(METHODS)) end,
  function() method(client_of(), "step", 0.001) end,
  function() method(client_of(), one_of(METHODS), value()) end,
  function()
    local name = one_of(METHODS)
    if name ~= "download" and name ~= "generate" then
      method(client_of(), name, value(), value(), value(), value())
    end
  end,
  function() -- with another object than its own
    local object, name, other = client_of(), one_of(METHODS), client_of()
    if name == "download" or name == "generate" then return end
    protected(function(...) return object[name](...) end, other, value())
  end,
  function() protected(luma[one_of(TASKS)], value(), value()) end,
  function() protected(one_of(OBJECTS), client_of()) end,
  function() collectgarbage(one_of { "collect", "step" }) end,
  function() kept[byte(#kept + 1) + 1] = kept[#kept] end,
  function()
    local job, most = client_of(), byte(4)
    protected(function()
      for id, task in job:each() do
        keep(task or id)
        most = most - 1
        if most < 0 then break end
      end
    end)
  end,
  function()
    local thread = coroutine.create(call)
    local ok, err = coroutine.resume(thread)
    if not ok then error(err, 0) end
  end,
}

function call()
  calls = calls + 1
  if calls <= CALLS and at < #bytes then one_of(KINDS)() end
end

return function(input)
  bytes, at, calls, level, kept = input, 0, 0, 0, {}
  keep(luma.client {})
  while at < #bytes and calls < CALLS do call() end
end
