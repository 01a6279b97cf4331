-- SPDX-License-Identifier: MIT
-- Shows one task in detail: the palette of its picture, and the text beside it.
-- The link has a line of its own and is never cut or wrapped, so that it can be
-- copied. `facts.link` is a link that the caller has shortened for the lines
-- beside the picture.

local COLOUR = require "luma_cli.table".COLOUR
local palette = require "luma_cli.palette"
local text = require "luma_cli.text"

local PICTURE = 10 -- columns of the palette
local GAP = "  "
local MIN_COLUMNS = 50 -- columns of a screen with room for the palette

local function state_text(screen, facts)
  local words = screen:paint(COLOUR[facts.state] or "bold", facts.state)
  if facts.progress and facts.state == "processing" then
    words = ("%s %.0f%%"):format(words, facts.progress)
  end
  return words
end

local function video_text(facts)
  local seconds = facts.seconds and ("%.1f s"):format(facts.seconds)
  if facts.size and seconds then return facts.size .. ", " .. seconds end
  return facts.size or seconds
end

-- The lines beside the picture.
local function lines_beside(screen, facts, width)
  local lines = { screen:paint("bold", screen:safe(facts.id)) }
  local function add(line) if line then lines[#lines + 1] = line end end
  local function add_words(words, colour)
    for _, line in ipairs(text.wrap(screen:safe(words or ""), width)) do
      add(colour and screen:paint(colour, line) or line)
    end
  end
  add(state_text(screen, facts))
  add_words(facts.reason, "red")
  add_words(facts.prompt)
  add_words(facts.note)
  add(video_text(facts))
  if facts.link then add(screen:paint("blue", screen:safe(facts.link))) end
  return lines
end

-- Writes the lines of a task, and an empty line.
return function(screen, write, facts)
  local shown = facts.palette and screen.colour
    and screen.columns >= MIN_COLUMNS
  local left = shown and PICTURE + #GAP or 0
  local lines = lines_beside(screen, facts, screen.columns - left)
  for i = 1, math.max(#lines, shown and 5 or 0) do
    local line = lines[i]
    if shown then
      local cells = i <= 5 and palette.row(screen, facts.palette, i)
        or (" "):rep(PICTURE)
      line = line and cells .. GAP .. line or cells
    end
    write(line)
  end
  if facts.url then
    write(screen:paint("blue", screen:safe(facts.url)))
  end
  write ""
end
