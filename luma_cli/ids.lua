-- SPDX-License-Identifier: MIT
-- The ids from arguments, files and standard input, in all forms that
-- scanner.lua reads. They are read in windows, never all at once. From a pipe,
-- they can be read as they come.

local LONGEST = require "luma_cli.found".LONGEST
local Scanner = require "luma_cli.scanner"
local source = require "luma_cli.source"
local stopping = require "luma_cli.stop"

local stop = stopping.stop

local ids = {}

-- An input: `next()` gives its next id, nil at the end or, if it would have to
-- wait, false. Ids before a problem come first. `can_read(fd)` asks the system
-- whether there is something; without it, all is waited for.
local function open_file(path, report_empty, can_read)
  local input, scanner = source.open(path, can_read ~= nil), Scanner.new()
  local at, ended, empty = 0, false, true
  local function next_id()
    while true do
      at = at + 1
      if scanner.ids[at] then
        empty = false
        return scanner.ids[at]
      end
      local problem = scanner.problem
      if problem then
        stop(2, ("%s:%d: not an id: %s"):format(input.name, problem.line,
          problem.what))
      end
      if ended then
        if empty and report_empty then report_empty(input.name) end
        return nil
      end
      scanner.ids, at = {}, 0
      local fd = can_read and input:fd()
      if fd and not can_read(fd) then return false end
      local piece = input:read()
      ended = not piece
      if piece then scanner:feed(piece) else scanner:finish() end
    end
  end
  return { next = next_id, input = input }
end

local function single(id)
  return { next = function()
    local value = id
    id = nil
    return value
  end }
end

-- The ids of a command: those of its words ("-" is standard input), then those
-- of its files. They are read in windows.
local Feed = {}
Feed.__index = Feed

-- `live`: ids of a pipe are had as they come, and never waited for. An input
-- without ids is not an error, because a script may have none, but it is
-- reported on stderr.
function ids.feed(app, size, live)
  local args = app.args
  local report_empty = not args.quiet and function(name)
    app.live:say("luma: no ids in " .. app.screen:safe(name))
  end
  local can_read = live and function(fd)
    return select(2, app.client:wait(0, fd))
  end or nil
  local sources = {}
  for _, word in ipairs(args.ids) do
    if word ~= "-" and (word == "" or #word > LONGEST) then
      stop(2, "an id has 1 to 1024 bytes")
    end
    sources[#sources + 1] = word == "-" and open_file("-", report_empty, can_read)
      or single(word)
  end
  for _, path in ipairs(args.files) do
    sources[#sources + 1] = open_file(path, report_empty, can_read)
  end
  return setmetatable({
    app = app, size = size, sources = sources, at = 1, count = 0,
  }, Feed)
end

-- Whether the only input is one id on the command line.
function ids.is_one(args)
  return #args.ids == 1 and args.ids[1] ~= "-" and #args.files == 0
end

-- The descriptor to wait for, where more ids may come at any time.
function Feed:fd()
  if self:has_ended() then return nil end
  local current = self.sources[self.at]
  return current and current.input and current.input:fd()
end

-- The next id, nil at the end, or false; see open_file.
local function next_id(self)
  while self.sources[self.at] do
    local id = self.sources[self.at].next()
    if id ~= nil then return id end
    self.at = self.at + 1
  end
end

-- The next ids, at most `most`, and the problem that ended the reading.
local function read_window(self, most)
  local window = {}
  while #window < most do
    local ok, id = stopping.try(next_id, self)
    if not ok and not stopping.is_stop(id) then error(id, 0) end
    if not ok then return window, id end
    if id == nil then self.total = self.count + #window end
    if not id then break end
    window[#window + 1] = id
  end
  return window
end

-- Whether there are no more ids: `total` is the number of all, or there is a
-- `problem`.
function Feed:has_ended() return self.total ~= nil or self.problem ~= nil end

-- The next window, an array of at most `most` ids (else `size` of feed), or nil
-- if there is none, or none now. A problem of the input is reported at once,
-- and the ids before it are the last ones.
function Feed:next(most)
  if self:has_ended() then return nil end
  local window
  window, self.problem = read_window(self, most or self.size)
  self.count = self.count + #window
  if self.problem then
    self.app.live:say("luma: " .. self.app.screen:safe(self.problem.message))
  end
  return window[1] and window
end

-- Ends the program if there was a problem, after the ids before it.
function Feed:finish()
  if self.problem then stop(self.problem.code) end
end

return ids
