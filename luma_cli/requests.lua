-- SPDX-License-Identifier: MIT
-- What becomes of the requests: a line for each attempt with --verbose and in
-- the file that LUMA_LOG names, and a progress line while a retry waits.

local monotime = require "system".monotime
local stop = require "luma_cli.stop".stop
local system = require "luma_cli.system"
local units = require "luma_cli.units"

local MIN_WAIT = 1 -- seconds; a shorter wait is not shown

local Requests = {}
Requests.__index = Requests

local requests = {}

local function open_log()
  local path = system.env "LUMA_LOG"
  if not path then return nil end
  local file, why = io.open(path, "a")
  if not file then stop(2, "LUMA_LOG: cannot write: " .. why) end
  file:setvbuf "line"
  return file
end

-- The client has to have `on_attempt`, if it is not nil.
function requests.new(app)
  local self = setmetatable({
    app = app, verbose = app.args.verbose, file = open_log(), retry_at = 0,
  }, Requests)
  if self.verbose or self.file or app.screen.shows_progress then
    self.on_attempt = function(attempt) self:note(attempt) end
  end
  return self
end

-- "POST host /luma/tasks 200 12345 bytes 35 ms attempt 1"; a failure has its
-- code as well.
local function line_of(a)
  local words = {
    a.method, a.host, a.path or "-", a.status or "-", a.code or "ok",
    ("%d bytes %.0f ms attempt %d"):format(a.bytes, a.seconds * 1000, a.attempt),
    a.retry_in and ("retry in %.0f ms"):format(a.retry_in * 1000),
  }
  return table.concat(words, " ")
end

-- A log that cannot be written is reported once. The results matter more.
function Requests:write(line)
  local ok, why = self.file:write(os.date "!%Y-%m-%dT%H:%M:%SZ", " ", line, "\n")
  if ok then return end
  self.file = nil
  self.app.live:say("luma: LUMA_LOG: cannot write: "
    .. self.app.screen:safe(tostring(why)))
end

function Requests:note(attempt)
  local line = line_of(attempt)
  if self.file then self:write(line) end
  if self.verbose then
    self.app.live:say("luma: " .. self.app.screen:safe(line))
  end
  local retry_at = monotime() + (attempt.retry_in or 0)
  if (attempt.retry_in or 0) >= MIN_WAIT and retry_at > self.retry_at then
    self.retry_at = retry_at
    self.reason = (attempt.status or 0) >= 400
      and ("HTTP %d"):format(attempt.status) or attempt.code
  end
end

-- The progress line while a request waits for its retry, or nil.
function Requests:line()
  local left = self.retry_at - monotime()
  if left <= 0 then return nil end
  return { ("%s, next attempt in %s"):format(self.reason,
    units.clock(math.ceil(left))), "yellow" }
end

return requests
