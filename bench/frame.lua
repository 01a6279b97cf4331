-- SPDX-License-Identifier: MIT
-- Measures frames. The variants of frame_loop.lua take turns, each in a process
-- of its own, until each variant has enough frames. frame.sh has started nginx.

local machine = require "machine"
local missing = require "missing"
local save = require "save"

local dir = arg[1]
local quick = os.getenv "QUICK" == "1"
-- The least number of frames for the promised figures, and for the others.
local CONTRACT, BESIDE = quick and 300 or 2000, quick and 1 or 600
local TASKS = quick and 20000 or 100000 -- in one process

local LUA = "$LUA"
local TUNED = "GLIBC_TUNABLES=glibc.malloc.mxfast=0 " .. LUA
local LUAJIT = "LUA_CPATH='build/luajit/?.so;build/bench/?.so;;' luajit"

-- name, title, program, contestant and options, module it needs
local variants = {
  { "luma", "luma", LUA, "luma" },
  { "kept", "  10,000 tasks kept", LUA, "luma keep=10000" },
  { "kept_tuned", "  that, collector tuned", TUNED,
    "luma keep=10000 stepmul=8" },
  { "heap", "  80 MB of the host's own", LUA, "luma heap=80" },
  { "heap_tuned", "  that, collector tuned", TUNED, "luma heap=80 stepmul=8" },
  { "generational", "  generational collector", LUA,
    "luma collector=generational" },
  { "generational_kept", "  that and 10,000 kept", LUA,
    "luma keep=10000 collector=generational" },
  { "luajit", "  LuaJIT", LUAJIT, "luma", "luma" },
  { "luajit_kept", "  LuaJIT, 10,000 kept", LUAJIT, "luma keep=10000", "luma" },
  { "by_hand", "C by hand + lua-cjson", LUA, "by_hand" },
  { "lua_curl", "Lua-cURLv3 + lua-cjson", LUA, "lua_curl", "lcurl" },
}

