-- SPDX-License-Identifier: MIT
-- The stub gateway: an HTTP/1.1 server in its own process that answers
-- `POST …/luma/tasks` over http and https, misbehaves at any byte when told
-- to, and keeps a journal of what it was sent.
--
--   lua5.4 stub.lua [--http PORT] [--unknown ID]... [--stay]
--   lua5.4 stub.lua --serve BEHAVIOUR [--http PORT]
--
-- Prints one line of JSON when it is ready: the three ports, the certificate
-- to trust, its pid. It is told what to do over the control port, one JSON
-- object a line (see `ops`; gateway.lua is the other end; what a behaviour
-- may say is listed in fields.lua, and anything else is an error). It ends
-- when its first control connection does, or if none comes within half a
-- minute; with --stay it does neither. With --serve it is for people
-- (public.lua): it prints how to use it and its requests, and does not end.

local here = arg[0]:match "^(.*/)" or "./"
package.path = here .. "?.lua;" .. package.path

local cjson = require "cjson"
local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local errno = require "cqueues.errno"
local signal = require "cqueues.signal"
local socket = require "cqueues.socket"
local certificate = require "certificate"
local answers = require "answer"
local Connection = require "connection"
local fields = require "fields"
local files = require "files"
local h2 = require "h2"
local own_pid = require "own_pid"
local public = require "public"
local relay = require "relay"
local weather = require "weather"

local FIRST_CONTROL = 30 -- seconds for the first control connection to come
local MAX_LINE = 1 << 30 -- a control line may carry whole bodies

local changed = condition.new() -- signalled whenever a counter moves
local unknown = {}              -- ids no reply has
local state                     -- what `reset` forgets
local serves = false            -- people, by public.lua

-- A connection keeps the state it was accepted under, so that what `reset`
-- drops winds up without touching the new counters.
local function fresh_state()
  return {
    changed = changed, requests = {}, complete = 0, connections = 0,
    open = 0, max_open = 0, stalled = 0, releases = 0, live = {},
    default = {}, queue = {}, claimed = 0, accepts = {}, routes = {},
    files = {},
    record = true,
  }
end

local function parse_head(raw)
  local method, path, version = raw:match "^(%S+) (%S+) HTTP/(%d%.%d)\r\n"
  if not method then return nil end
  local headers = {}
  for name, value in raw:gmatch "\n([^:\r\n]+):[ \t]*([^\r\n]*)" do
    local key = name:lower()
    local before = headers[key]
    headers[key] = before and before .. ", " .. value or value
  end
  local token = (headers.connection or ""):lower()
  return {
    method = method, path = path, headers = headers, raw_head = raw,
    keep = version == "1.1" and token ~= "close",
  }
end

local function refusal(request, status, message, kind)
  return {
    status = status, body = answers.error_body(request, message, kind),
    content_type = "application/json; charset=utf-8",
  }
end

local function next_in_queue(request)
  if request.chosen then return request.chosen end
  local behaviour = state.queue[state.claimed + 1]
  if not behaviour then
    request.behaviour = "default"
    return state.default
  end
  state.claimed = state.claimed + 1
  request.behaviour = state.claimed
  return behaviour
end

-- A route's behaviours are used in turn, the last one for good.
local function next_of_route(request, route)
  request.behaviour = "route"
  return #route > 1 and table.remove(route, 1) or route[1]
end

-- The behaviour for a request whose head has been read.
local function claim(request)
  local served = serves and public.claim(request)
  if served then return served end
  if state.weather then return state.weather(request) end
  local path = request.path:match "^[^?]*"
  local route = state.routes[path]
  if route then return next_of_route(request, route) end
  local file = state.files[path]
  if file then return files.behaviour(request, next_of_route(request, file)) end
  if request.method ~= "POST" or not path:find "/luma/tasks$" then
    request.behaviour = "not_found"
    return refusal(request, 404,
      ("Invalid URL (%s %s)"):format(request.method, path),
      "invalid_request_error")
  end
  if not (request.headers.authorization or ""):find "^Bearer %S" then
    request.behaviour = "unauthorized"
    return refusal(request, 401, "Invalid token", "new_api_error")
  end
  return next_in_queue(request)
end

