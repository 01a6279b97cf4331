-- SPDX-License-Identifier: MIT
-- One task at length: its picture's palette, and everything beside it. Links
-- are never cut or broken, so that they can be copied.

local COLOUR = require "luma_cli.table".COLOUR
local palette = require "luma_cli.palette"
local text = require "luma_cli.text"

local PICTURE = 10 -- columns of the palette
local GAP = "  "
local ROOM_FOR_PICTURE = 50 -- columns below which it would be in the way

local function say_state(screen, facts)
  local said = screen:paint(COLOUR[facts.state] or "bold", facts.state)
  if facts.progress and facts.state == "processing" then
    said = ("%s %.0f%%"):format(said, facts.progress)
  end
  return said
end

local function say_video(facts)
  local seconds = facts.seconds and ("%.1f s"):format(facts.seconds)
  if facts.size and seconds then return facts.size .. ", " .. seconds end
  return facts.size or seconds
end

-- The lines that stand beside the picture.
local function beside(screen, facts, width)
  local lines = { screen:paint("bold", screen:safe(facts.id)) }
  local function add(line) if line then lines[#lines + 1] = line end end
  local function add_words(words, colour)
    for _, line in ipairs(text.wrap(screen:safe(words or ""), width)) do
      add(colour and screen:paint(colour, line) or line)
    end
  end
  add(say_state(screen, facts))
  add_words(facts.reason, "red")
  add_words(facts.prompt)
  add_words(facts.note)
  add(say_video(facts))
  return lines
end

-- Writes the lines of a task, an empty one at the end.
return function(screen, write, facts)
  local shown = facts.palette and screen.colour
    and screen.columns >= ROOM_FOR_PICTURE
  local left = shown and PICTURE + #GAP or 0
  local lines = beside(screen, facts, screen.columns - left)
  for i = 1, math.max(#lines, shown and 5 or 0) do
    local line = lines[i]
    if shown then
      local cells = i <= 5 and palette.row(facts.palette, i)
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
