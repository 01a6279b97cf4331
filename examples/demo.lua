-- SPDX-License-Identifier: MIT
-- Shows on one screen what luma does: one task, a dozen, and a watch that ends.
-- The tasks come from the stub gateway. With ids as arguments, it shows those
-- tasks, from the gateway and with the token in LUMA_GATEWAY_TOKEN.
--
-- What is drawn is drawn by the modules of the command.
local luma = require "luma"
local Board = require "luma_cli.board"
local Live = require "luma_cli.live"
local Screen = require "luma_cli.screen"
local Table = require "luma_cli.table"
local facts_of = require "luma_cli.facts"
local show_card = require "luma_cli.card"
local text = require "luma_cli.text"

local INTERVAL = 0.25 -- seconds between two rounds of the watch
local PICTURE = 12    -- columns of the palette and the gap after it
local UNKNOWN = "unknown to the gateway"
local NEXT = {
  { "make stub", "a gateway to try your own scripts on" },
  { "make install", "the module, and the command luma" },
  { 'make demo IDS="…"', "your tasks; the token is LUMA_GATEWAY_TOKEN" },
}

local screen = Screen.new { table = true, color = "auto" }

local function write(line) print((line or ""):match "^(.-) *$") end

local function paint(colour, s) return screen:paint(colour, screen:safe(s)) end

local function heading(title, call, command)
  write(paint("bold", ("%-10s"):format(title))
    .. paint("dim", ("%-20s%s"):format(call, command)))
end

-- A link in one line: the middle is left out.
local function shorten(link, width)
  if #link <= width then return link end
  local tail = math.floor(width / 3)
  return link:sub(1, width - tail - 3) .. "..." .. link:sub(-tail)
end

local function failed_by(err)
  return { state = "failed", reason = tostring(err) }
end

-- The facts of each id, in order, whatever became of it.
local function facts_of_all(client, ids)
  local found = {}
  local job = client:fetch(ids, { on_task = function(task, id, state)
    found[id] = facts_of(task, id, state)
  end })
  local tasks, missing = job:result()
  local failed = not tasks and missing.failed or {}
  local list = {}
  for i, id in ipairs(ids) do
    local other = failed[id] and failed_by(failed[id])
      or { state = "missing", note = UNKNOWN }
    list[i] = found[id] or other
    list[i].id = id
  end
  return list, not tasks and missing or nil
end

local function one(client, id)
  heading("One task", "client:tasks(id)", "luma get " .. id)
  local facts = facts_of_all(client, { id })[1]
  facts.link, facts.url = shorten(facts.url, screen.columns - PICTURE), nil
  show_card(screen, write, facts)
end

local function dozen(client, ids)
  heading("A dozen", "client:fetch(ids)", "luma get - < ids.txt")
  local rows = Table.new(screen, write, #ids[1])
  rows:head()
  for _, facts in ipairs(facts_of_all(client, ids)) do rows:row(facts) end
  write ""
end

local function watch(client, ids)
  heading("A watch", "client:watch(ids)", "luma watch - < ids.txt")
  local live, board = Live.new(screen), Board.new(screen)
  local rows = Table.new(screen, write, #ids[1])
  board:add(ids)
  local job = client:watch(ids, {
    interval = INTERVAL, max_interval = INTERVAL,
    on_update = function(task, id, state)
      board:update(facts_of(task, id, state))
    end,
    on_task = function(task, id, state)
      board:finish(id, state)
      live:clear()
      rows:row(facts_of(task, id, state))
    end,
  })
  while not job:done() do
    client:wait(0.1)
    client:step(0.05)
    live:draw(function() return board:lines(#ids) end)
  end
  live:clear()
  write ""
  return job:result()
end

local function whats_next()
  for _, line in ipairs(NEXT) do
    write(paint("bold", text.pad(screen:safe(line[1]), 20))
      .. paint("dim", line[2]))
  end
end

local function show_stub()
  local gateway = require("spec.support.gateway").start()
  local showcase = require "spec.support.showcase"
  showcase.tell(gateway)
  local client = luma.client {
    token = "any-will-do-here", base_url = gateway.https, ca_file = gateway.ca,
  }
  one(client, showcase.reference)
  dozen(client, showcase.ids)
  watch(client, showcase.growing)
  whats_next()
  client:close()
  gateway:stop()
end

-- Whether all ids have been answered.
local function show_ids(ids)
  local list, err = facts_of_all(luma.client(), ids)
  for _, facts in ipairs(list) do show_card(screen, write, facts) end
  if err then io.stderr:write(tostring(err), "\n") end
  return not err
end

if #arg == 0 then show_stub() end
local good = #arg == 0 or show_ids(arg)
os.exit(good and 0 or 1, true)
