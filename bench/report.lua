-- SPDX-License-Identifier: MIT
-- Prints the table, and the figures with their targets.

local report = {}

local function cell(format, value)
  return value and format:format(value) or ("%6s"):format "-"
end

local function by_name(rows)
  local named = {}
  for _, row in ipairs(rows) do named[row.name] = row end
  return named
end

-- ---- the table ----------------------------------------------------------

local HEAD = "%-29s %6s %7s %8s %6s %6s %6s %5s"

local function print_row(row, scheme, luma, limit)
  local r = row[scheme]
  if not r then
    print(("%-29s    %s"):format(row.title, row.missing
      or "no valid result"))
    return
  end
  print(table.concat({
    ("%-29s"):format(row.title),
    cell("%6.0f", r.wall * 1000),
    cell("%7.2f", r.wall / luma.wall),
    cell("%8.2f", r.wall / limit.wall),
    cell("%6.0f", r.cpu * 1000),
    cell("%6.0f", r.thread and r.thread * 1000),
    cell("%6.0f", r.peak / 1024),
    cell("%5.0f", row.connections),
  }, " "))
end

local function print_table(results, scheme)
  local named = by_name(results.race)
  print(("\n%d tasks in responses of 100 over %s, medians of %d rounds\n")
    :format(results.tasks, scheme, results.rounds))
  print(HEAD:format("", "ms", "x luma", "x limit", "CPU", "of Lua", "MiB",
    "conn."))
  for _, row in ipairs(results.race) do
    print_row(row, scheme, named.luma[scheme], named.limit[scheme])
  end
end

-- ---- the figures --------------------------------------------------------

-- Targets of the comparison: other programs to luma, and luma to the limit.
local RACE = {
  http = { peer = 2.2, lua = 3.5, limit = 1.2 },
  https = { peer = 2.6, lua = 3, limit = 1.3 },
}

-- The contestant with the shortest wall time among those of these kinds.
function report.best(rows, scheme, kinds)
  local best
  for _, row in ipairs(rows) do
    if kinds[row.kind] and row[scheme]
      and (not best or row[scheme].wall < best[scheme].wall) then
      best = row
    end
  end
  return best
end

local function add(list, what, value, unit, sign, target)
  local reached = sign == ">=" and value >= target
    or sign == "<=" and value <= target
  list[#list + 1] = {
    what = what, value = value, unit = unit,
    target = ("%s %g"):format(sign, target), reached = reached,
  }
end

local function add_race(list, results, scheme)
  local named, targets = by_name(results.race), RACE[scheme]
  local luma = named.luma[scheme].wall
  local function add_best(what, kinds, target)
    local best = report.best(results.race, scheme, kinds)
    if not best then return end
    add(list, ("%s: %s (%s)"):format(scheme, what, best.title),
      best[scheme].wall / luma, "x", ">=", target)
  end
  add_best("best peer", { peer = true, lua = true }, targets.peer)
  add_best("best Lua peer", { lua = true }, targets.lua)
  add(list, scheme .. ": luma to the limit", luma / named.limit[scheme].wall,
    "x", "<=", targets.limit)
end

local function add_keep(list, keep)
  local targets = {
    { "reference", "reference task", 0.3, 0.75 },
    { "rows", "enveloped task", 0.45, 1 },
    { "wide", "task with 200 members", 0.45, 1 },
  }
  for _, target in ipairs(targets) do
    local name, title, cpu, bytes = table.unpack(target)
    local k = keep[name]
    add(list, "CPU of Lua to lua-cjson, " .. title,
      k.luma.thread / k.cjson.thread, "x", "<=", cpu)
    add(list, "bytes kept to lua-cjson, " .. title,
      k.luma.bytes / k.cjson.bytes, "x", "<=", bytes)
  end
end

local function flatness(each, list)
  local least, most = math.huge, 0
  for _, row in pairs(each) do
    local cpu = row[list].cpu
    least, most = math.min(least, cpu), math.max(most, cpu)
  end
  return most / least
end

function report.figures(results)
  local list = {}
  add_race(list, results, "http")
  add_race(list, results, "https")
  add_keep(list, results.keep)
  for _, scheme in ipairs { "http", "https" } do
    local one = results.one[scheme]
    add(list, scheme .. ": one id above plain libcurl, p50",
      (one.luma_p50 - one.plain_p50) * 1e6, "us", "<=", 60)
  end
  add(list, "memory of each() over 100,000 tasks",
    results.each["100000"].held.memory / 2 ^ 20, "MiB", "<=", 16)
  for _, held in ipairs { "held", "dropped" } do
    add(list, "CPU per id of each(), ids " .. held .. ", most to least",
      flatness(results.each, held), "x", "<=", 1.25)
  end
  add(list, "require and a client, above libcurl",
    (results.start.luma.wall - results.start.curl.wall) * 1e3, "ms", "<=", 2)
  return list
end

-- ---- other figures --------------------------------------------------------

local function print_one(one, scheme)
  print(("one id, warm, %-5s   luma p50 %3.0f, p99 %3.0f us;"
    .. " plain libcurl %3.0f, %3.0f us"):format(scheme, one.luma_p50 * 1e6,
    one.luma_p99 * 1e6, one.plain_p50 * 1e6, one.plain_p99 * 1e6))
end

local function print_keep(keep)
  for _, name in ipairs { "reference", "rows", "wide" } do
    for _, maker in ipairs { "luma", "cjson" } do
      local k = keep[name][maker]
      print(("a task kept, %-9s  %-5s  %5.2f us of Lua, %5.2f again,"
        .. " %5.0f bytes"):format(name, maker, k.thread * 1e6, k.again * 1e6,
        k.bytes))
    end
  end
end

local function print_each(each, list)
  for _, count in ipairs { "10000", "100000", "1000000" } do
    local row = each[count] and each[count][list]
    if row then
      print(("each(), %7s ids %-7s  %5.2f us CPU an id, %5.2f of Lua;"
        .. " %5.1f MiB"):format(count, list, row.cpu * 1e6, row.thread * 1e6,
        row.memory / 2 ^ 20))
    end
  end
end

local function print_figures(results)
  print(("\n%-56s %10s %8s"):format("figure", "value", "target"))
  for _, f in ipairs(results.figures) do
    print(("%-53s %8.2f %-4s %8s %s"):format(f.what, f.value, f.unit, f.target,
      f.reached and "yes" or "NO"))
  end
  if by_name(results.race).lua_curl.missing then
    print "Lua-cURLv3 is not measured, so the best Lua peer may be another one."
  end
end

function report.print(results)
  print_table(results, "http")
  print_table(results, "https")
  print ""
  print_one(results.one.http, "http")
  print_one(results.one.https, "https")
  print_keep(results.keep)
  print_each(results.each, "held")
  print_each(results.each, "dropped")
  print_figures(results)
end

return report
