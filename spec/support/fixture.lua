-- SPDX-License-Identifier: MIT
-- What specs of luma's behaviour share: a stub gateway with clients on it,
-- and ways to wait for a moment, or not to wait too long.

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

function fixture.start(options)
  return setmetatable({ g = gateway.start(options), clients = {} }, Fixture)
end

-- A client of the stub, over http unless the options say otherwise.
function Fixture:new(options)
  options = options or {}
  options.token = "token"
  options.base_url = options.base_url or self.g.http
  if options.base_url == self.g.https then options.ca_file = self.g.ca end
  local client = luma.client(options)
  self.clients[#self.clients + 1] = client
  return client
end

-- Closes the clients and forgets what the stub was told.
function Fixture:tidy()
  debug.sethook()
  while self.clients[1] do table.remove(self.clients):close() end
  self.g:reset()
end

function Fixture:stop() self.g:stop() end

-- Waits until f() is true, which something else brings about.
function fixture.wait_until(f, what)
  local deadline = fixture.now() + 10
  while not f() do
    if fixture.now() > deadline then
      error("in vain: " .. (what or "a condition"), 2)
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

function fixture.ids_of(tasks)
  local ids = {}
  for i, task in ipairs(tasks) do ids[i] = task.id end
  return ids
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