local function enter(conn, request)
  local now = conn.state
  conn.nth = conn.nth + 1
  now.seen = (now.seen or 0) + 1
  request.id = "stub-" .. now.seen
  request.conn, request.nth, request.tls = conn.number, conn.nth, conn.tls
  request.at = cqueues.monotime()
  if now.record then now.requests[#now.requests + 1] = request end
end

local function read_body(conn, request)
  local length = tonumber(request.headers["content-length"]) or 0
  if (request.headers.expect or ""):lower() == "100-continue" then
    conn:send "HTTP/1.1 100 Continue\r\n\r\n"
  end
  request.body = conn:exactly(length)
  conn.state.complete = conn.state.complete + 1
  changed:signal()
end

-- Runs one connection; returns how it is to end.
local function serve(conn)
  while conn.state == state do
    local request = parse_head(conn:upto "\r\n\r\n")
    if not request or conn.state ~= state then return "close" end
    enter(conn, request)
    if conn.act.tunnel and request.method == "CONNECT" then
      return relay.tunnel(conn, request.path)
    end
    local behaviour = claim(request)
    read_body(conn, request)
    if serves then public.received(request) end
    local what = answers.answer(conn, request, behaviour, unknown)
    if what ~= "keep" then return what end
  end
  return "close"
end

-- What happens before any request and before the TLS handshake; fields.accept
-- lists it. Nil: go on as usual.
local function before_requests(conn, act)
  if act.delay then conn:hold(act.delay) end
  if act.stall then answers.stall(conn) end
  if act.garbage then conn:send(act.garbage) end
  if act.reset then return "reset" end
  return act["then"] or (act.garbage or act.close) and "close" or nil
end

-- False: the handshake has failed.
local function start_tls(conn, act)
  if act.identity then conn.context = conn.contexts.of(act.identity) end
  if act.spoil then conn.sock = relay.spoil(conn, act.spoil) end
  conn.sock:unget(conn.input) -- the handshake reads from the socket
  conn.input = ""
  return conn.sock:starttls(conn.context)
end

local function run(conn)
  local what = before_requests(conn, conn.act)
  if what then return what end
  if conn.tls then
    if not start_tls(conn, conn.act) then
      conn:linger()
      return "close"
    end
    if conn.sock:checktls():getAlpnSelected() == "h2" then
      return h2.serve(conn, conn.act.h2)
    end
  end
  return serve(conn)
end

local function count_open(conn, by)
  local now = conn.state
  now.open = now.open + by
  now.max_open = math.max(now.max_open, now.open)
  now.live[conn] = by > 0 or nil
  changed:signal()
end

-- Counts a new connection and claims its behaviour: in the accepting
-- coroutine, since only there is the order that of arrival.
local function admit(sock, contexts)
  local conn = Connection.new(sock)
  conn.state, conn.nth = state, 0
  conn.act = table.remove(state.accepts, 1) or {}
  conn.tls, conn.contexts = contexts ~= nil, contexts
  conn.context = contexts and (conn.act.h2 and contexts.h2
    or conn.act.asks_certificate and contexts.asks_certificate
    or contexts.usual)
  state.connections = state.connections + 1
  conn.number = state.connections
  count_open(conn, 1)
  return conn
end

local function attend(conn)
  local ok, what = pcall(run, conn)
  if not ok and what ~= Connection.GONE then
    io.stderr:write("stub: ", tostring(what), "\n")
  end
  count_open(conn, -1)
  if ok and what == "reset" then
    conn:reset()
  else
    conn:finish()
  end
end

local function append(list, items)
  for _, item in ipairs(items) do list[#list + 1] = item end
end

local reached = {
  requests = function(count) return state.complete >= count end,
  stalled = function(count) return state.stalled >= count end,
  connections = function(count) return state.connections >= count end,
  open = function(count) return state.open >= count end,
  closed = function(count) return state.open <= count end,
}

local function journal_entry(request)
  local entry = { ids = request.body and answers.ids_of(request.body) }
  for key, value in pairs(request) do
    if key ~= "keep" then entry[key] = value end
  end
  return entry
end

local ops = {}

function ops.default(op)
  local behaviour = op.behaviour or {}
  fields.check(fields.behaviour, { behaviour })
  state.default = behaviour
end

function ops.queue(op)
  append(state.queue, fields.check(fields.behaviour, op.behaviours))
end

function ops.accept(op)
  append(state.accepts, fields.check(fields.accept, op.behaviours))
end

function ops.route(op)
  state.routes[op.path] = fields.check(fields.behaviour, op.behaviours)
end

function ops.file(op)
  state.files[op.path] = fields.check(fields.file, op.files)
end

function ops.weather(op) state.weather = weather.new(op.seed, op.share) end

function ops.record(op) state.record = op.on end

function ops.journal()
  local list = {}
  for i, request in ipairs(state.requests) do
    list[i] = journal_entry(request)
  end
  return {
    requests = list, connections = state.connections, open = state.open,
    max_open = state.max_open,
  }
end

function ops.reset()
  local dropped = state.live
  state = fresh_state()
  for conn in pairs(dropped) do conn.sock:shutdown "rw" end
  changed:signal() -- wakes those that hold without reading
end

function ops.release()
  state.releases = state.releases + 1
  changed:signal()
end

function ops.stalled() return { count = state.stalled } end

function ops.wait(op, conn)
  local test = assert(reached[op.what], "nothing to wait for by that name")
  local function done() return test(op.count or 1) end
  if not conn:hold(op.seconds or 10, changed, done) then
    error(("timeout"), 0)
  end
end

local function quit(path)
  os.remove(path)
  os.exit(true)
end

local function obey(line, conn)
  local op = fields.integers(cjson.decode(line))
  local act = assert(ops[op.op], "no such op")
  return act(op, conn) or {}
end

local function control(sock)
  local conn = Connection.new(sock)
  sock:setmaxline(MAX_LINE)
  while true do
    local line = conn:upto "\n"
    local ok, reply = pcall(obey, line, conn)
    if reply == Connection.GONE then return end
    if not ok then reply = { error = tostring(reply) } end
    reply.ok = ok
    conn:send(cjson.encode(reply) .. "\n")
  end
end

local function parse_arguments(list)
  local options, i = { http = 0 }, 1
  while list[i] do
    if list[i] == "--stay" then
      options.stay = true
    elseif list[i] == "--serve" then
      i = i + 1
      options.serve = assert(list[i], "--serve wants a behaviour")
      options.stay = true
    elseif list[i] == "--http" then
      i = i + 1
      options.http = assert(math.tointeger(list[i]), "--http wants a port")
    elseif list[i] == "--unknown" then
      i = i + 1
      unknown[assert(list[i], "--unknown wants an id")] = true
    else
      error("unknown argument " .. list[i], 0)
    end
    i = i + 1
  end
  return options
end

local function give_up(why)
  io.stderr:write("stub: ", why, "\n")
  os.exit(1)
end

-- Listens; each connection gets a coroutine for what `each(sock)` returns, a
-- function and its argument. Returns the port.
local function listen(loop, port, each)
  local server = assert(socket.listen {
    host = "127.0.0.1", port = port, reuseaddr = true,
  })
  local ok, why = server:listen()
  if not ok then
    give_up(("port %d: %s"):format(port, errno.strerror(why)))
  end
  loop:wrap(function()
    while true do
      -- A child that sets an option of the connection must inherit it.
      local sock = server:accept { nodelay = true, cloexec = false }
      if sock then
        loop:wrap(each(sock))
      else
        cqueues.sleep(0.01) -- out of descriptors, or gone again
      end
    end
  end)
  return select(3, server:localname())
end

-- Gives what to print.
local function serve_people(choice, ready)
  local ok, why = pcall(public.start, choice,
    ("http://127.0.0.1:%d"):format(ready.http))
  if not ok then give_up(why) end
  serves, state.record = true, false
  return public.greeting()
end

local function main()
  local options = parse_arguments(arg)
  local loop = cqueues.new()
  local contexts, pem = certificate.make()
  local first = true
  state = fresh_state()
  function ops.quit() loop:wrap(quit, pem) end

  local function attend_control(sock)
    local ends = first and not options.stay
    first = false
    pcall(control, sock)
    if ends then quit(pem) end
    sock:close()
  end

  local ready = {
    http = listen(loop, options.http, function(sock)
      return attend, admit(sock)
    end),
    https = listen(loop, 0, function(sock)
      return attend, admit(sock, contexts)
    end),
    control = listen(loop, 0, function(sock)
      return attend_control, sock
    end),
    ca = pem, pid = own_pid(),
  }
  signal.ignore(signal.SIGPIPE)
  signal.block(signal.SIGTERM, signal.SIGINT)
  loop:wrap(function()
    signal.listen(signal.SIGTERM, signal.SIGINT):wait()
    quit(pem)
  end)
  loop:wrap(function()
    cqueues.sleep(FIRST_CONTROL)
    if first and not options.stay then quit(pem) end
  end)
  io.stdout:write(options.serve and serve_people(options.serve, ready)
    or cjson.encode(ready) .. "\n")
  io.stdout:flush()
  while true do
    local _, why = loop:loop()
    io.stderr:write("stub: ", tostring(why), "\n")
  end
end

main()
