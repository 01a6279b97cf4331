-- SPDX-License-Identifier: MIT
-- What became of the ids, told on stderr, and the exit code it comes to.

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

function Outcome:saw(state)
  self.tasks = self.tasks + 1
  self.states[state] = (self.states[state] or 0) + 1
end

-- An id the gateway does not know; `shown` on stdout already, or said here.
function Outcome:is_missing(id, shown)
  self.missing = self.missing + 1
  if not shown then say(self, "missing", id) end
end

function Outcome:has_failed(id, err)
  self.errors = self.errors + 1
  say(self, "failed", id, hints.of_error(err))
end

function Outcome:is_late(id, state)
  self.late = self.late + 1
  say(self, "out of time", id, state)
end

-- A failure that is not about one id.
function Outcome:broke(message)
  self.errors = self.errors + 1
  self.live:say("luma: " .. self.screen:safe(message))
end

-- The graver comes first: with an error nothing else is certain.
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

-- One line that adds it up, for people.
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
