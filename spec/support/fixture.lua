-- SPDX-License-Identifier: MIT
-- What specs of luma's behaviour share: a stub gateway with clients on it,
-- and ways to wait for a moment, or not to wait too long.

local busted = require "busted"
local cqueues = require "cqueues"
local luma = require "luma"
local gateway = require "spec.support.gateway"

local fixture = {
  -- Sanitizers and valgrind slow everything down: no times are judged then.
  PLAIN = (os.getenv "LUMA_SAN" or "") == "",
  now = cqueues.monotime,
}

local Fixture = {}
Fixture.__index = Fixture

-- The stub is not started yet. `options.unknown` is a list of ids no reply
-- has; all other options are those of each client that does not say otherwise.
local function prepare(options)
  local defaults = { token = "token" }
  for key, value in pairs(options or {}) do defaults[key] = value end
  local unknown = defaults.unknown
  defaults.unknown = nil
  return setmetatable({
    g = gateway.new { unknown = unknown }, defaults = defaults, clients = {},
    lasting = {},
  }, Fixture)
end

function fixture.start(options)
  local f = prepare(options)
  f.g:start()
  return f
end

-- For use in a `describe`: its specs have one stub, `g` of the fixture, that
-- forgets before each of them what it was told and sent. The clients are closed
-- after each of them.
function fixture.use(options)
  local f = prepare(options)
  busted.setup(function() f.g:start() end)
  busted.before_each(function() f.g:reset() end)
  busted.after_each(function() f:close() end)
  busted.teardown(function() f:stop() end)
  return f
end

local function close_all(clients)
  while clients[1] do table.remove(clients):close() end
end

function Fixture:client_into(clients, options)
  local all = { base_url = self.g.http }
  for key, value in pairs(self.defaults) do all[key] = value end
  for key, value in pairs(options or {}) do all[key] = value end
  if all.base_url == self.g.https and all.ca_file == nil then
    all.ca_file = self.g.ca
  end
  all.ca_file = all.ca_file or nil
  local client = luma.client(all)
  clients[#clients + 1] = client
  return client
end

-- A client of the stub, over http unless the options say otherwise. Over https
-- it trusts the stub, unless `ca_file` is another path, or false.
function Fixture:new(options) return self:client_into(self.clients, options) end

-- The same, but it is open as long as the stub is.
function Fixture:new_lasting(options)
  return self:client_into(self.lasting, options)
end

-- Closes the clients, but not the lasting ones.
function Fixture:close()
  debug.sethook()
  close_all(self.clients)
end

-- Closes the clients and forgets what the stub was told.
function Fixture:tidy()
  self:close()
  self.g:reset()
end

-- The ids each request asked for, in order of arrival.
function Fixture:asked()
  local list = {}
  for i, request in ipairs((self.g:journal())) do list[i] = request.ids end
  return list
end

function Fixture:stop()
  close_all(self.lasting)
  self.g:stop()
end

-- Waits until f() is true, which something else brings about.
function fixture.wait_until(f, what)
  local deadline = fixture.now() + 10
  while not f() do
    if fixture.now() > deadline then
      error("timed out waiting for " .. (what or "a condition"), 2)
    end
    cqueues.sleep(0.001)
  end
end

-- Returns once `count` events are in line: a job of one id has three, its
-- task, the answer, the end.
function fixture.in_line(client, count)
  fixture.wait_until(function() return client:stats().queue >= count end,
    "events in line")
end

-- Calls f, which promises to take no longer than so many seconds, and may
-- take ten times that. A call that hangs is left by way of its hooks.
function fixture.within(seconds, f, ...)
  local start = fixture.now()
  debug.sethook(function()
    if fixture.now() - start > 10 * seconds + 2 then
      debug.sethook()
      error("it hangs", 2)
    end
  end, "", 1)
  local values = table.pack(f(...))
  debug.sethook()
  local took = fixture.now() - start
  if fixture.PLAIN and took > 10 * seconds then
    error(("it took %.3f s"):format(took), 2)
  end
  return table.unpack(values, 1, values.n)
end

-- Steps until no job is unfinished.
function fixture.finish(client)
  while client:step() > 0 do client:wait() end
end

-- An array of so many ids.
function fixture.list(count, prefix)
  local ids = {}
  for i = 1, count do ids[i] = (prefix or "id-") .. i end
  return ids
end

-- The same, with ids of one length: their order is that of their bytes.
function fixture.numbered(count)
  local ids = {}
  for i = 1, count do ids[i] = ("id-%05d"):format(i) end
  return ids
end

function fixture.ids_of(tasks)
  local ids = {}
  for i, task in ipairs(tasks) do ids[i] = task.id end
  return ids
end

-- A sorted copy.
function fixture.sorted(list)
  local copy = {}
  for i, value in ipairs(list) do copy[i] = value end
  table.sort(copy)
  return copy
end

-- The bytes of a file.
function fixture.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

-- A body with a task for each letter. Cut in the middle by a stall, two of
-- four arrive.
function fixture.body(letters)
  local tasks = {}
  for id in letters:gmatch "." do
    tasks[#tasks + 1] = ('{"id":"%s","state":"completed"}'):format(id)
  end
  return "[" .. table.concat(tasks, ",") .. "]      "
end

-- A job for a, b, c, d of which the first two of `letters` have arrived and
-- the rest stalls.
function Fixture:half(client, options, letters)
  self.g:queue { stall = "body", body = fixture.body(letters or "abcd") }
  local job = client:fetch({ "a", "b", "c", "d" }, options)
  fixture.in_line(client, 2)
  return job
end

return fixture
