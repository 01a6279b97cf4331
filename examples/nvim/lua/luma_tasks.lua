-- SPDX-License-Identifier: MIT
-- :LumaTasks fetches tasks and shows them in a scratch buffer as they arrive.
-- Neovim's own libuv loop polls the client's descriptor, so nothing here
-- blocks.

local View = require "luma_tasks.view"

local uv = vim.loop

local SLICE = 0.001 -- seconds of one step, so that typing stays smooth

local tasks = {}

local options = {} -- for luma.client

-- Sets the options of luma.client. Without them, the token and the URL come
-- from LUMA_GATEWAY_TOKEN and LUMA_GATEWAY_URL.
function tasks.setup(given) options = given or {} end

local function complain(message)
  vim.notify("LumaTasks: " .. message, vim.log.levels.ERROR)
end

-- Lua's own message lists all paths, which is too long.
local function no_luma(why)
  if why:find "^module 'luma' not found" then
    return "luma was not found on package.cpath"
  end
  return (why:gsub("%s+", " "))
end

local function dig(value, ...)
  for i = 1, select("#", ...) do
    if type(value) ~= "table" then return nil end
    value = value[select(i, ...)]
  end
  return value
end

-- The first value that is a non-empty string.
local function text(...)
  for i = 1, select("#", ...) do
    local value = select(i, ...)
    if type(value) == "string" and value ~= "" then return value end
  end
end

local function size(video)
  local width, height = dig(video, "width"), dig(video, "height")
  if type(width) == "number" and type(height) == "number" then
    return ("%d x %d"):format(width, height)
  end
end

-- A task as a row of the view. In the row of an envelope, `data` has the Luma
-- object. fail_reason is used for failed tasks only, because some gateways put
-- the link there.
local function row_of(luma, task, state)
  local row = type(dig(task, "data")) == "table" and task.data or task
  return {
    state = state,
    size = size(dig(row, "video_raw")) or size(dig(row, "video")),
    prompt = text(dig(row, "request", "prompt"), dig(row, "prompt")),
    link = luma.url(task),
    note = state == "failed"
      and text(dig(row, "failure_reason"), dig(task, "fail_reason")) or nil,
  }
end

-- If the job failed, `err` also has the outcomes of the other ids.
local function show_end(view, good, rest)
  local err = not good and rest
  for _, id in ipairs(err and err.missing or rest) do
    view:set(id, { state = "missing", note = "not known to the gateway" })
  end
  for id, why in pairs(err and err.failed or {}) do
    view:set(id, { state = "error", note = tostring(why) })
  end
  view:finish(err and tostring(err))
end

local function count(n, one, many)
  return ("%d %s"):format(n, n == 1 and one or many)
end

-- The progress of a job. Counts that are zero are left out.
local function header(p)
  local words = { ("%d of %s"):format(p.tasks, count(p.ids, "task", "tasks")) }
  local function add(n, one, many)
    if n > 0 then words[#words + 1] = count(n, one, many or one) end
  end
  add(p.missing, "missing")
  add(p.failed, "error", "errors")
  add(p.ids - p.tasks - p.missing - p.failed, "pending")
  return ("%s (%s, %.0f kB)"):format(table.concat(words, ", "),
    count(p.requests, "request", "requests"), p.bytes / 1000)
end

-- Steps when the descriptor is readable, until no job is left. On Windows it is
-- a socket; elsewhere new_socket_poll is new_poll. The step can run in the
-- callback, because it changes no buffer. So tasks also arrive while the
-- editor waits for an answer of the user.
local function watch(client, on_failure)
  local poll = assert(uv.new_socket_poll(client:fd()))
  poll:start("r", function()
    local ok, left = pcall(client.step, client, SLICE)
    if ok and left > 0 then return end
    poll:close()
    client:close()
    if not ok then on_failure(tostring(left)) end
  end)
end

-- Raises an error for wrong options or ids. If the buffer is wiped, the job is
-- cancelled and ends in the background, because closing a busy client could
-- block the editor too long.
local function start(luma, ids, mods)
  local client = assert(luma.client(options))
  local view
  local job = assert(client:fetch(ids, {
    on_task = function(task, id, state)
      view:set(id, row_of(luma, task, state))
    end,
    on_progress = function() view:touch() end,
    on_done = function(good, rest) show_end(view, good, rest) end,
  }))
  view = View.open(ids, mods, function() return header(job:progress()) end,
    function() job:cancel() end)
  watch(client, function(problem) view:finish(problem) end)
end

-- The separate UUIDs in these lines, which may be a list or JSON.
local function ids_in(lines)
  local ids, uuid = {}, "^%x+%-%x+%-%x+%-%x+%-%x+$"
  for word in table.concat(lines, "\n"):gmatch "[%w%-_:/.]+" do
    if #word == 36 and word:find(uuid) then ids[#ids + 1] = word end
  end
  return ids
end

local function distinct(ids)
  local list, seen = {}, {}
  for _, id in ipairs(ids) do
    if not seen[id] then list[#list + 1] = id end
    seen[id] = true
  end
  return list
end

local function wanted(command)
  if #command.fargs > 0 or command.range == 0 then return command.fargs end
  return ids_in(vim.api.nvim_buf_get_lines(0, command.line1 - 1,
    command.line2, false))
end

-- Runs :LumaTasks. `command` is from nvim_create_user_command.
function tasks.command(command)
  local ids = distinct(wanted(command))
  if #ids == 0 then return complain "no ids given" end
  local found, luma = pcall(require, "luma")
  if not found then return complain(no_luma(luma)) end
  local ok, why = pcall(start, luma, ids, command.mods)
  if ok then return end
  why = tostring(why)
  complain(why:match "bad argument #%d+ to '.-' %((.*)%)$" or why)
end

return tasks
