-- SPDX-License-Identifier: MIT
-- The ids to work on: arguments, files, standard input, in every form that
-- scanner.lua reads. They are read a window at a time and never all at once.

local LONGEST = require "luma_cli.found".LONGEST
local Scanner = require "luma_cli.scanner"
local source = require "luma_cli.source"
local stop = require "luma_cli.stop".stop

local ids = {}

-- The ids before a place that cannot be read come first, then it is said.
local function each_in_file(path, say)
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
        if empty and say then say(input.name) end
        return nil
      end
      scanner.ids, at = {}, 0
      local piece = input:read()
      ended = not piece
      if piece then scanner:feed(piece) else scanner:finish() end
    end
  end
end

local function once(id)
  return function()
    local value = id
    id = nil
    return value
  end
end

-- An iterator over the ids of the words ("-": standard input), then of the
-- files. `say`, if there is one, takes the name of an input without any id.
function ids.each(words, files, say)
  local sources = {}
  for _, word in ipairs(words) do
    if word ~= "-" and (word == "" or #word > LONGEST) then
      stop(2, "an id has 1 to 1024 bytes")
    end
    sources[#sources + 1] = word == "-" and each_in_file("-", say)
      or once(word)
  end
  for _, path in ipairs(files) do
    sources[#sources + 1] = each_in_file(path, say)
  end
  return function()
    while sources[1] do
      local id = sources[1]()
      if id then return id end
      table.remove(sources, 1)
    end
  end
end

-- The same for the arguments of the program. An input without any id is no
-- mistake, since scripts may have nothing to ask, but stderr says so.
function ids.of(app)
  local args = app.args
  return ids.each(args.ids, args.files, not args.quiet and function(name)
    app.live:say("luma: no ids in " .. app.screen:safe(name))
  end)
end

-- Whether all that is asked for is one id on the command line.
function ids.is_one(args)
  return #args.ids == 1 and args.ids[1] ~= "-" and #args.files == 0
end

-- An iterator over arrays of at most `size` ids. Beside the last one, which
-- is not full, it gives the number of all ids.
function ids.windows(next_id, size)
  local count = 0
  return function()
    local window = {}
    while #window < size do
      local id = next_id()
      if not id then break end
      window[#window + 1] = id
    end
    count = count + #window
    if #window == 0 then return nil end
    return window, #window < size and count or nil
  end
end

return ids
