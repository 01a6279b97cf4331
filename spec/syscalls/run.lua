-- SPDX-License-Identifier: MIT
-- Lets one system call after another fail in a program that does one job of
-- each kind (spec/programs/refused.lua), and looks at how the program ends:
--
--   lua5.4 spec/syscalls/run.lua full|fast AT_ONCE [CALL]...
--
-- Each call fails at its first time in each thread, at its second and so on,
-- until no thread makes it so often; then from the first on, from the second
-- on, and so on in growing steps.

local folder = require "spec.support.folder"
local gateway = require "spec.support.gateway"
local calls = require "spec.syscalls.calls"
local process = require "spec.support.process"

local mode, at_once = arg[1], math.tointeger(arg[2])
local FAST = 2     -- how often a call fails in the fast run
local MOST = 1000
local SECONDS = 120 -- for the program; it needs much less

local PATH = "/luma/generations"
local g, dir = gateway.start(), folder.new()
local passed, failed = 0, 0

local function prepare(base)
  g:reset()
  g:default { extra = { video = { download_url = base .. "/clip" } } }
  g:route(PATH, { body = '{"id":"new","state":"pending"}', status = 201 })
  g:route("/silent", { stall = "request" })
  g:file("/clip", {})
end

-- ---- one point ------------------------------------------------------------

-- The folder that the program works in also has the mark.
local function start(point, base)
  local name = ("%s-%s-%s"):format(point.call, point.error, point.when)
  point.path = dir:at(name)
  point.mark = dir:at(name .. ".mark")
  assert(os.execute(("mkdir %s; >%s"):format(point.path, point.mark)))
  point.process = process.start {
    "spec/syscalls/attach.sh", point.mark,
    ("-e trace=%s -e inject=%s:error=%s:when=%s"):format(point.call,
      point.call, point.error, point.when),
    process.LUA, "spec/programs/refused.lua", base, g.ca, point.path,
    point.mark,
    program = "sh", seconds = SECONDS,
  }
  return point
end

local function is_reached(point)
  local file = io.open(point.mark .. ".trace")
  if not file then return false end
  local text = file:read "a"
  file:close()
  return text:find("(INJECTED)", 1, true) ~= nil
end

local CANCELLED = { closed = true, silent = true }

-- What the program says: a word for the kind of job, and a code.
local function wrong_code(point, output)
  for kind, code in output:gmatch "(%l+) ([%l_]+)[^\n]*" do
    local fits = code == "ok" and kind ~= "silent" or point.codes[code]
      or code == "cancelled" and CANCELLED[kind]
    if not fits then return ("%s ends with %s"):format(kind, code) end
  end
end

-- While calls fail, a generation is submitted at most once; afterwards another
-- one is, with the same prompt.
local function is_submitted_well(point)
  local count = 0
  for _, request in ipairs((g:journal())) do
    if request.path == PATH and request.body:find(point.mark, 1, true) then
      count = count + 1
    end
  end
  return count == 1 or count == 2
end

-- Whether the call was made so often. Counts the point if it was.
local function finish(point)
  local ended = point.process:finish()
  local reached = is_reached(point)
  local why = ended.code ~= 0 and "exit " .. ended.code
    or wrong_code(point, ended.output)
    or not is_submitted_well(point) and "a generation is submitted twice"
  os.execute("rm -rf " .. point.path .. " " .. point.mark .. "*")
  if not reached and not why then return false end
  if why then
    failed = failed + 1
    print(("BAD %s %s when=%s: %s\n%s"):format(point.call, point.error,
      point.when, why, ended.output))
  else
    passed = passed + 1
  end
  return reached
end

-- ---- all points -----------------------------------------------------------

-- The codes of a line of the table.
local function set_of(words)
  local set = {}
  for word in words:gmatch "%S+" do set[word] = true end
  return set
end

-- Runs the points, some at once, until one is not reached.
local function sweep(call, error, base, moments)
  local codes, i = set_of(call.codes), 0
  repeat
    local points, reached = {}, true
    prepare(base)
    while #points < at_once and moments[i + 1] do
      i = i + 1
      points[#points + 1] = start({ call = call[1], error = error,
        when = moments[i], codes = codes }, base)
    end
    for _, point in ipairs(points) do reached = finish(point) and reached end
  until not reached or not moments[i + 1]
end

-- A call that is interrupted, or would have to wait, can be made again.
local PASSES = { EINTR = true, EAGAIN = true }

-- The numbers up to MOST, with steps that may grow.
local function moments(suffix, growth)
  local list, n, step = {}, 1, 1
  while n <= (mode == "fast" and FAST or MOST) do
    list[#list + 1] = n .. suffix
    n, step = n + step, step + growth
  end
  return list
end

local function check(call)
  local before, bad = passed, failed
  local once, onward = moments("", call.step and 1 or 0), moments("+", 1)
  for error in call[2]:gmatch "%S+" do
    if mode == "fast" then
      sweep(call, error, g.http, once)
      break
    end
    for _, base in ipairs { g.http, call.tls and g.https } do
      sweep(call, error, base, once)
      if not PASSES[error] then sweep(call, error, base, onward) end
    end
  end
  local points = passed + failed - before - bad
  print(("%-20s %4d points, %d bad"):format(call[1], points, failed - bad))
  if points == 0 then failed = failed + 1 end -- the call has another name here
end

local wanted = {}
for i = 3, #arg do wanted[arg[i]] = true end
for _, call in ipairs(calls) do
  if not next(wanted) or wanted[call[1]] then check(call) end
end
dir:remove()
g:stop()
print(("syscalls: %d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and passed > 0)
