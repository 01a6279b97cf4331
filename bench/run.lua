-- SPDX-License-Identifier: MIT
-- Runs the comparison. Each contestant is a process that prints one line of
-- JSON. They take turns in each round. run.sh has started nginx.

local cjson = require "cjson"
local machine = require "machine"
local missing = require "missing"
local report = require "report"
local save = require "save"

local dir = arg[1]
local quick = os.getenv "QUICK" == "1"
local ROUNDS = quick and 2 or 9

local LUA, PYTHON, NODE = "$LUA ", "/usr/bin/python3 ", "node "

-- name, title, kind, program, script, arguments to test whether it works
local contestants = {
  { "luma", "luma", "luma", LUA, "lua_luma.lua" },
  { "luma_cjson", "luma, decode = cjson.decode", "luma", LUA,
    "lua_luma.lua cjson" },
  { "lua_curl", "Lua-cURLv3 + lua-cjson", "lua", LUA, "lua_curl.lua",
    "-e 'require \"lcurl\"'" },
  { "lua_socket", "LuaSocket/LuaSec + lua-cjson", "lua", LUA, "lua_socket.lua",
    "-e 'require \"ssl.https\"'" },
  { "aiohttp", "Python aiohttp", "peer", PYTHON, "python_aiohttp.py",
    "-c 'import aiohttp'" },
  { "requests", "Python requests", "peer", PYTHON, "python_requests.py",
    "-c 'import requests'" },
  { "pycurl", "Python pycurl", "peer", PYTHON, "python_pycurl.py",
    "-c 'import pycurl'" },
  { "node_http", "Node http", "peer", NODE, "node_http.js", "--version" },
  { "undici", "Node undici", "peer", NODE, "node_undici.js",
    "-e 'require(\"undici\")'" },
  { "by_hand", "C by hand + lua-cjson", "c", LUA, "c_by_hand.lua" },
  { "limit", "the limit", "limit", LUA, "c_limit.lua both" },
  { "transfer", "  its transfer alone", "limit", LUA, "c_limit.lua transfer" },
  { "build", "  its building alone", "limit", LUA, "c_limit.lua build" },
}

