-- SPDX-License-Identifier: MIT
-- What the C tests and the specs have run of luma, file by file:
--
--   lua5.4 spec/coverage/report.lua DETAILS TESTS SPECS SWEEPS
--
-- The last three have what gcov prints, of the sweeps alone in the last one: in
-- these each allocation fails. What never ran goes to DETAILS. Fails if a
-- line of the core never ran and excused.lua does not have it, if excused.lua
-- has one that ran or that is gone, or if too few branches were taken.

local excused = require "spec.coverage.excused"
local gcov = require "spec.coverage.gcov"

local BRANCHES = 95 -- percent of those of the core

local function is_core(file) return file.name:find "^core/" ~= nil end

-- ---- figures ------------------------------------------------------------

local function count(file)
  local n = { lines = 0, ran = 0, branches = 0, taken = 0 }
  for _, line in ipairs(file.lines) do
    n.lines = n.lines + 1
    n.ran = n.ran + (line.count > 0 and 1 or 0)
    for _, branch in ipairs(line.branches) do
      n.branches = n.branches + 1
      n.taken = n.taken + (branch > 0 and 1 or 0)
    end
  end
  return n
end

local function count_all(files, wanted)
  local sum = { lines = 0, ran = 0, branches = 0, taken = 0 }
  for _, file in ipairs(files) do
    if wanted(file) then
      for key, n in pairs(count(file)) do sum[key] = sum[key] + n end
    end
  end
  return sum
end

-- Rounded down, so that 100 is all of them.
local function percent(part, whole)
  return whole == 0 and 100 or part * 1000 // whole / 10
end

local function cells(n)
  return ("%5d %5d %5.1f%% %6d %5d %5.1f%%"):format(n.ran, n.lines,
    percent(n.ran, n.lines), n.taken, n.branches, percent(n.taken, n.branches))
end

local function print_row(name, without, with)
  print(("%-30s %s   %5.1f%% %5.1f%%"):format(name, cells(with),
    percent(without.ran, without.lines),
    percent(without.taken, without.branches)))
end

local function print_table(without, with)
  local before = {}
  for _, file in ipairs(without) do before[file.name] = count(file) end
  print(("%-30s %18s %20s   %s"):format("", "lines", "branches",
    "without sweeps"))
  for _, file in ipairs(with) do
    print_row(file.name, before[file.name], count(file))
  end
  local function print_all(name, wanted)
    print_row("all of " .. name, count_all(without, wanted),
      count_all(with, wanted))
  end
  print_all("binding", function(file) return not is_core(file) end)
  print_all("core", is_core)
end

-- ---- what never ran -----------------------------------------------------

local function write_details(files, path)
  local out = assert(io.open(path, "w"))
  for _, file in ipairs(files) do
    for _, line in ipairs(file.lines) do
      local at = ("%s:%d: "):format(file.name, line.number)
      if line.count == 0 then out:write(at, "never ran: ", line.text, "\n") end
      for i, branch in ipairs(line.branches) do
        if line.count > 0 and branch == 0 then
          out:write(at, ("branch %d of %d: "):format(i, #line.branches),
            line.text, "\n")
        end
      end
    end
  end
  out:close()
end

local function key_of(file, called, text)
  return ("%s, %s: %s"):format(file, called, text)
end

-- The excused lines by file, function and text, with their entries.
local function excuses()
  local known = {}
  for _, entry in ipairs(excused) do
    for i = 4, #entry do known[key_of(entry[1], entry[2], entry[i])] = entry end
  end
  return known
end

-- Counts the lines of the core that never ran, and lists the complaints.
local function judge(files)
  local unused, list, lines = excuses(), {}, 0
  local known = excuses()
  for _, file in ipairs(files) do
    for _, line in ipairs(file.lines) do
      local key = key_of(file.name, line.called, line.text)
      local entry, missing = known[key], line.count == 0 and is_core(file)
      if missing then lines = lines + 1 end
      if missing and not entry then list[#list + 1] = "never ran: " .. key end
      if entry and (missing or entry.perhaps) then unused[key] = nil end
    end
  end
  for key in pairs(unused) do
    list[#list + 1] = "excused, but runs or is gone: " .. key
  end
  table.sort(list)
  return list, lines
end

-- ---- the command --------------------------------------------------------

local details, tests, specs, sweeps = table.unpack(arg)
local without = gcov.read { tests, specs }
local with = gcov.read { tests, specs, sweeps }
print_table(without, with)
write_details(with, details)
local list, missing = judge(with)
for _, text in ipairs(list) do print(text) end
local all = count_all(with, is_core)
local taken = percent(all.taken, all.branches)
if taken < BRANCHES then list[#list + 1] = "branches" end
print(("coverage: core %d of %d lines, the other %d excused; %.1f %% of the "
  .. "branches"):format(all.ran, all.lines, missing, taken))
print(("coverage: %d passed, %d failed"):format(all.ran, #list))
os.exit(#list == 0 and all.lines > 0)
