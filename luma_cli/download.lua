-- SPDX-License-Identifier: MIT
-- luma download: downloads the file of each task when it is completed.

local facts_of = require "luma_cli.facts"
local files = require "luma_cli.files"
local follow = require "luma_cli.follow"
local prepare_folder = require "luma_cli.folder"
local stop = require "luma_cli.stop".stop
local system = require "luma_cli.system"
local text = require "luma_cli.text"

-- The handler of follow.lua.
local Download = {}
Download.__index = Download

local function show_unsaved(self, colour, word, id, why)
  local screen = self.app.screen
  if screen.as_json then return end
  self.app.out:line(("%s  %8s  %s%s"):format(
    screen:paint(colour, text.pad(word, 7)), "", screen:safe(id),
    why and ": " .. screen:safe(why) or ""))
end

function Download:expect(window) window.ends = self.files:time_of_window() end

function Download:missing(id)
  self.app.outcome:add_missing(id, not self.app.screen.as_json)
  show_unsaved(self, "magenta", "missing", id)
end

local function show_failed(self, task, id)
  local screen, reason = self.app.screen, facts_of(task, id, "failed").reason
  if screen.as_json then
    self.app.live:say(("luma: task failed: %s%s"):format(screen:safe(id),
      reason and ": " .. screen:safe(reason) or ""))
  end
  show_unsaved(self, "red", "failed", id, reason)
end

function Download:task(task, id, state, window)
  self.app.outcome:add_task(state)
  if state == "failed" then return show_failed(self, task, id) end
  self.files:add(task, id, window.ends)
end

function Download:turn()
  self.files:start()
  self.files:run_programs()
end

function Download:unsettled() return self.files:unsettled() end

function Download:has(id) return self.files:has(id) end

function Download:lines(board, total)
  local outcome = self.app.outcome
  local without_file = (outcome.states.failed or 0) + outcome.missing
  local lines = self.files:lines()
  for _, line in ipairs(board:lines(self.app.live:room() - 1 - #lines)) do
    lines[#lines + 1] = line
  end
  lines[#lines + 1] = self.files:total_line(total and total - without_file)
  return lines
end

local function folder_of(path)
  if path == "" then stop(2, "--output: must not be empty") end
  local folder = path:match(system.is_windows and "^(.*[/\\:])" or "^(.*/)")
  return folder or "."
end

return function(app)
  local args = app.args
  if args.output then
    prepare_folder(folder_of(args.output), true)
  else
    args.dir = args.dir or "."
    prepare_folder(args.dir)
  end
  local list = files.new(app)
  follow(app, setmetatable({ app = app, files = list }, Download))
  if app.screen.shows_progress and app.outcome:total() > 1 then list:sum_up() end
end
