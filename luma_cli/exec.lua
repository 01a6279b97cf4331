-- SPDX-License-Identifier: MIT
-- Runs a program for each result: --exec 'mpv {path}'. One at a time, while
-- luma's own threads go on. A value is one argument, whatever it contains: no
-- shell reads it. --shell hands the line to a shell, with the values as its
-- variables, which it does not execute.

local stopping = require "luma_cli.stop"
local system = require "luma_cli.system"

local stop = stopping.stop

local KNOWN = { path = true, id = true, state = true, url = true,
  prompt = true }

local exec = {}

-- The words of a line; quotes keep blanks together.
local function words_of(line)
  local words, word, quote = {}, nil, nil
  for c in line:gmatch "." do
    if c == quote then
      quote = nil
    elseif not quote and c:find "['\"]" then
      quote, word = c, word or ""
    elseif not quote and c:find "%s" then
      words[#words + 1], word = word, nil
    else
      word = (word or "") .. c
    end
  end
  if quote then stop(2, ("--exec: a %s is missing"):format(quote)) end
  words[#words + 1] = word
  return words
end

local PLACE = "{([%w_]+)}"
local SHELL_PLACE = "(.?)" .. PLACE -- ${HOME} is the shell's own

local function text_of(value)
  return (tostring(value or ""):gsub("%z", ""))
end

local function fill(text, values)
  return (text:gsub(PLACE, function(name) return text_of(values[name]) end))
end

-- Ends the program if a value stands in quotes of the line: the quotes around its
-- variable would end them.
local function check_quotes(line)
  local quote, at = nil, 1
  while at <= #line do
    local c = line:sub(at, at)
    if c == "\\" and quote ~= "'" then
      at = at + 1
    elseif c == quote then
      quote = nil
    elseif not quote and c:find "['\"]" then
      quote = c
    elseif quote and line:find("^" .. PLACE, at)
      and line:sub(at - 1, at - 1) ~= "$" then
      stop(2, ("--exec: %s stands in quotes; luma quotes the values itself")
        :format(line:match("^{[%w_]+}", at)))
    end
    at = at + 1
  end
end

local function shell_maker(line)
  check_quotes(line)
  local script = line:gsub(SHELL_PLACE, function(before, name)
    return before ~= "$" and before .. '"$luma_' .. name .. '"' or nil
  end)
  return function(values)
    local out = {}
    for name in pairs(KNOWN) do
      out[#out + 1] = ("luma_%s=%s"):format(name,
        system.quote(text_of(values[name])))
    end
    out[#out + 1] = script
    return table.concat(out, "\n")
  end
end

local function maker(line, as_shell)
  if as_shell then return shell_maker(line) end
  local words = words_of(line)
  if #words == 0 then stop(2, "--exec: no program") end
  return function(values)
    local out = {}
    for i, word in ipairs(words) do
      out[i] = system.quote(fill(word, values))
    end
    return table.concat(out, " ")
  end
end

local function check(line, has_path, as_shell)
  for before, name in line:gmatch(SHELL_PLACE) do
    local is_known = KNOWN[name] and (name ~= "path" or has_path)
    if not is_known and not (as_shell and before == "$") then
      stop(2, ("--exec: there is no {%s} here"):format(name))
    end
  end
end

-- Lua 5.1 gives the status of wait, later ones the kind and the number.
local function run(line)
  local a, b, c = os.execute(line)
  if type(a) == "number" then
    return a == 0, a > 255 and a / 256 or a, a == 2
  end
  return a, c, b == "signal" and c == 2
end

-- Whether ids come from standard input, where a program must take none.
local function reads_stdin(args)
  for _, list in ipairs { args.ids or {}, args.files or {} } do
    for _, word in ipairs(list) do
      if word == "-" then return true end
    end
  end
  return false
end

-- f(values) runs the program and reports its failure, or nil without --exec.
-- `has_path`: the results are files.
function exec.new(app, has_path)
  local args = app.args
  if not args.exec then return nil end
  if system.is_windows then stop(2, "--exec does not work on Windows") end
  check(args.exec, has_path, args.shell)
  local make = maker(args.exec, args.shell)
  local form = reads_stdin(args) and "{ %s\n} </dev/null" or "%s"
  return function(values)
    app.live:clear()
    app.out.flush()
    local ok, code, interrupted = run(form:format(make(values)))
    if interrupted then stopping.interrupt() end
    if ok then return end
    app.outcome:add_error(("exec: %s: the program ended with %d")
      :format(values.id, code))
  end
end

return exec
