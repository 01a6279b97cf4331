-- SPDX-License-Identifier: MIT
-- Shows tasks as rows of a table: palette, state, id, prompt. Ids are never
-- cut. If there is no room beside them, they have their own line.

local palette = require "luma_cli.palette"
local text = require "luma_cli.text"

local STRIP = 5    -- columns of the palette, progress or length
local STATE = 10   -- "processing"
local GAP = "  "
local LEFT = STRIP + STATE + 2 * #GAP
local MIN_PROMPT = 12 -- columns of the shortest useful prompt
local EXTRA = 19   -- columns of length and size on a wide screen

local COLOUR = {
  pending = "yellow", processing = "cyan", completed = "green",
  failed = "red", missing = "magenta",
}

local Table = { COLOUR = COLOUR }
Table.__index = Table

-- `write` takes the lines. `id_width` is the width of the longest id.
function Table.new(screen, write, id_width)
  local room = screen.columns - LEFT - id_width - #GAP
  return setmetatable({
    screen = screen, write = write, id_width = id_width,
    stacked = room < MIN_PROMPT,
    wide = room >= EXTRA + 3 * MIN_PROMPT,
    room = room < MIN_PROMPT and screen.columns - LEFT
      or room >= EXTRA + 3 * MIN_PROMPT and room - EXTRA or room,
  }, Table)
end

-- The text of the first column: the palette, the length or the progress.
local function first_column(self, facts)
  if facts.palette and self.screen.colour then
    return palette.strip(self.screen, facts.palette)
  end
  local word = ""
  if facts.state == "completed" then
    word = facts.seconds and ("%.1fs"):format(facts.seconds) or ""
  elseif facts.progress and facts.state ~= "failed" then
    word = ("%.0f%%"):format(facts.progress)
  end
  return ("%5s"):format(word:sub(1, STRIP))
end

local function extra(self, facts)
  if not self.wide then return "" end
  local seconds = facts.seconds and ("%.1f s"):format(facts.seconds) or ""
  return ("%7s  %8s%s"):format(seconds:sub(1, 7), facts.size or "", GAP)
end

function Table:head()
  if self.stacked then return end
  local line = (" "):rep(STRIP) .. GAP .. text.pad("STATE", STATE) .. GAP
    .. text.pad("ID", self.id_width) .. GAP
    .. (self.wide and ("%7s  %8s%s"):format("LENGTH", "SIZE", GAP) or "")
    .. "PROMPT"
  self.write(self.screen:paint("dim", line))
end

-- Writes a row. `facts.note` replaces the prompt and the reason.
function Table:row(facts)
  local screen = self.screen
  local id = screen:safe(facts.id)
  local words = facts.note or facts.reason or facts.prompt or ""
  local last = screen:cut(screen:safe(words), self.room)
  if facts.reason then last = screen:paint("red", last) end
  local state = screen:paint(COLOUR[facts.state] or "bold",
    text.pad(facts.state, STATE))
  local left = first_column(self, facts) .. GAP .. state .. GAP
  if self.stacked then
    self.write(screen:paint("bold", id))
    self.write(left .. last)
  else
    self.write(left .. text.pad(id, self.id_width) .. GAP
      .. extra(self, facts) .. last)
  end
end

return Table
