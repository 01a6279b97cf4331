-- SPDX-License-Identifier: MIT
-- Makes the stub server's replies: the reference task's own text, with other
-- ids and states, in every shape the gateways use.

local cjson = require "cjson"

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"

local tasks = {}

-- Places in a template; neither byte can stand in a JSON text.
local ID, ROW = "\1", "\2"

local STATUS = {
  completed = "SUCCESS", processing = "IN_PROGRESS", dreaming = "IN_PROGRESS",
  pending = "NOT_START", queued = "QUEUED", failed = "FAILURE",
}
local PROGRESS = { SUCCESS = "100%", FAILURE = "100%", IN_PROGRESS = "50%" }

-- The members of the reference task, in its order: a list of {name, text}.
local function read_reference()
  local file = assert(io.open(here .. "tasks-200.json", "rb"))
  local element = file:read "a":match "^%[\n    {\n(.*)\n    }\n%]$"
  file:close()
  local members = {}
  for line in element:gmatch "[^\n]+" do
    local name, text = line:match '^        "([^"]+)": (.*)$'
    if name then
      members[#members + 1] = { name, text }
    else
      local last = members[#members]
      last[2] = last[2] .. "\n" .. line
    end
  end
  for _, member in ipairs(members) do member[2] = member[2]:gsub(",$", "") end
  return members
end

local reference = read_reference()

-- Sets a member's text: in place if the name is there, else at the end.
local function set(members, name, text)
  for _, member in ipairs(members) do
    if member[1] == name then
      member[2] = text
      return
    end
  end
  members[#members + 1] = { name, text }
end

local function merge(members, object)
  local names = {}
  for name in pairs(object or {}) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    set(members, name, cjson.encode(object[name]))
  end
end

local function squeeze(text)
  return (text:gsub("\n%s*", ""):gsub('": ', '":'))
end

-- An object's text, its closing brace at column `indent` (none: compact).
local function object(members, indent)
  local lines = {}
  local gap = indent and "\n" .. (" "):rep(indent + 4) or ""
  for i, member in ipairs(members) do
    local name = cjson.encode(member[1])
    lines[i] = gap .. name .. (indent and ": " or ":") .. member[2]
  end
  return "{" .. table.concat(lines, ",") .. gap:sub(1, -5) .. "}"
end

local function luma_members(behaviour, state, indent)
  local members = {}
  for i, member in ipairs(reference) do
    local text = member[2]
    if behaviour.compact then
      text = squeeze(text)
    elseif indent ~= 4 then -- the reference stands at 4
      text = text:gsub("\n    ", "\n" .. (" "):rep(indent))
    end
    members[i] = { member[1], text }
  end
  set(members, "id", ID)
  set(members, "state", cjson.encode(state))
  merge(members, behaviour.inner)
  return members
end

-- A row of the enveloped shape around the Luma object.
local function row_members(state, inner)
  local status = STATUS[state] or state:upper()
  local ended = status == "SUCCESS" or status == "FAILURE"
  local function text(value) return cjson.encode(value) end
  return {
    { "id", ROW },
    { "created_at", text "2024-12-22T13:38:40.139Z" },
    { "updated_at", text "2024-12-22T13:39:40.139Z" },
    { "task_id", ID },
    { "platform", text "luma_free" },
    { "action", text "LUMA_VIDEO" },
    { "status", text(status) },
    { "fail_reason", text(status == "FAILURE" and "stub failure" or "") },
    { "submit_time", "1734874720" },
    { "start_time", status == "NOT_START" and "0" or "1734874725" },
    { "finish_time", ended and "1734874780" or "0" },
    { "progress", text(PROGRESS[status] or "0%") },
    { "data", inner },
  }
end

local function add_bulk(members, behaviour)
  if behaviour.pad then
    set(members, "padding", '"' .. ("x"):rep(behaviour.pad) .. '"')
  end
  for i = 1, behaviour.members or 0 do
    set(members, ("member_%d"):format(i), ('"value %d"'):format(i))
  end
end

local INDENT = { single = 0, B = 8 }

local function template(behaviour, state)
  local indent = INDENT[behaviour.shape] or 4
  local row = behaviour.shape == "B"
  local members = luma_members(behaviour, state, row and indent + 4 or indent)
  if behaviour.compact then indent = nil end
  if row then
    local inner = object(members, indent and indent + 4)
    members = row_members(state, inner)
  end
  merge(members, behaviour.extra)
  add_bulk(members, behaviour)
  local lead = indent and indent > 0 and (" "):rep(indent) or ""
  return lead .. object(members, indent)
end

-- A template cut at its places, so that a task is a few appended strings.
local function compile(text)
  local parts = {}
  for before, place in text:gmatch "([^\1\2]*)([\1\2]?)" do
    parts[#parts + 1] = before
    if place ~= "" then parts[#parts + 1] = place end
  end
  return parts
end

local function set_of(list)
  local set_ = {}
  for _, value in ipairs(list or {}) do set_[value] = true end
  return set_
end

-- What is worked out once per behaviour, kept beside it.
local prepared = setmetatable({}, { __mode = "k" })

local function prepare(behaviour)
  local kit = prepared[behaviour]
  if not kit then
    kit = {
      unknown = set_of(behaviour.unknown),
      known = behaviour.known and set_of(behaviour.known),
      moves = {}, -- id to how often it was asked for
      templates = {},
    }
    prepared[behaviour] = kit
  end
  return kit
end

local function parts_for(behaviour, kit, id)
  local states = behaviour.states
  local state = states and states[id] or behaviour.state or "completed"
  local parts = kit.templates[state]
  if not parts then
    parts = compile(template(behaviour, state))
    kit.templates[state] = parts
  end
  return parts
end

-- The same order for the same seed, on every machine.
local function shuffle(list, seed)
  local random = seed == true and 1 or seed
  for i = #list, 2, -1 do
    random = (random * 1103515245 + 12345) % 2147483648
    local j = random // 65536 % i + 1
    list[i], list[j] = list[j], list[i]
  end
end

-- The text of a task that moves: false where it is left out, nil for others.
local function moved(id, behaviour, kit)
  local list = behaviour.moves and behaviour.moves[id]
  return list and list[math.min(kit.moves[id] or 1, #list)]
end

-- The ids an answer will have, in its order.
local function answered(ids, behaviour, kit, unknown)
  local chosen, left = {}, behaviour.cap or math.huge
  for _, id in ipairs(ids) do
    kit.moves[id] = (kit.moves[id] or 0) + 1
    if left > 0 and not (unknown[id] or kit.unknown[id])
        and (not kit.known or kit.known[id])
        and moved(id, behaviour, kit) ~= false then
      left = left - 1
      for _ = 1, behaviour["repeat"] or 1 do chosen[#chosen + 1] = id end
    end
  end
  if behaviour.shuffle then shuffle(chosen, behaviour.shuffle) end
  for i = behaviour.strangers or 0, 1, -1 do
    table.insert(chosen, 1, "stranger-" .. i)
  end
  return chosen
end

local function id_text(id, numeric)
  if numeric and id:find "^%d+$" then return id end
  return cjson.encode(id)
end

-- Adds each task's text to `out`, with `comma` between them.
local function add_tasks(out, chosen, behaviour, kit, comma)
  for i, id in ipairs(chosen) do
    local text = id_text(id, behaviour.numeric)
    local own = moved(id, behaviour, kit)
      or behaviour.texts and behaviour.texts[id]
    if i > 1 then out[#out + 1] = comma end
    for _, part in ipairs(own and { own } or parts_for(behaviour, kit, id)) do
      if part == ID then
        part = text
      elseif part == ROW then
        part = tostring(1000 + i)
      end
      out[#out + 1] = part
    end
  end
end

local ENVELOPE = '{\n    "code": "success",\n    "message": "",\n    "data": '

-- What stands before, between and after the tasks.
local function frame(behaviour, empty)
  local before, after = "[\n", "\n]"
  if behaviour.shape == "B" then after = "\n    ]" end
  if empty then before, after = "[", "]" end
  if behaviour.shape == "B" then
    before, after = ENVELOPE .. before, after .. "\n}"
  end
  if behaviour.compact then
    return squeeze(before), ",", squeeze(after)
  end
  return before, ",\n", after
end

-- The body that answers `ids`; `unknown` is a set of ids nobody knows.
function tasks.body(ids, behaviour, unknown)
  local shape = behaviour.shape
  if shape == "null" then return "null" end
  if shape == "data_null" then
    return '{"code":"success","message":"","data":null}'
  end
  local kit = prepare(behaviour)
  local chosen = answered(ids, behaviour, kit, unknown)
  if shape == "single" then
    local out = {}
    add_tasks(out, { chosen[1] }, behaviour, kit)
    return #chosen > 0 and table.concat(out) or "null"
  end
  local before, comma, after = frame(behaviour, #chosen == 0)
  local out = { before }
  add_tasks(out, chosen, behaviour, kit, comma)
  out[#out + 1] = after
  return table.concat(out)
end

return tasks
