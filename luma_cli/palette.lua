-- SPDX-License-Identifier: MIT
-- The 5 by 5 colours of a task's placeholder picture.

local palette = {}

local RESET = "\27[0m"

-- The mean colour of a column's cells in rows `first` to `last`.
local function mean(colours, column, first, last)
  local sum, count = { 0, 0, 0 }, last - first + 1
  for row = first, last do
    local colour = colours[(row - 1) * 5 + column]
    for i = 1, 3 do sum[i] = sum[i] + colour[i] end
  end
  for i = 1, 3 do sum[i] = math.floor(sum[i] / count + 0.5) end
  return sum
end

-- The whole picture in five columns of one line. The upper part of a half block
-- has the foreground colour, and the lower part has the background colour.
function palette.strip(screen, colours)
  local cells = {}
  for column = 1, 5 do
    local low = screen:rgb(mean(colours, column, screen.utf8 and 3 or 1, 5))
    if screen.utf8 then
      local high = screen:rgb(mean(colours, column, 1, 3))
      cells[column] = ("\27[38;%s;48;%sm\226\150\128"):format(high, low)
    else
      cells[column] = ("\27[48;%sm "):format(low)
    end
  end
  return table.concat(cells) .. RESET
end

-- One of the five rows, ten columns wide.
function palette.row(screen, colours, row)
  local cells = {}
  for column = 1, 5 do
    local colour = screen:rgb(colours[(row - 1) * 5 + column])
    cells[column] = ("\27[48;%sm  "):format(colour)
  end
  return table.concat(cells) .. RESET
end

return palette
