-- SPDX-License-Identifier: MIT
-- The stub gateway for people who try their own programs: they choose one of
-- the behaviours of behaviours.lua by the path of a request or by an id, and
-- GET / shows the list. `make stub` starts it.
--
--   public.start(choice, url)   the behaviour of requests that choose none: its
--                               name, or JSON with fields; raises if it is bad
--   public.claim(request)       the behaviour, if the request is not for tasks;
--                               else nil, and request.chosen is the behaviour
--   public.received(request)    when its body is there: prints a line about it
--   public.greeting()           what to print at the start
--   public.page(html)           the page, as text or as HTML

local cjson = require "cjson"
local behaviours = require "behaviours"
local fields = require "fields"
local files = require "files"
local page = require "page"
local scenes = require "scenes"
local tasks = require "tasks"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"

-- Fields that say what tasks are
local OF_TASKS = { "state", "states", "texts", "extra", "inner", "pad",
  "members", "numeric", "compact" }

local public = {}

local base            -- URL of the server
local responses = {}  -- by name: { turns =, next = }
local usual           -- the response where none is chosen
local asked = {}      -- path of a file: how often it was asked for
local generations = 0 -- how many were submitted
local prompts = {}    -- id to prompt of these

local function named(list, name)
  for _, item in ipairs(list) do
    if item.name == name then return item end
  end
end

-- The behaviour of a task: the first word of its id is the name.
local function task_of(id)
  return named(behaviours.tasks, id:match "^%l+") or behaviours.usual
end

local function link_of(id)
  return base .. "/files/" .. id:gsub("[^%w_.-]", function(c)
    return ("%%%02X"):format(c:byte())
  end)
end

local function scene_of(id)
  local sum = 0
  for i = 1, #id do sum = (sum * 31 + id:byte(i)) % 2147483647 end
  return sum % scenes.COUNT + 1
end

local function text_of(id, step, shape)
  local scene, link = scene_of(id), link_of(id)
  local object = scenes.object(scene, id, step[1] == "completed", link)
  object.state, object.failure_reason = step[1], step[4]
  object.request.prompt = prompts[id] or object.request.prompt
  if shape ~= "B" then return cjson.encode(object) end
  return cjson.encode(scenes.row(scene, id, table.pack(table.unpack(step, 2)),
    object))
end

-- The reference task, with links of the stub.
local function reference_text(shape)
  local text = tasks.body({ REFERENCE }, { shape = shape, compact = true }, {})
  text = text:match '"data":%[(.*)%]}$' or text:match "^%[(.*)%]$"
  return (text:gsub('"https?://[^"]*"', function(link)
    return ('"%s%s"'):format(link_of(REFERENCE),
      link:find "%.mp4" and ".mp4" or ".jpg")
  end))
end

local function texts_of(id, shape)
  if id == REFERENCE then return { reference_text(shape) } end
  local texts = {}
  for i, step in ipairs(task_of(id).steps) do
    texts[i] = step and text_of(id, step, shape)
  end
  return texts
end

-- A behaviour whose tasks are chosen by their ids. If it says itself what they
-- are, that holds for all ids that begin with no name of a behaviour.
local function copy_of(turn)
  local own = false
  for _, name in ipairs(OF_TASKS) do own = own or turn[name] ~= nil end
  local copy = { moves = setmetatable({}, { __index = function(moves, id)
    if own and task_of(id) == behaviours.usual then return nil end
    moves[id] = texts_of(id, turn.shape)
    return moves[id]
  end }) }
  for name, value in pairs(turn) do copy[name] = value end
  return copy
end

local function response_of(turns)
  local copies = {}
  for i, turn in ipairs(fields.check(fields.behaviour, turns)) do
    copies[i] = copy_of(turn)
  end
  return { turns = copies, next = 0 }
end

local function list_of_names()
  local names = {}
  for i, item in ipairs(behaviours.responses) do names[i] = item.name end
  return table.concat(names, ", ")
end

local function usual_of(choice)
  if responses[choice] then return responses[choice] end
  local ok, turn = pcall(cjson.decode, choice)
  if ok and type(turn) == "table" then
    return response_of { fields.integers(turn) }
  end
  error(("there is no behaviour '%s'. There are: %s"):format(choice,
    list_of_names()), 0)
end

function public.start(choice, url)
  base = url
  for _, item in ipairs(behaviours.responses) do
    responses[item.name] = response_of(item.turns)
  end
  usual = usual_of(choice)
end

local function not_found(word)
  return {
    status = 404, content_type = "application/json",
    body = cjson.encode { error = {
      message = ("the stub has no behaviour '%s'; GET %s/ lists them")
        :format(word, base),
      type = "invalid_request_error",
    } },
  }
end

