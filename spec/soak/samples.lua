-- SPDX-License-Identifier: MIT
-- What this process uses of the system, as time goes by.
--
--   samples.open(path)     where the samples are written, a line each
--   samples.take()         takes one
--   samples.rest()         one at rest: no job runs, and all clients but one are
--                          closed
--   samples.judge()        what has grown from rest to rest, as a text, or nil
--   samples.figures()      the numbers behind that, as a text

local cqueues = require "cqueues"
local lfs = require "lfs"
local posix = require "posix"

local now = cqueues.monotime

local NAMES = { "seconds", "threads", "descriptors", "rss_kb", "malloc_kb",
  "lua_kb", "at_rest" }

-- The first rests are not judged: caches fill.
local WARM_UP = 1 / 4
local FEWEST = 4 -- rests after the first that is judged
local DEATH = 5 -- seconds until the threads of a dropped client have ended

-- How many more there may be at rest. In all runs without a leak there were
-- none, but each of the two connections of the lasting client may have died and
-- be there beside a new one.
local MORE = { threads = 0, descriptors = 2 }

-- By how much memory may grow while it is judged: so much in an hour, but at
-- least by what comes and goes. In ten minutes without a leak, malloc had given
-- out 1,850 to 1,930 kB at each rest (32 kB of that is Lua's stack), and the
-- RSS was 25 to 29 MB, since malloc keeps what it gets back.
local PER_HOUR = 100 -- kB
local NOISE = { malloc_kb = 64, rss_kb = 3000 }

local samples = {}

local file
local start = now()
local highest = { threads = 0, descriptors = 0, rss_kb = 0 }
local rests = {} -- by name: a list
for _, name in ipairs(NAMES) do rests[name] = {} end

local function entries_of(path)
  local count = 0
  for name in lfs.dir(path) do
    if name:find "^%d" then count = count + 1 end
  end
  return count
end

local function threads() return entries_of "/proc/self/task" end

local function rss_kb()
  local status <close> = io.open "/proc/self/status"
  return tonumber(status:read("a"):match "VmRSS:%s*(%d+)")
end

function samples.open(path)
  file = assert(io.open(path, "w"))
  file:setvbuf "line"
  file:write(table.concat(NAMES, "\t"), "\n")
end

function samples.take(at_rest)
  local sample, line = {
    seconds = now() - start, at_rest = at_rest and 1 or 0,
    threads = threads(), rss_kb = rss_kb(),
    descriptors = entries_of "/proc/self/fd" - 1, -- without the one that looks
    malloc_kb = posix.allocated() / 1024, lua_kb = collectgarbage "count",
  }, {}
  for i, name in ipairs(NAMES) do line[i] = ("%.9g"):format(sample[name]) end
  file:write(table.concat(line, "\t"), "\n")
  for name, most in pairs(highest) do
    highest[name] = math.max(most, sample[name])
  end
  return sample
end

function samples.rest()
  local usual, deadline = rests.threads[1] or math.huge, now() + DEATH
  while threads() > usual and now() < deadline do cqueues.sleep(0.01) end
  for name, value in pairs(samples.take(true)) do
    table.insert(rests[name], value)
  end
end

-- The first rest that is judged.
local function first() return math.ceil(#rests.seconds * WARM_UP) + 1 end

local function hours()
  return (rests.seconds[#rests.seconds] - rests.seconds[first()]) / 3600
end

-- How many more there were at most than at the first.
local function more(name)
  local list, most = rests[name], 0
  for i = first(), #list do most = math.max(most, list[i] - list[first()]) end
  return most
end

-- By how much it has grown, along the line of the least squares.
local function growth(name)
  local n, x, y, xx, xy = 0, 0, 0, 0, 0
  for i = first(), #rests.seconds do
    local a, b = rests.seconds[i] / 3600, rests[name][i]
    n, x, y, xx, xy = n + 1, x + a, y + b, xx + a * a, xy + a * b
  end
  return (n * xy - x * y) / (n * xx - x * x) * hours()
end

function samples.judge()
  for name, limit in pairs(MORE) do
    if more(name) > limit then
      return ("%d more %s at rest"):format(more(name), name)
    end
  end
  if #rests.seconds - first() < FEWEST then return "too short to judge" end
  for name, noise in pairs(NOISE) do
    local limit = math.max(noise, PER_HOUR * hours())
    if growth(name) > limit then
      return ("%s grew by %.0f, and may by %.0f"):format(name, growth(name),
        limit)
    end
  end
end

function samples.figures()
  return (("at most %d threads, %d descriptors, %.0f MB; in %.0f s of %d rests "
    .. "%+d threads, %+d descriptors, %+.0f kB of malloc, %+.0f kB of RSS")
    :format(highest.threads, highest.descriptors, highest.rss_kb / 1000,
      hours() * 3600, #rests.seconds - first() + 1, more "threads",
      more "descriptors", growth "malloc_kb", growth "rss_kb"))
end

return samples
