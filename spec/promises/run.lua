-- SPDX-License-Identifier: MIT
-- Runs the checks of the promises, and prints a line for each:
--
--   lua5.4 spec/promises/run.lua all|fast [P1 P2 …]
--   lua5.4 spec/promises/run.lua page      writes docs/promises.md to stdout

local promises = require "spec.promises.table"

local LINE_OF_BUSTED = "(%d+) success%a* / (%d+) failures? / (%d+) errors? /"

local function with_commas(n)
  local text = ("%d"):format(n):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

-- How many checks the output counts.
local function count_of(output)
  local count = 0
  for passed in output:gmatch "(%d+) passed, %d+ failed" do
    count = count + passed
  end
  for passed in output:gmatch(LINE_OF_BUSTED) do count = count + passed end
  return count
end

local function figure_of(promise, output)
  local figure = promise.figure and output:match(promise.figure)
  if figure then
    return (figure:gsub("%d%d%d%d+", function(n) return with_commas(tonumber(n)) end))
  end
  return with_commas(count_of(output)) .. " checks"
end

-- Runs a line of a shell: whether it has succeeded, and its output.
local function run(line)
  local pipe = assert(io.popen(("{ %s\n} 2>&1"):format(line)))
  local output = pipe:read "a"
  return pipe:close() == true, output
end

-- Whether the promise holds. Nothing that counts no check does.
local function check(promise, line)
  local started = os.time()
  local ok, output = run(line)
  local holds = ok and (promise.figure ~= nil or count_of(output) > 0)
  print(("%-4s %s  %s (%s; %d s)"):format(promise[1],
    holds and "holds" or "FAILS", promise[2], figure_of(promise, output),
    os.difftime(os.time(), started)))
  if not holds then io.stderr:write(output) end
  return holds
end

local function check_all(fast, wanted)
  local counts = { [true] = 0, [false] = 0 }
  for _, promise in ipairs(promises) do
    local line = promise[4]
    if fast and promise.fast ~= true then line = promise.fast end
    if line and (not next(wanted) or wanted[promise[1]]) then
      local holds = check(promise, line)
      counts[holds] = counts[holds] + 1
    end
  end
  print(("promises: %d passed, %d failed"):format(counts[true], counts[false]))
  return counts[false] == 0 and counts[true] > 0
end

local HEAD = [[
# Promises

What luma promises, and the command that shows it: `make promises P=P1` runs one row, `make
promises` all, `make promises FAST=1` what takes seconds. A promise without a command that
succeeds is not here. `spec/promises/table.lua` has the commands.

| | luma promises | looked at |
|---|---|---|
]]

local function page()
  io.write(HEAD)
  for _, promise in ipairs(promises) do
    io.write(("| %s | %s | %s |\n"):format(promise[1], promise[2], promise[3]))
  end
end

local mode = arg[1]
if mode == "page" then return page() end
local wanted = {}
for i = 2, #arg do wanted[arg[i]] = true end
os.exit(check_all(mode == "fast", wanted))
