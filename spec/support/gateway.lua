-- SPDX-License-Identifier: MIT
-- Starts the stub server in a process of its own and tells it what to do:
-- the specs' side of its control connection. Runs on every Lua the specs do.

local cjson = require "cjson"
local socket = require "cqueues.socket"

local process = require "spec.support.process"

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"

local MAX_LINE = 2 ^ 30 -- a journal comes back in one line

local gateway = {}

local Gateway = {}
Gateway.__index = Gateway

-- A sanitizer runtime preloaded into this process is none of the stub's.
local function command(options)
  local words = { "exec env -u LD_PRELOAD lua5.4",
    process.quote(here .. "../stub/stub.lua") }
  for _, id in ipairs(options.unknown or {}) do
    words[#words + 1] = "--unknown " .. process.quote(id)
  end
  return table.concat(words, " ")
end

local function connect(port)
  local sock = socket.connect { host = "127.0.0.1", port = port }
  sock:onerror(function(_, _, why) return why end)
  sock:setmode("b", "bn")
  sock:setmaxline(MAX_LINE)
  assert(sock:connect(), "cannot reach the stub's control port")
  return sock
end

-- A stub that is not started yet; `options.unknown` is a list of ids no reply
-- has.
function gateway.new(options)
  return setmetatable({ options = options or {} }, Gateway)
end

-- Starts it. From then on the object has the addresses `http` and `https`, the
-- path `ca`, and `pid`.
function Gateway:start()
  self.pipe = assert(io.popen(command(self.options)))
  local line = self.pipe:read "*l"
  if not line then
    self.pipe:close()
    error("the stub server did not start", 2)
  end
  local ready = cjson.decode(line)
  self.control = connect(("%d"):format(ready.control))
  self.http = ("http://127.0.0.1:%d"):format(ready.http)
  self.https = ("https://localhost:%d"):format(ready.https)
  self.http_port = ("%d"):format(ready.http)
  self.https_port = ("%d"):format(ready.https)
  self.ca, self.pid = ready.ca, ready.pid
  return self
end

-- A stub that is started.
function gateway.start(options) return gateway.new(options):start() end

-- One exchange on the control connection. Raises what goes wrong.
function Gateway:ask(op, fields)
  if not self.control then error("the stub server is stopped", 3) end
  fields = fields or {}
  fields.op = op
  local sent = self.control:xwrite(cjson.encode(fields) .. "\n", "bn")
  local line = sent and self.control:read "*l"
  if not line then error("the stub server's control connection broke", 3) end
  local reply = cjson.decode(line)
  if not reply.ok then
    error(("stub server: %s: %s"):format(op, tostring(reply.error)), 3)
  end
  return reply
end

-- The behaviour of requests that find the queue empty. The fields of
-- behaviours, accepts and files are listed in spec/stub/fields.lua; any other
-- is an error.
function Gateway:default(behaviour)
  self:ask("default", { behaviour = behaviour })
end

-- Behaviours for the next requests, one each, in order of arrival.
function Gateway:queue(...)
  self:ask("queue", { behaviours = { ... } })
end

-- Behaviours for the next connections, one each.
function Gateway:accept(...)
  self:ask("accept", { behaviours = { ... } })
end

-- Behaviours for any other path, in turn; the last one stays.
function Gateway:route(path, ...)
  self:ask("route", { path = path, behaviours = { ... } })
end

-- Files at a path, one for each request in turn; the last one stays.
function Gateway:file(path, ...)
  self:ask("file", { path = path, files = { ... } })
end

-- From now on until `reset` it is the one of weather.lua: so large a share of
-- its responses goes wrong, chosen by this seed.
function Gateway:weather(seed, share)
  self:ask("weather", { seed = seed, share = share })
end

-- Whether requests are kept for the journal (they are, unless told).
function Gateway:record(on) self:ask("record", { on = on }) end

-- The requests received, and the answer with the connections' counters.
function Gateway:journal()
  local reply = self:ask "journal"
  return reply.requests, reply
end

-- Forgets everything and drops the open connections.
function Gateway:reset() self:ask "reset" end

-- Lets every stalled request go on.
function Gateway:release() self:ask "release" end

function Gateway:stalled() return self:ask("stalled").count end

-- Returns once there are `count` "requests", "stalled", "connections" or
-- "open", or at most so many open for "closed"; raises after `seconds`.
function Gateway:wait(what, count, seconds)
  self:ask("wait", { what = what, count = count, seconds = seconds })
end

-- Ends the stub. Harmless when repeated.
function Gateway:stop()
  if not self.control then return end
  pcall(self.ask, self, "quit")
  self.control:close()
  self.control = nil
  self.pipe:close()
  os.remove(self.ca) -- for a stub that was killed
end

return gateway
