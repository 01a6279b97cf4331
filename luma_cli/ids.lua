-- SPDX-License-Identifier: MIT
-- The ids from arguments, files and standard input, in all forms that
-- scanner.lua reads. They are read in windows, never all at once.

local LONGEST = require "luma_cli.found".LONGEST
local Scanner = require "luma_cli.scanner"
local source = require "luma_cli.source"
local stopping = require "luma_cli.stop"

local stop = stopping.stop

local ids = {}

-- Returns the ids before a problem first, and then reports the problem.
local function each_in_file(path, report_empty)
  local input, scanner = source.open(path), Scanner.new()
  local at, ended, empty = 0, false, true
  return function()
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
      local piece = input:read()
      ended = not piece
      if piece then scanner:feed(piece) else scanner:finish() end
    end
  end
end

local function single(id)
  return function()
    local value = id
    id = nil
    return value
  end
end

-- An iterator over the ids of the words ("-" is standard input), then of the
-- files. `report_empty(name)`, if given, is called for an input without ids.
local function each(words, files, report_empty)
  local sources, at = {}, 1
  for _, word in ipairs(words) do
    if word ~= "-" and (word == "" or #word > LONGEST) then
      stop(2, "an id has 1 to 1024 bytes")
    end
    sources[#sources + 1] = word == "-" and each_in_file("-", report_empty)
      or single(word)
  end
  for _, path in ipairs(files) do
    sources[#sources + 1] = each_in_file(path, report_empty)
  end
  return function()
    while sources[at] do
      local id = sources[at]()
      if id then return id end
      at = at + 1
    end
  end
end

-- The same for the arguments of the program. An input without ids is not an
-- error, because a script may have none, but it is reported on stderr.
local function each_of(app)
  local args = app.args
  return each(args.ids, args.files, not args.quiet and function(name)
    app.live:say("luma: no ids in " .. app.screen:safe(name))
  end)
end

-- Whether the only input is one id on the command line.
function ids.is_one(args)
  return #args.ids == 1 and args.ids[1] ~= "-" and #args.files == 0
end

-- The next ids, at most `size`, and the problem that ended the reading.
local function read_window(next_id, size)
  local window = {}
  while #window < size do
    local ok, id = stopping.try(next_id)
    if not ok and not stopping.is_stop(id) then error(id, 0) end
    if not ok then return window, id end
    if not id then break end
    window[#window + 1] = id
  end
  return window
end

-- An iterator over arrays of at most `size` ids of the program's arguments.
-- With the last one, if it is not full, it also returns the number of all ids.
-- If the input has a problem, that is reported at once, and the ids before it
-- are the last ones.
function ids.windows(app, size)
  local next_id, count, problem = each_of(app), 0, nil
  return function()
    if problem then stop(problem.code) end
    local window
    window, problem = read_window(next_id, size)
    count = count + #window
    if problem and #window == 0 then error(problem, 0) end
    if problem then
      app.live:say("luma: " .. app.screen:safe(problem.message))
    end
    if #window == 0 then return nil end
    return window, #window < size and count or nil
  end
end

return ids