local function page_for(request)
  local html = (request.headers.accept or ""):find("text/html", 1, true)
  return {
    body = public.page(html ~= nil),
    content_type = (html and "text/html" or "text/plain") .. "; charset=utf-8",
  }
end

local TYPES = { mp4 = "video/mp4", jpg = "image/jpeg" }

local function file_for(request, id, ending)
  id = id:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end)
  local path = request.path
  asked[path] = (asked[path] or 0) + 1
  local list = task_of(id).files or behaviours.usual.files
  local file = { name = id, type = TYPES[ending] }
  for name, value in pairs(list[math.min(asked[path], #list)]) do
    file[name] = value
  end
  return files.behaviour(request, file)
end

local function next_turn(response)
  response.next = response.next % #response.turns + 1
  return response.turns[response.next]
end

-- The body of the response follows when the body of the request is there.
local function submission_for(request)
  if not (request.headers.authorization or ""):find "^Bearer %S" then
    return { status = 401 }
  end
  local copy = {}
  for name, value in pairs(request.chosen) do copy[name] = value end
  if not (copy.status or copy.body) then request.submission = copy end
  return copy
end

function public.claim(request)
  request.target = request.path
  local path = request.path:match "^[^?]*"
  if path == "/" then return page_for(request) end
  local id, ending = path:match "^/files/(.+)%.(%w+)$"
  if TYPES[ending] then return file_for(request, id, ending) end
  local word, rest = path:match "^/([^/]+)(/.+)$"
  local response = usual
  if word and word ~= "luma" then
    response = responses[word]
    if not response then return not_found(word) end
    request.path = rest
  end
  request.chosen = next_turn(response)
  if request.method == "POST" and request.path == "/luma/generations" then
    return submission_for(request)
  end
end

-- The id of the new task is in the body, or in the envelope.
local function submitted(request)
  local ok, body = pcall(cjson.decode, request.body)
  body = ok and type(body) == "table" and body or {}
  generations = generations + 1
  local id = ("new-%d"):format(generations)
  prompts[id] = body.user_prompt or body.prompt
  if request.submission.shape ~= "B" then
    return text_of(id, task_of(id).steps[1])
  end
  return cjson.encode { code = "success", message = "", data = id }
end

local function log(request)
  local ok, body = pcall(cjson.decode, request.body)
  local ids = ok and type(body) == "table" and type(body.ids) == "table"
    and ("  %d id%s"):format(#body.ids, #body.ids == 1 and "" or "s") or ""
  io.stdout:write(("%s  %s %s%s\n"):format(os.date "%H:%M:%S", request.method,
    request.target, ids))
  io.stdout:flush()
end

function public.received(request)
  log(request)
  if request.submission then request.submission.body = submitted(request) end
end

local function names_of(list)
  local rows = {}
  for i, item in ipairs(list) do rows[i] = { item.name, item.says } end
  return { rows = rows }
end

local function names_of_fields()
  local rows = {}
  for name, kind in pairs(fields.behaviour) do
    rows[#rows + 1] = { name, kind.says }
  end
  table.sort(rows, function(a, b) return a[1] < b[1] end)
  return { rows = rows }
end

local function commands()
  return { code = {
    ("export LUMA_GATEWAY_URL=%s LUMA_GATEWAY_TOKEN=any"):format(base),
    "luma get cat-1 growing-2 failed-3 missing-4",
    "luma download --allow-private cat-1",
    "curl -H 'Authorization: Bearer any' -d '{\"ids\":[\"cat-1\"]}' "
      .. base .. "/luma/tasks",
  } }
end

local function content()
  return {
    { title = "The stub gateway of luma" },
    { text = "It answers as a gateway does, and badly if you ask for it. "
      .. "Any token is right." },
    commands(),
    { title = "Tasks" },
    { text = "Any id is a completed task. If an id begins with one of these "
      .. "words, such as failed-1, the task" },
    names_of(behaviours.tasks),
    { text = "POST /luma/generations gives a task whose id begins with new." },
    { title = "Responses" },
    { text = ("The first part of the path chooses one, as in %s/slow/luma/"
      .. "tasks. For a program: LUMA_GATEWAY_URL=%s/slow. For all requests: "
      .. "make stub BEHAVIOUR=slow. The response is"):format(base, base) },
    names_of(behaviours.responses),
    { title = "Fields" },
    { text = "A response of your own has any of these fields, as in "
      .. "make stub BEHAVIOUR='{\"delay\":1,\"cap\":2}'. spec/stub/fields.lua "
      .. "says what each does." },
    names_of_fields(),
  }
end

function public.page(html)
  if html then return page.html(content(), "The stub gateway of luma") end
  return page.text(content())
end

function public.greeting()
  return page.text {
    { text = ("The stub gateway is at %s/. That page lists its behaviours.")
      :format(base) },
    commands(),
    { text = "Ctrl-C ends it. Its requests:" },
  }
end

return public
