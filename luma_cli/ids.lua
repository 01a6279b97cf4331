-- SPDX-License-Identifier: MIT
-- The ids to work on: arguments, files, standard input. A line is an id, or a
-- task as JSON, as luma itself prints it: so one luma can feed another. They
-- are read a window at a time and never all at once.

local cjson = require "cjson"
local luma = require "luma"
local stopping = require "luma_cli.stop"

local LONGEST = 1024 -- bytes that an id may have

local stop = stopping.stop

local ids = {}

local function id_of_task(line)
  local ok, value = stopping.try(cjson.decode, line)
  if not (ok and type(value) == "table") then return nil end
  return luma.id(value)
end

-- The id in a line; false in an empty one, nil where there is no sense in it.
local function id_of(line)
  local word = line:match "^%s*(.-)%s*$"
  if word == "" then return false end
  if word:sub(1, 1) == "{" then word = id_of_task(word) end
  return word and #word <= LONGEST and word or nil
end

local function open(path)
  if path == "-" then return io.stdin, "standard input" end
  local file, why = io.open(path, "r")
  if not file then stop(2, ("cannot read %s"):format(why)) end
  return file, path
end

local function each_in_file(path)
  local file, name = open(path)
  local number = 0
  return function()
    while true do
      local line, why = file:read "*l"
      if why then stop(2, ("cannot read %s: %s"):format(name, why)) end
      if not line then return nil end
      number = number + 1
      local id = id_of(line)
      if id == nil then stop(2, ("%s:%d: no id"):format(name, number)) end
      if id then return id end
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
-- files.
function ids.each(words, files)
  local sources = {}
  for _, word in ipairs(words) do
    if word ~= "-" and (word == "" or #word > LONGEST) then
      stop(2, "an id has 1 to 1024 bytes")
    end
    sources[#sources + 1] = word == "-" and each_in_file "-" or once(word)
  end
  for _, path in ipairs(files) do
    sources[#sources + 1] = each_in_file(path)
  end
  return function()
    while sources[1] do
      local id = sources[1]()
      if id then return id end
      table.remove(sources, 1)
    end
  end
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
