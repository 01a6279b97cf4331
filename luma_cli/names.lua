-- SPDX-License-Identifier: MIT
-- The names of files by --name, such as '{id}-{prompt:20}'. Whatever a gateway
-- sends, a name has only letters, digits and marks that no system reads.

local stop = require "luma_cli.stop".stop
local text = require "luma_cli.text"

local KNOWN = { id = true, prompt = true, state = true, created_at = true }
local LONGEST = 150   -- bytes of a name without its extension
local LONGEST_ID = 70 -- and of the id at its end
local EXTENSIONS = { video = ".mp4", thumbnail = ".jpg", last_frame = ".jpg" }
local ASCII = "[^%w._-]"

local names = {}

local function check(template)
  for place in template:gmatch "{([^{}]*)}" do
    local name = place:match "^([%w_]+):?%d*$"
    if not KNOWN[name] then
      stop(2, ("--name: there is no {%s}; there are {id}, {prompt}, "
        .. "{created_at} and {state}, also as {prompt:20}"):format(place))
    end
  end
  if template:gsub("{[^{}]*}", ""):find "[/\\]" then
    stop(2, "--name: no folders; --dir is the folder")
  end
end

-- The first characters of a text in UTF-8, at most `bytes` bytes.
local function cut(s, characters, bytes)
  local count, out = 0, {}
  for c in s:gmatch "[%z\1-\127\194-\244][\128-\191]*" do
    count, bytes = count + 1, bytes - #c
    if count > characters or bytes < 0 then break end
    out[#out + 1] = c
  end
  return table.concat(out)
end

-- Characters beyond ASCII stay, as they are letters of other languages, but not
-- controls, ends of lines and the marks that change the direction of text.
local function clean(s)
  return (text.valid_json(s):gsub("\194[\128-\159]", "_")
    :gsub("\226\128[\168\169]", "_"):gsub("[%z\1-\127]", function(c)
    return c:find(ASCII) and "_" or c
  end):gsub("\226\128[\142\143\170-\174]", "_")
    :gsub("\226\129[\166-\169]", "_"):gsub("__+", "_"))
end

-- What is the same for two names that may be those of one file, where a file
-- system does not tell capitals or the forms of an accent apart. Lua knows the
-- capitals of ASCII only; scripts that have any are below U+0800, at U+1E00 and
-- at U+FF00.
local function key_of(name)
  return (name:lower():gsub("%w[\204\205][\128-\191]", "?")
    :gsub("[\194-\223][\128-\191]", "?")
    :gsub("\225[\184-\191][\128-\191]", "?")
    :gsub("\239[\188\189][\128-\191]", "?"))
end

-- Windows takes these for devices, whatever follows the first dot.
local function is_device(name)
  local stem = name:match("^[^.]*"):lower()
  return stem == "con" or stem == "prn" or stem == "aux" or stem == "nul"
    or stem:find "^com[1-9]$" or stem:find "^lpt[1-9]$"
    or stem:find "^com\194[\178\179\185]$"
    or stem:find "^lpt\194[\178\179\185]$"
end

-- Not hidden, no option of another program, no device.
local function harmless(name)
  name = name:gsub("^[-.]", "_")
  return is_device(name) and "_" .. name or name
end

-- Another name where this one is used: ids may look alike.
local function free(name, used)
  local first, count = name, 1
  while used[key_of(name)] do
    count = count + 1
    name = first .. "-" .. count
  end
  return name
end

-- f(facts) makes the name of a task's file; no two tasks get the same one. Files
-- of other runs may be there already, so each name has the id in it.
function names.new(template, what)
  check(template)
  local used = {}
  local extension = template:match "%.%w+$" or EXTENSIONS[what]
  template = template:gsub("%.%w+$", "")
  local has_id = template:find("{id}", 1, true)
  return function(values)
    local name = clean(template:gsub("{([%w_]+):?(%d*)}", function(field, length)
      return cut(clean(tostring(values[field] or "")),
        tonumber(length) or 1e9, LONGEST)
    end))
    if not has_id or #name > LONGEST then
      local id = cut(clean(values.id), 1e9, LONGEST_ID)
      name = cut(name, 1e9, LONGEST - #id - 1)
      name = name == "" and id or name .. "-" .. id
    end
    name = free(harmless(name), used)
    used[key_of(name)] = true
    return name .. extension
  end
end

return names
