-- SPDX-License-Identifier: MIT
-- Uses luma for so many hours as a busy host does, on a stub gateway of which a
-- fifth of the responses goes wrong:
--
--   lua5.4 spec/soak/soak.lua HOURS FILE     FILE: where the samples go

package.path = "./?.lua;spec/stub/?.lua;" .. package.path

local hours, path = tonumber(arg[1]), arg[2]

local native = require "spec.support.native"
local native_path, remove_native = native "posix"
package.cpath = native_path .. ";" .. package.cpath
local posix = require "posix"
remove_native()

local cqueues = require "cqueues"
local folder = require "spec.support.folder"
local gateway = require "spec.support.gateway"
local clients = require "spec.soak.clients"
local jobs = require "spec.soak.jobs"
local samples = require "spec.soak.samples"

local FAULTS = 0.2      -- of all responses
local PACE = 200        -- jobs a second, at most
local LEAST = 100000    -- ids in ten minutes
local HANG = 120        -- seconds without a sample that end this process

local now = cqueues.monotime
local SECONDS = hours * 3600
local BETWEEN = math.max(2, math.min(60, SECONDS / 30)) -- two rests
local SEED = os.time()

local function work(g, seconds)
  local start, sampled, started = now(), now(), 0
  g:weather(math.random(1 << 30), FAULTS)
  while now() - start < seconds do
    local due = math.min((now() - start) * PACE - started, 20)
    started = started + due - clients.turn(due)
    clients.wait()
    if now() - sampled >= 1 then
      sampled = sampled + 1
      samples.take(false)
      posix.alarm(HANG)
    end
  end
end

local function rest(g)
  g:weather(1, 0)
  clients.rest()
  clients.touch()
  collectgarbage()
  collectgarbage()
  samples.rest()
end

local function soak(g)
  posix.alarm(HANG)
  clients.start(g)
  rest(g)
  local start = now()
  repeat
    work(g, BETWEEN)
    rest(g)
  until now() - start >= SECONDS
  return now() - start
end

local function report(seconds)
  local c = jobs.counts
  print(("soak: %d ids with one outcome each (%d tasks, %d missing, %d failed, "
    .. "%d cancelled, %d pending) in %d jobs of %d clients, %d a second; %d "
    .. "files, %d MB; %s"):format(c.ids, c.task, c.missing, c.failed,
    c.cancelled, c.pending, c.jobs, clients.count, c.ids // seconds, c.files,
    c.bytes // 1000000, samples.figures()))
end

local function too_few(seconds)
  local least = LEAST * math.min(1, seconds / 600)
  if jobs.counts.ids < least then
    return ("only %d ids, %d expected"):format(jobs.counts.ids, least)
  end
end

local function main()
  local g, to = gateway.start(), folder.new()
  g:record(false)
  jobs.folder = to.path
  math.randomseed(SEED)
  samples.open(path)
  local ok, seconds = xpcall(soak, debug.traceback, g)
  g:stop()
  to:remove()
  local trouble = not ok and seconds or samples.judge() or too_few(seconds)
  if ok then report(seconds) end
  if trouble then print(("soak: seed %d: %s"):format(SEED, trouble)) end
  print(("soak: %s"):format(trouble and "0 passed, 1 failed"
    or "1 passed, 0 failed"))
  os.exit(not trouble)
end

main()
