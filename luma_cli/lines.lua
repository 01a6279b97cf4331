-- SPDX-License-Identifier: MIT
-- Tasks as lines of one form, whatever the gateway's: --jsonl, --fields,
-- --format and `luma url`.

local luma = require "luma"
local facts_of = require "luma_cli.facts"
local stop = require "luma_cli.stop".stop

local NAMES = {
  "id", "state", "progress", "url", "thumbnail", "prompt", "created_at",
  "error",
}
local KNOWN = {}
for _, name in ipairs(NAMES) do KNOWN[name] = true end

local lines = {}

local function created_at(task)
  local inner = type(task.data) == "table" and task.data or task
  local value = inner.created_at or task.created_at
  local kind = type(value)
  local is_finite = kind == "number" and value - value == 0
  return (kind == "string" or is_finite) and value or nil
end

local function record_of(task, id, state)
  local facts = facts_of(task, id, state)
  return {
    id = id, state = state, url = facts.url, prompt = facts.prompt,
    progress = facts.progress or state == "completed" and 100 or nil,
    thumbnail = luma.url(task, "thumbnail"), created_at = created_at(task),
    error = facts.reason,
  }
end

local function check(name, option)
  if KNOWN[name] then return name end
  stop(2, ("%s: there is no field '%s'; there are %s"):format(option, name,
    table.concat(NAMES, ", ")))
end

local function names_of(list)
  local names = {}
  for name in list:gmatch "[^,%s]+" do
    names[#names + 1] = check(name, "--fields")
  end
  if #names == 0 then stop(2, "--fields: no fields") end
  return names
end

-- A value as text; numbers without a fraction as such.
local function text_of(value)
  if type(value) == "number" and value % 1 == 0 then
    return ("%.0f"):format(value)
  end
  return value and tostring(value) or ""
end

-- Every object has all members, in one order.
local function json_line(names)
  return function(record)
    local members = {}
    for i, name in ipairs(names) do
      local value = record[name]
      if value == nil then value = luma.null end
      members[i] = ('"%s":%s'):format(name, luma.encode(value))
    end
    return "{" .. table.concat(members, ",") .. "}"
  end
end

local function columns(screen, names)
  return function(record)
    local values = {}
    for i, name in ipairs(names) do
      values[i] = screen:field(text_of(record[name]))
    end
    return table.concat(values, "\t")
  end
end

local ESCAPES = { t = "\t", n = "\n", ["\\"] = "\\" }

local function template(screen, format)
  for name in format:gmatch "{([^{}]+)}" do check(name, "--format") end
  format = format:gsub("\\(.)", ESCAPES)
  return function(record)
    return (format:gsub("{([^{}]+)}", function(name)
      return screen:field(text_of(record[name]))
    end))
  end
end

-- What makes the line of a task: f(task, id, state), or nil if its arguments
-- ask for no such form.
function lines.new(args, screen)
  local make
  if args.jsonl then
    local write = json_line(args.fields and names_of(args.fields) or NAMES)
    make = function(record) return screen:json(write(record)) end
  elseif args.fields then
    make = columns(screen, names_of(args.fields))
  elseif args.format then
    make = template(screen, args.format)
  else
    return nil
  end
  return function(task, id, state) return make(record_of(task, id, state)) end
end

-- The links alone: f(task) returns nil for a task without one, which is a problem
-- that is reported.
function lines.links(what, screen)
  return function(task)
    local link = luma.url(task, what)
    return link and screen:field(link)
  end
end

return lines
