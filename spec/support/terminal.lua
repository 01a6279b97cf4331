-- SPDX-License-Identifier: MIT
-- A terminal that a program's output is written to: what is on its screen then,
-- how many lines it `scrolled` out, and how many were `wrapped` because they are
-- too long. It knows the escape sequences that the command uses; others are
-- errors. picture.lua draws it, so it keeps colours.

local text = require "luma_cli.text"

local terminal = {}

local Terminal = {}
Terminal.__index = Terminal

function terminal.new(rows, columns)
  return setmetatable({
    rows = rows, columns = columns, row = 1, column = 1, lines = {},
    scrolled = 0, wrapped = 0,
  }, Terminal)
end

local function next_line(self)
  if self.row < self.rows then
    self.row = self.row + 1
  else
    table.remove(self.lines, 1)
    self.scrolled = self.scrolled + 1
  end
end

local escapes = {}

-- A cell has the parameters that came last, such as "32" or "38;5;1;48;5;2".
function escapes.m(self, parameters) self.style = parameters end

function escapes.A(self, count)
  self.row = math.max(1, self.row - (tonumber(count) or 1))
end

function escapes.J(self) -- from here to the end
  for row = self.row + 1, self.rows do self.lines[row] = nil end
  local line = self.lines[self.row] or {}
  for column = self.column, self.columns do line[column] = nil end
end

local function put(self, character)
  local width = text.width(character)
  if self.column + width - 1 > self.columns then
    self.column, self.wrapped = 1, self.wrapped + 1
    next_line(self)
  end
  local line = self.lines[self.row] or {}
  self.lines[self.row] = line
  line[self.column] = { text = character, style = self.style }
  for i = 1, width - 1 do line[self.column + i] = { text = "" } end
  self.column = self.column + width
end

local controls = {
  ["\r"] = function(self) self.column = 1 end,
  ["\n"] = next_line,
}

function Terminal:write(output)
  local at = 1
  while at <= #output do
    local arguments, kind = output:match("^\27%[([%d;]*)(%a)", at)
    local character = output:match("^[%z\1-\127\194-\244][\128-\191]*", at)
    if arguments then
      assert(escapes[kind], "unknown escape sequence " .. kind)
      escapes[kind](self, arguments)
      at = at + #arguments + 3
    elseif controls[character] then
      controls[character](self)
      at = at + 1
    else
      assert(character and character >= " ", "an unexpected byte")
      put(self, character)
      at = at + #character
    end
  end
  return self
end

-- The text of a row, without the blanks at its end.
function Terminal:line(row)
  local out, line = {}, self.lines[row] or {}
  for column = 1, self.columns do
    out[column] = line[column] and line[column].text or " "
  end
  return (table.concat(out):gsub(" +$", ""))
end

return terminal
