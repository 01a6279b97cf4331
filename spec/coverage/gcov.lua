-- SPDX-License-Identifier: MIT
-- Reads what `gcov -b -c -t` prints. The code of a header stands there once for
-- each file that includes it: its counts are added up.

local gcov = {}

local function line_of(file, number, text)
  local line = file.lines[number]
  if not line then
    line = { number = number, text = text:match "^%s*(.-)%s*$", count = 0,
      branches = {} }
    file.lines[number] = line
  end
  return line
end

local function file_of(files, name)
  files[name] = files[name] or { name = name, lines = {} }
  return files[name]
end

-- `*` marks a count of a line of which a part has not run.
local function count_of(text)
  return text:find "^[#=]" and 0 or tonumber((text:gsub("%*$", "")))
end

local function add_branch(line, index, taken)
  local n = tonumber(index) + 1
  line.branches[n] = (line.branches[n] or 0) + (tonumber(taken) or 0)
end

-- Goes through the output; `at` is where it is: a file, a function, a line.
local function read_line(files, at, text)
  local count, number, rest = text:match "^ *([^ :]+): *(%d+):(.*)$"
  local source = number == "0" and rest:match "^Source:(.*)$"
  if source then
    at.file, at.line, at.called = file_of(files, source), nil, nil
  elseif number and number ~= "0" and count ~= "-" then
    at.line = line_of(at.file, tonumber(number), rest)
    at.line.called = at.called
    at.line.count = at.line.count + count_of(count)
  elseif text:find "^function " then
    at.called = text:match "^function (%S+)"
  elseif at.line then
    local index, taken = text:match "^branch +(%d+) +taken (%d+)"
    index = index or text:match "^branch +(%d+) +never"
    if index then add_branch(at.line, index, taken) end
  end
end

local function sort_lines(file)
  local lines = {}
  for _, line in pairs(file.lines) do lines[#lines + 1] = line end
  table.sort(lines, function(a, b) return a.number < b.number end)
  file.lines = lines
end

-- The files of our own in these outputs: a list, sorted by name, of
-- { name =, lines = { { number =, text =, called =, count =, branches = } } },
-- where `called` is the function, and each branch a count.
function gcov.read(paths)
  local files, at, list = {}, {}, {}
  for _, path in ipairs(paths) do
    for text in io.lines(path) do read_line(files, at, text) end
  end
  for name, file in pairs(files) do
    if not name:find "^/" and next(file.lines) then
      sort_lines(file)
      list[#list + 1] = file
    end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

return gcov
