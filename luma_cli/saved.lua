-- SPDX-License-Identifier: MIT
-- Files that are saved, or are on their way: a line on stdout for each, and the
-- progress lines.

local cjson = require "cjson"
local bar = require "luma_cli.bar"
local text = require "luma_cli.text"
local units = require "luma_cli.units"

local BAR = 10          -- columns
local MIN_FOR_BAR = 60  -- columns of a screen with room for the bar
local MIN_FOR_RATE = 40 -- columns of a screen with room for the rate
local RATE = 12         -- columns
local NUMBERS = 17      -- columns of percentage, bytes and gaps

local saved = {}

local function quote(s) return (cjson.encode(s):gsub("\\/", "/")) end

-- Prints a file: a row of the table, or a JSON object. `word` is "saved", or
-- "kept" for one that was there.
function saved.show(app, id, path, bytes, word)
  word = word or "saved"
  local screen = app.screen
  if screen.as_json then
    return app.out:line(screen:json(('{"id":%s,"path":%s}'):format(quote(id),
      quote(path))))
  end
  app.out:line(("%s  %8s  %s"):format(
    screen:paint(word == "saved" and "green" or "dim", text.pad(word, 7)),
    bytes and units.bytes(bytes) or "", screen:safe(path)))
end

-- "4665a07c-…  42% ████░░░░░░  12.3 MB   3.1 MB/s", from the progress of a job.
function saved.line(app, id, p)
  local screen = app.screen
  local total = (p.total_bytes or 0) > 0 and p.total_bytes
  local percent = total and 100 * (p.bytes or 0) / total
  local with_bar = screen.columns >= MIN_FOR_BAR
  local with_rate = screen.columns >= MIN_FOR_RATE
  local room = screen.columns - 1 - NUMBERS - (with_bar and BAR + 1 or 0)
    - (with_rate and RATE or 0)
  local shown = text.pad(screen:cut(screen:safe(id), room), room)
  return { ("%s %4s%s  %8s%s"):format(shown,
    percent and ("%.0f%%"):format(percent) or "",
    with_bar and " " .. bar(screen, percent or 0, BAR) or "",
    units.bytes(p.bytes or 0), with_rate
      and ("  %8s/s"):format(units.bytes(p.rate or 0)) or ""), "cyan" }
end

return saved