local function lines_of(name)
  local list = {}
  for line in io.lines(dir .. "/" .. name) do list[#list + 1] = line end
  return list
end

local urls, ids = lines_of "urls", lines_of "ids-all"
local schemes = { http = urls[1], https = urls[2] }

local reply_bytes = 0
for i = 1, #ids, 100 do
  local file = assert(io.open(dir .. "/replies/" .. ids[i] .. ".json"))
  reply_bytes = reply_bytes + file:seek "end"
  file:close()
end

-- ---- running one --------------------------------------------------------

-- The decoded line that bench/SCRIPT prints, or nil if it failed.
local function run(program, script, url, list, ...)
  local files = (" %s/cert.pem %s/ids-%s "):format(dir, dir, list)
  local pipe = assert(io.popen(program .. "bench/" .. script .. " " .. url
    .. files .. table.concat({ ... }, " ") .. " 2>>" .. dir .. "/errors.log"))
  local line = pipe:read "l"
  return pipe:close() and line and cjson.decode(line) or nil
end

local function figure(url, list, ...)
  local result = run(LUA, "rows.lua", url, list, ...)
  return result or error("no figure; see " .. dir .. "/errors.log", 0)
end

local function why_missing(contestant)
  local program, needs = contestant[4], contestant[6]
  return needs and missing(contestant[1], program .. needs)
end

-- Whether everything was received and built.
local function is_whole(result, name)
  local received = name == "build" or not result.bytes
    or result.bytes == reply_bytes
  local built = result.count == #ids and result.last == ids[#ids]
  return received and (built or name == "transfer")
end

local function compete(contestant, url)
  local name, _, _, program, words = table.unpack(contestant)
  local script, argument = words:match "(%S+) ?(.*)"
  local result = run(program, "peers/" .. script, url .. "/" .. name, "all",
    argument)
  return result and is_whole(result, name) and result
end

-- ---- medians ------------------------------------------------------------

-- The median of each field of a list of results.
local function medians(list)
  local out = {}
  for field, sample in pairs(list[1]) do
    local values = {}
    for i, result in ipairs(list) do values[i] = result[field] end
    if type(sample) == "number" then
      table.sort(values)
      local n = #values
      out[field] = (values[(n + 1) // 2] + values[n // 2 + 1]) / 2
    end
  end
  return out
end

-- Calls the functions in turn and returns the medians of their results.
local function in_turn(rounds, functions)
  local lists, out = {}, {}
  for round = 1, rounds do
    for name, f in pairs(functions) do
      lists[name] = lists[name] or {}
      lists[name][round] = f()
    end
  end
  for name, list in pairs(lists) do out[name] = medians(list) end
  return out
end

-- ---- the rows -----------------------------------------------------------

-- The number of connections of each contestant, from nginx's log.
local function count_connections()
  local seen, count = {}, {}
  for line in io.lines(dir .. "/access.log") do
    local name, connection = line:match "^/([%w_]+)/luma/tasks (%d+) "
    if name and not seen[name .. connection] then
      seen[name .. connection] = true
      count[name] = (count[name] or 0) + 1
    end
  end
  return count
end

-- The results of all rounds, as runs[index of the contestant][scheme].
local function run_rounds(absent)
  local runs = {}
  for i in ipairs(contestants) do
    runs[i] = { http = {}, https = {}, void = false }
  end
  for round = 1, ROUNDS do
    io.stderr:write(("round %d of %d\n"):format(round, ROUNDS))
    for scheme, url in pairs(schemes) do
      for i, contestant in ipairs(contestants) do
        local result = not absent[i] and compete(contestant, url)
        runs[i].void = runs[i].void or not absent[i] and not result
        table.insert(runs[i][scheme], result or nil)
      end
    end
  end
  return runs
end

local function race()
  local absent, rows = {}, {}
  for i, contestant in ipairs(contestants) do
    absent[i] = why_missing(contestant)
  end
  local runs = run_rounds(absent)
  local connections = count_connections()
  for i, contestant in ipairs(contestants) do
    local name, title, kind = table.unpack(contestant)
    local valid = not absent[i] and not runs[i].void
    rows[i] = {
      name = name, title = title, kind = kind,
      missing = absent[i], void = runs[i].void or nil,
      http = valid and medians(runs[i].http) or nil,
      https = valid and medians(runs[i].https) or nil,
      connections = (connections[name] or 0) / ROUNDS / 2, -- in one run
    }
  end
  return rows
end

local function one_id()
  local calls = quick and 500 or 3000
  local function over(url)
    return function() return figure(url, "one", "one", calls) end
  end
  return in_turn(quick and 1 or 5, {
    http = over(schemes.http), https = over(schemes.https),
  })
end

local function each()
  local counts = quick and { 10000, 100000 } or { 10000, 100000, 1000000 }
  local out = {}
  for _, count in ipairs(counts) do
    local function with(list)
      return function()
        return figure(schemes.http .. "/stream", "one", "each", count, list)
      end
    end
    local rounds = count == 10000 and 5 or count == 100000 and 3 or 1
    out[("%d"):format(count)] =
      in_turn(rounds, { held = with "held", dropped = with "dropped" })
  end
  return out
end

local function keep()
  local out = {}
  for name, list in pairs { reference = "all", rows = "rows", wide = "wide" } do
    local function by(maker)
      return function() return figure(schemes.http, list, "keep", maker) end
    end
    out[name] =
      in_turn(quick and 1 or 7, { luma = by "luma", cjson = by "cjson" })
  end
  return out
end

local function start()
  local function of(what)
    return function() return figure(schemes.http, "one", "start", what) end
  end
  return in_turn(quick and 10 or 40, { luma = of "luma", curl = of "curl" })
end

local results = {
  machine = machine(), rounds = ROUNDS, tasks = #ids, race = race(),
  one = one_id(), each = each(), keep = keep(), start = start(),
}
results.figures = report.figures(results)
report.print(results)
save(quick and dir .. "/results.json" or "bench/results.json", results)
