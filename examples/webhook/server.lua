-- SPDX-License-Identifier: MIT
-- Waits for tasks in two ways: the gateway calls this server when a task has
-- changed, and a slow watch asks for those of which no call came. What is first
-- settles a task.
--
--   LUMA_GATEWAY_TOKEN=… WEBHOOK_SECRET=… \
--     lua5.1 examples/webhook/server.lua ID…
--
-- The generations were submitted with this parameter, where HOST is the name of
-- this machine and SECRET keeps strangers from telling you stories:
--
--   notify_hook = "http://HOST:8080/SECRET"
--
-- WEBHOOK_PORT is another port. It needs lua-http; Debian's is for Lua 5.1.

local cqueues = require "cqueues"
local headers = require "http.headers"
local server = require "http.server"
local luma = require "luma"

local MAX_BODY = 256 * 1024 -- bytes; a task has about 3 KB
local SECONDS = 10          -- for the whole body of a call
local FINAL = { completed = true, failed = true }

local secret = assert(os.getenv "WEBHOOK_SECRET", "WEBHOOK_SECRET is missing")
local port = tonumber(os.getenv "WEBHOOK_PORT" or 8080)
local ids = { ... }

local client = assert(luma.client())
local loop = cqueues.new()
local open, left, job = {}, 0, nil

for _, id in ipairs(ids) do
  if not open[id] then open[id], left = true, left + 1 end
end

-- Prints a task once, whoever tells of it first.
local function settle(source, task, id, state)
  if not open[id] then return end
  open[id], left = nil, left - 1
  print(source, id, state, luma.url(task))
  if left == 0 then job:cancel() end
end

-- The status for a call with this body.
local function take(body)
  if #body > MAX_BODY then return "413" end
  local task, err = luma.decode(body)
  local id = luma.id(task)
  if not id then
    io.stderr:write("a call without a task: ", tostring(err or "no id"), "\n")
    return "400"
  end
  local state = luma.state(task)
  if FINAL[state] then settle("webhook", task, id, state) end
  return "204"
end

local function status_of(stream)
  local request = stream:get_headers(SECONDS)
  if not request then return nil end
  if request:get ":path" ~= "/" .. secret then return "404" end
  if request:get ":method" ~= "POST" then return "405" end
  local body = stream:get_body_chars(MAX_BODY + 1, SECONDS)
  return body and take(body) or "400"
end

local function answer(_, stream)
  local status = status_of(stream)
  if not status then return stream:shutdown() end
  local head = headers.new()
  head:append(":status", status)
  if status == "413" then head:append("connection", "close") end
  stream:write_headers(head, true, SECONDS)
end

local hooks = assert(server.listen {
  host = "0.0.0.0", port = port, cq = loop, tls = false, onstream = answer,
  onerror = function(_, _, what, err)
    io.stderr:write(what, ": ", tostring(err), "\n")
  end,
})
assert(hooks:listen())

job = client:watch(ids, {
  interval = 30, max_interval = 60, deadline = math.huge,
  on_task = function(task, id, state) settle("watch", task, id, state) end,
  on_done = function(tasks, rest)
    if left == 0 then return end
    io.stderr:write("the watch ended: ", tasks and "unknown to the gateway: "
      .. table.concat(rest, " ") or tostring(rest), "\n")
  end,
})

loop:wrap(function()
  while client:step() > 0 do cqueues.poll(client) end
  hooks:close() -- not in a callback, because it yields
end)

io.stdout:setvbuf "line"
print("ready", (select(3, hooks:localname())))
assert(loop:loop())
client:close()
