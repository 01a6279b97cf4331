-- SPDX-License-Identifier: MIT
-- :Luma shows tasks in a scratch buffer as they arrive. Neovim's own libuv loop
-- polls the client's descriptor, so nothing here blocks.

local View = require "luma_nvim.view"
local jobs = require "luma_nvim.jobs"
local module = require "luma_nvim.module"
local options = require "luma_nvim.options"

local uv = vim.uv or vim.loop

local SLICE = 0.001 -- seconds of one step, so that typing stays smooth

local plugin = {}

-- Sets the options, which doc/luma.txt lists. Without it, the token and the URL
-- come from LUMA_GATEWAY_TOKEN and LUMA_GATEWAY_URL. A wrong option raises an
-- error.
function plugin.setup(given) options.set(given) end

local function complain(message)
  vim.notify("Luma: " .. message, vim.log.levels.ERROR)
end

-- The callbacks of a job run in a libuv callback, where Neovim does not allow
-- messages.
local function tell(text, is_problem)
  if not options.current.notify then return end
  vim.schedule(function()
    vim.notify("Luma: " .. text,
      vim.log.levels[is_problem and "WARN" or "INFO"])
  end)
end

-- Steps when the descriptor is readable, until no job is left. On Windows it is
-- a socket; elsewhere new_socket_poll is new_poll. The step can run in the
-- callback, because it changes no buffer. So tasks also arrive while the
-- editor waits for an answer of the user.
local function follow(client, on_failure)
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
local function start(verb, luma, ids, mods)
  local client = assert(luma.client(options.current.client))
  local view, gone
  local job = jobs[verb] {
    luma = luma, client = client, ids = ids, options = options.current,
    dir = options.folder(),
    view = function() return view end,
    tell = function(...) if not gone then tell(...) end end,
  }
  view = View.open {
    ids = ids, mods = mods, window = options.current.window,
    head = job.header, on_gone = function()
      gone = true
      job.cancel()
    end,
  }
  follow(client, function(problem) view:finish(problem) end)
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

local function buffer_lines(from, to)
  return vim.api.nvim_buf_get_lines(0, from, to, false)
end

local function wanted(command, words)
  if #words > 0 or command.range == 0 then return words end
  return ids_in(buffer_lines(command.line1 - 1, command.line2))
end

local function verbs()
  local list = vim.tbl_keys(jobs)
  table.sort(list)
  return list
end

-- Runs :Luma. `command` is from nvim_create_user_command.
function plugin.command(command)
  local words = vim.list_slice(command.fargs)
  local verb = table.remove(words, 1)
  if not jobs[verb] then
    local all = table.concat(verbs(), ", ")
    return complain(verb and ("there is no '%s', only %s"):format(verb, all)
      or "say what to do: " .. all)
  end
  local ids = distinct(wanted(command, words))
  if #ids == 0 then return complain "no ids given" end
  local luma, why = module.load()
  if not luma then return complain(why) end
  local ok, problem = pcall(start, verb, luma, ids, command.mods)
  if not ok then complain(module.plain(problem)) end
end

-- Completes the subcommand, then the ids in the lines of the current buffer.
function plugin.complete(lead, line)
  local before = line:sub(1, #line - #lead)
  local list = verbs()
  if before:find "Luma%s+%S+%s" then
    list = distinct(ids_in(buffer_lines(0, -1)))
  end
  return vim.tbl_filter(function(word) return vim.startswith(word, lead) end,
    list)
end

return plugin
