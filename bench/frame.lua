-- SPDX-License-Identifier: MIT
-- Measures frames. The variants of frame_loop.lua take turns, each in a process
-- of its own, until each variant has enough frames. frame.sh has started nginx.
-- Each frame also has the control, a busy loop of the same length. What counts
-- is the difference between step and control.

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

-- The figures of a step minus those of the control in the same frames.
local function minus(step, busy)
  local out = {}
  for field, value in pairs(step) do out[field] = value - busy[field] end
  return out
end

local function result(variant, rows, absent)
  local name, title = table.unpack(variant)
  if absent then return { name = name, title = title, missing = absent } end
  local drawn = name == "luma" or name == "by_hand"
  local step, busy = spread(rows, "step"), spread(rows, "busy")
  return {
    name = name, title = title, frames = #rows, start = rows.start,
    tasks = sorted(rows, "tasks")[math.ceil(#rows / 2)],
    step = step, busy = busy, difference = minus(step, busy),
    cpu = spread(rows, "cpu"),
    step_histogram = drawn and histogram(rows, "step") or nil,
    busy_histogram = name == "luma" and histogram(rows, "busy") or nil,
  }
end

-- Targets in ms for what a step takes longer than the control.
local function figures(contract)
  local function of(what, field, target)
    local value = contract.difference[field] * 1e3
    return {
      what = what, unit = "ms", step = contract.step[field] * 1e3,
      control = contract.busy[field] * 1e3, value = value,
      cpu = contract.cpu[field] * 1e3,
      target = ("<= %g"):format(target), reached = value <= target,
    }
  end
  return {
    of("99.9 of 100 frames, at most", "p999", 0.2),
    of("the worst frame", "worst", 1),
  }
end

-- ---- printing -------------------------------------------------------------

local LINE = "%-26s %6s %6s  %-11s %7s %7s %7s %7s %5s"

local function print_line(title, frames, tasks, what, s)
  local function ms(seconds) return ("%7.2f"):format(seconds * 1e3) end
  print(LINE:format(title, frames, tasks, what, ms(s.p50), ms(s.p99),
    ms(s.p999), ms(s.worst), s.late))
end

local function print_row(r)
  if r.missing then
    print(("%-26s    %s"):format(r.title, r.missing))
    return
  end
  print_line(r.title, r.frames, r.tasks, "step", r.step)
  print_line("", "", "", "control", r.busy)
  print_line("", "", "", "difference", r.difference)
  print_line("", "", "", "CPU of step", r.cpu)
end

local function print_figures(results)
  print(("%-30s %7s %7s %10s %7s %7s"):format("ms", "step", "control",
    "difference", "target", "CPU"))
  for _, f in ipairs(results.figures) do
    print(("%-30s %7.2f %7.2f %10.2f %7s %7.2f %s"):format(f.what, f.step,
      f.control, f.value, f.target, f.cpu, f.reached and "yes" or "NO"))
  end
end

-- If the control was slow, other load was the cause. It may hit either of the
-- two, so then the CPU time of the step says more than the difference.
local function print_all(results)
  print(("\nstep: step(0.001). control: a busy loop of 1 ms, same frames."
    .. " In ms; late: more than %.1f ms\n"):format(LATE * 1e3))
  print(LINE:format("", "frames", "tasks", "", "p50", "p99", "p99.9", "worst",
    "late"))
  for _, r in ipairs(results.variants) do print_row(r) end
  print(("\nfetch() of %d ids took up to %.1f ms, before the first frame.\n")
    :format(TASKS, results.variants[1].start * 1e3))
  print_figures(results)
  if results.variants[1].busy.worst > 0.002 then
    print "The control was slow as well, so the difference may be chance."
    print "Measure again on a quiet machine."
  end
end

local all, absent = run_all()
local results = { machine = machine(), variants = {} }
for i, variant in ipairs(variants) do
  results.variants[i] = result(variant, all[variant[1]], absent[variant[1]])
end
results.figures = figures(results.variants[1])
print_all(results)
save(quick and dir .. "/frame.json" or "bench/frame.json", results)
