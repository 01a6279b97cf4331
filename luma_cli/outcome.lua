-- SPDX-License-Identifier: MIT
-- Counts the outcomes of the ids, reports problems on stderr, and computes the
-- exit code.

local hints = require "luma_cli.hints"
local units = require "luma_cli.units"

local OK, GATEWAY, TASK_FAILED, MISSING, DEADLINE = 0, 1, 3, 4, 5

local Outcome = {}
Outcome.__index = Outcome

function Outcome.new(screen, live)
  return setmetatable({
    screen = screen, live = live, states = {}, tasks = 0, missing = 0,
    errors = 0, late = 0,
  }, Outcome)
end

local function say(self, kind, id, words)
  local line = ("luma: %s: %s%s"):format(kind, self.screen:safe(id),
    words and ": " .. self.screen:safe(words) or "")
  self.live:say(line)
end

function Outcome:add_task(state)
  self.tasks = self.tasks + 1
  self.states[state] = (self.states[state] or 0) + 1
end

-- An id that the gateway does not know. `shown`: it is already on stdout.
function Outcome:add_missing(id, shown)
  self.missing = self.missing + 1
  if not shown then say(self, "missing", id) end
end

function Outcome:add_failure(id, err)
  self.errors = self.errors + 1
  say(self, "failed", id, hints.of_error(err))
end

function Outcome:add_late(id, state)
  self.late = self.late + 1
  say(self, "out of time", id, state)
end

-- A failure that is not about one id.
function Outcome:add_error(message)
  self.errors = self.errors + 1
  self.live:say("luma: " .. self.screen:safe(message))
end

-- The most serious problem comes first. After an error, the other outcomes are
-- not certain.
function Outcome:code()
  if self.errors > 0 then return GATEWAY end
  if self.late > 0 then return DEADLINE end
  if self.missing > 0 then return MISSING end
  if self.states.failed then return TASK_FAILED end
  return OK
end

function Outcome:total()
  return self.tasks + self.missing + self.late + self.errors
end

-- The summary in one line.
function Outcome:summary()
  local parts = {}
  local function add(n, what)
    if n and n > 0 then
      parts[#parts + 1] = units.count(n) .. " " .. what
    end
  end
  for _, state in ipairs { "completed", "processing", "pending", "failed" } do
    add(self.states[state], state)
  end
  add(self.missing, "missing")
  add(self.late, "out of time")
  add(self.errors, self.errors == 1 and "error" or "errors")
  return ("%s, %s"):format(table.concat(parts, ", "),
    units.time(self.live:elapsed()))
end

return Outcome