local urls = {}
for line in io.lines(dir .. "/urls") do urls[#urls + 1] = line end

-- ---- running --------------------------------------------------------------

local function why_missing(variant)
  local name, _, program, _, needs = table.unpack(variant)
  return needs and missing(name, ("%s -e 'require \"%s\"'")
    :format(program, needs))
end

-- Adds the frames of one process to `rows`. `rows.start` is the longest start.
local function run(variant, rows)
  local _, _, program, words = table.unpack(variant)
  local contestant, options = words:match "^(%S+) ?(.*)$"
  local pipe = assert(io.popen(("%s bench/frame_loop.lua %s %s/stream "
    .. "%s/bundle.pem tasks=%d %s 2>>%s/errors.log"):format(program,
    contestant, urls[2], dir, TASKS, options, dir)))
  rows.start = math.max(rows.start or 0, pipe:read("n") or 0)
  for line in pipe:lines() do
    local step, busy, cpu, tasks = line:match "^(%S+) (%S+) (%S+) (%d+)$"
    if step then
      rows[#rows + 1] = {
        step = tonumber(step), busy = tonumber(busy), cpu = tonumber(cpu),
        tasks = tonumber(tasks),
      }
    end
  end
  return pipe:close()
end

local function wanted(variant)
  return variant[1] == "luma" and CONTRACT or BESIDE
end

-- In turns, so that other load on the machine affects all variants.
local function run_all()
  local all, absent, more = {}, {}, true
  for _, variant in ipairs(variants) do
    all[variant[1]] = {}
    absent[variant[1]] = why_missing(variant)
  end
  while more do
    more = false
    for _, variant in ipairs(variants) do
      local rows = all[variant[1]]
      if #rows < wanted(variant) and not absent[variant[1]] then
        io.stderr:write(("%-26s %5d frames\n"):format(variant[2], #rows))
        assert(run(variant, rows), "no frames; see " .. dir .. "/errors.log")
        more = true
      end
    end
  end
  return all, absent
end

-- ---- figures --------------------------------------------------------------

local LATE = 1 / 60

local function sorted(rows, field)
  local list = {}
  for i, row in ipairs(rows) do list[i] = row[field] end
  table.sort(list)
  return list
end

local function spread(rows, field)
  local list, late = sorted(rows, field), 0
  for _, seconds in ipairs(list) do
    if seconds > LATE then late = late + 1 end
  end
  local function percentile(p) return list[math.ceil(#list * p)] end
  return {
    p50 = percentile(0.5), p99 = percentile(0.99), p999 = percentile(0.999),
    worst = list[#list], late = late,
  }
end

-- out[i] is the number of frames that took 10^(i/10) to 10^((i+1)/10) µs.
local function histogram(rows, field)
  local counts = {}
  for i = 1, 60 do counts[i] = 0 end
  for _, row in ipairs(rows) do
    local i = math.floor(10 * math.log(row[field] * 1e6, 10))
    i = math.max(1, math.min(60, i))
    counts[i] = counts[i] + 1
  end
  return counts
end

local function result(variant, rows, absent)
  local name, title = table.unpack(variant)
  if absent then return { name = name, title = title, missing = absent } end
  local drawn = name == "luma" or name == "by_hand"
  return {
    name = name, title = title, frames = #rows, start = rows.start,
    tasks = sorted(rows, "tasks")[math.ceil(#rows / 2)],
    step = spread(rows, "step"), busy = spread(rows, "busy"),
    cpu = spread(rows, "cpu"),
    step_histogram = drawn and histogram(rows, "step") or nil,
    busy_histogram = name == "luma" and histogram(rows, "busy") or nil,
  }
end

local function figures(contract)
  local function of(what, value, target)
    return {
      what = what, value = value * 1e3, unit = "ms",
      target = ("<= %g"):format(target), reached = value * 1e3 <= target,
    }
  end
  return {
    of("step(0.001), 99.9 of 100 frames", contract.step.p999, 1.2),
    of("step(0.001), the worst frame", contract.step.worst, 2),
  }
end

-- ---- printing -------------------------------------------------------------

local function print_row(r)
  if r.missing then
    print(("%-26s    %s"):format(r.title, r.missing))
    return
  end
  local s, b = r.step, r.busy
  print(("%-26s %6d %6d %7.2f %6.2f %6.2f %7.2f %5d %7.2f %8.2f %6.2f %5d")
    :format(r.title, r.frames, r.tasks, s.p50 * 1e3, s.p99 * 1e3, s.p999 * 1e3,
    s.worst * 1e3, s.late, r.cpu.worst * 1e3, b.p999 * 1e3, b.worst * 1e3,
    b.late))
end

-- If the busy loop was slow as well, the machine was the cause.
local function print_verdict(results)
  local busy, cpu = results.variants[1].busy, results.variants[1].cpu
  for _, f in ipairs(results.figures) do
    print(("%-40s %6.2f %s %8s %s"):format(f.what, f.value, f.unit, f.target,
      f.reached and "yes" or "NO"))
  end
  local function print_beside(what, s)
    print(("%-40s %6.2f ms, worst %.2f ms"):format(what, s.p999 * 1e3,
      s.worst * 1e3))
  end
  print_beside("the CPU time of these steps", cpu)
  print_beside("a busy loop of 1 ms in the same frames", busy)
  if busy.worst > 0.002 then
    print "The busy loop was slow as well: measure again on a quiet machine."
  end
end

local function print_all(results)
  print(("\n%-26s %6s %6s %29s %5s %7s %21s"):format("", "", "tasks",
    "ms of step(0.001)      ", "", "CPU", "ms of a busy loop   "))
  print(("%-26s %6s %6s %7s %6s %6s %7s %5s %7s %8s %6s %5s"):format("",
    "frames", "each", "p50", "p99", "p99.9", "worst", "late", "worst", "p99.9",
    "worst", "late"))
  for _, r in ipairs(results.variants) do print_row(r) end
  print(("\nfetch() of %d ids took up to %.1f ms, before the first frame.\n")
    :format(TASKS, results.variants[1].start * 1e3))
  print_verdict(results)
end

local all, absent = run_all()
local results = { machine = machine(), variants = {} }
for i, variant in ipairs(variants) do
  results.variants[i] = result(variant, all[variant[1]], absent[variant[1]])
end
results.figures = figures(results.variants[1])
print_all(results)
save(quick and dir .. "/frame.json" or "bench/frame.json", results)
