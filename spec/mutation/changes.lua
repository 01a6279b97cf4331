-- SPDX-License-Identifier: MIT
-- The small changes that can be made to a file of C, as clang-format writes it.

-- What stands there, as a pattern with the place before it and behind it, and
-- what can stand there instead. `%0` is what stands there.
local RULES = {
  { " ()==()%s", "!=" },
  { " ()!=()%s", "==" },
  { " ()<()%s", "<=", ">=" },
  { " ()<=()%s", "<" },
  { " ()>()%s", ">=", "<=" },
  { " ()>=()%s", ">" },
  { " ()%+()%s", "-" },
  { " ()%-()%s", "+" },
  { " ()%*()%s", "/" },
  { " ()/()%s", "*" },
  { " ()%%()%s", "*" },
  { " ()&&()%s", "||" },
  { " ()||()%s", "&&" },
  { " ()&()%s", "|" },
  { " ()|()%s", "&" },
  { " ()%^()%s", "|" },
  { " ()<<()%s", ">>" },
  { " ()>>()%s", "<<" },
  { " ()%+=()%s", "-=" },
  { " ()%-=()%s", "+=" },
  { " ()|=()%s", "&=" },
  { "()%+%+()", "--" },
  { "()%-%-()", "++" },
  { "()!()[%w_(*]", "" },
  { "()%f[%w_]true%f[^%w_]()", "false" },
  { "()%f[%w_]false%f[^%w_]()", "true" },
  { "%f[%w_]if ()%b()()", "(0 && %0)", "(1 || %0)" },
  { "%f[%w_]while ()%b()()", "(0 && %0)" },
  { "()%f[%w_.]%d+%f[^%w_.]()", 1, -1 }, -- what is added
  { "()%f[%w_.]%d+%.%d+%f[^%w_.]()", 1 },
  { "\n +()[%w_]+%b();()\n", ";" }, -- statements that go away
  { "\n +()[%w_*][%w_.>%[%]%-]* [-+|&]?= [^;]+;()\n", ";" },
  { "\n +()%+?%+?[%w_.>%-]+%+?%+?;()\n", ";" },
}

local function blank(text) return (text:gsub("[^\n]", " ")) end

-- The text with blanks in place of comments, of lines for the preprocessor, and
-- of what is between quotes.
local function mask(text)
  text = text:gsub("/%*.-%*/", blank):gsub("%f[^\n\0]#[^\n]*", blank)
  text = text:gsub("\\.", "__")
  text = text:gsub("'[^'\n]*'", blank)
  return (text:gsub('"[^"\n]*"', blank))
end

local function line_at(text, place)
  return select(2, text:sub(1, place - 1):gsub("\n", "")) + 1
end

-- The line, without the blanks around it.
local function line_of(text, place)
  local from = text:sub(1, place):match ".*\n()" or 1
  return text:match("^%s*(.-)%s*\n", from)
end

local function changed(old, new)
  if type(new) == "number" then
    local number = tonumber(old) + new
    return number >= 0 and tostring(number) or nil
  end
  return (new:gsub("%%0", (old:gsub("%%", "%%%%"))))
end

local function add(list, file, text, from, to, new)
  local old = text:sub(from, to)
  new = changed(old, new)
  if new then
    list[#list + 1] = { file = file, line = line_at(text, from),
      line_text = line_of(text, from), old = old, new = new,
      text = text:sub(1, from - 1) .. new .. text:sub(to + 1) }
  end
end

-- Every change of the file with this text: a list of { file =, line =, old =,
-- line_text =, new =, text = }, where the last is the whole file as it is then.
return function(file, text)
  local masked, list = mask(text), {}
  for _, rule in ipairs(RULES) do
    local place = 1
    while true do
      local found, _, from, past = masked:find(rule[1], place)
      if not found then break end
      for i = 2, #rule do add(list, file, text, from, past - 1, rule[i]) end
      place = math.max(from, found + 1)
    end
  end
  return list
end
