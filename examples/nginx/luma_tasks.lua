-- SPDX-License-Identifier: MIT
-- Tasks of the Luma gateway for the requests of an nginx worker. All requests of
-- a worker share one client. One light thread steps it while jobs run; each
-- request waits for a semaphore, so the worker always goes on.

local cjson = require "cjson"
local luma = require "luma"
local semaphore = require "ngx.semaphore"

local MOST = 100      -- ids of one request
local LONGEST = 1024  -- bytes of an id
local PATIENCE = 30   -- seconds for one request
local PAUSE = 0.005   -- seconds between two steps
local SLICE = 0.001   -- seconds of one step

local tasks = {}

local client   -- of this worker, made by its first request
local stepping -- whether the light thread runs

-- The JSON of a task is only passed on, so it stays text.
local function connect()
  client = client or assert(luma.client {
    decode = function(text) return text end,
  })
  return client
end

-- If a callback raised an error, the next step goes on with the next event.
local function step()
  local ok, left = pcall(client.step, client, SLICE)
  if not ok then ngx.log(ngx.ERR, left) end
  return not ok or left > 0
end

-- Runs as long as there are jobs, so an idle worker does nothing, and an old
-- one can end. nginx also starts it while the worker ends.
local function keep_stepping()
  if stepping then return end
  stepping = ngx.timer.at(0, function()
    while step() do ngx.sleep(PAUSE) end
    stepping = false
  end)
  assert(stepping, "no timer")
end

-- Returns the JSON texts of the tasks and the missing ids, or nil and an error.
-- Blocks the request, not the worker.
function tasks.get(ids)
  local ended, good, rest = semaphore.new(), nil, nil
  local job, err = connect():fetch(ids, {
    deadline = PATIENCE,
    on_done = function(...)
      good, rest = ...
      ended:post()
    end,
  })
  if not job then return nil, err end
  ngx.on_abort(function() job:cancel() end) -- nobody waits any more
  keep_stepping()
  ended:wait(2 * PATIENCE)
  return good, rest
end

local function answer(status, body)
  ngx.status = status
  ngx.header.content_type = "application/json"
  ngx.print(body, "\n")
end

local function complain(status, text)
  answer(status, cjson.encode { error = text })
end

local function list(items)
  return #items > 0 and cjson.encode(items) or "[]"
end

-- Answers GET /tasks?ids=ID,ID with { "tasks": […], "missing": […] }.
function tasks.serve()
  local ids = {}
  for id in tostring(ngx.var.arg_ids or ""):gmatch "[^,]+" do
    ids[#ids + 1] = ngx.unescape_uri(id)
    if #ids[#ids] > LONGEST then return complain(400, "an id is too long") end
  end
  if #ids == 0 or #ids > MOST then
    return complain(400, ("give 1 to %d ids: /tasks?ids=ID,ID"):format(MOST))
  end
  local good, rest = tasks.get(ids)
  if not good and rest and rest.code == "cancelled" then
    return ngx.exit(499) -- as nginx has it where the client went away
  elseif not good and rest and rest.code == "argument" then
    return complain(400, "an id is not UTF-8")
  elseif not good then
    ngx.log(ngx.ERR, tostring(rest))
    return complain(502, rest and rest.code or "timeout")
  end
  answer(200, ('{"tasks":[%s],"missing":%s}'):format(table.concat(good, ","),
    list(rest)))
end

-- For exit_worker_by_lua.
function tasks.close()
  if client then client:close() end
end

return tasks
