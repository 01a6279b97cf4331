-- SPDX-License-Identifier: MIT
-- A connection breaks in each phase, in each way, over each transport, and
-- HTTP/2 goes wrong in ways of its own: every id has its one outcome, no later
-- than the deadline; no request too many is sent; afterwards the client works.

local cjson = require "cjson"
local cqueues = require "cqueues"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local DEADLINE, LATE = 3, 0.05 -- seconds; the second is what luma promises
local TICK = 0.001 -- of luma's clock
local ATTEMPTS = 2

-- Versions of libcurl differ in whether they hand out a head behind which the
-- connection breaks.
local VARIES = { cut = "network truncated" }

local FAULTS = { "reset", "close", "half close", "garbage", "stall", "drip" }

-- The code that each fault ends in. HTTP without TLS has no handshake. A server
-- that closes is heard of as one that resets, where it leaves bytes unread.
local CODES = {
  http = [[
    accept         network   network   network   reply     deadline deadline
    request head   network   network   network   reply     deadline deadline
    request body   network   network   network   reply     deadline deadline
    status line    network   network   network   reply     deadline deadline
    response head  truncated truncated truncated reply     deadline deadline
    response body  truncated truncated truncated truncated deadline deadline
  ]],
  https = [[
    accept         network   network   network   tls       deadline tls
    hello          network   network   network   tls       deadline deadline
    handshake      network   network   network   reply     deadline deadline
    request head   network   network   network   reply     deadline deadline
    request body   network   network   network   reply     deadline deadline
    status line    network   network   network   reply     deadline deadline
    response head  truncated truncated truncated reply     deadline deadline
    response body  truncated truncated truncated truncated deadline deadline
  ]],
  h2 = [[
    accept         network   network   network   tls       deadline tls
    hello          network   network   network   tls       deadline deadline
    handshake      network   network   network   network   deadline deadline
    request head   network   network   network   network   deadline deadline
    request body   network   network   network   network   deadline deadline
    status line    network   network   network   network   deadline deadline
    response head  cut       cut       cut       cut       deadline deadline
    response body  truncated truncated truncated truncated deadline deadline
  ]],
}

-- What a server of HTTP/2 sends (see spec/stub/frames.lua), and the codes that
-- follow in one version of libcurl or another; `came`: ids that come before.
local FRAMES = {
  { "GOAWAY before", "network" },
  { "GOAWAY during", "ok" },
  { "GOAWAY after", "ok" },
  { "GOAWAY and no more", "network truncated", came = { "a" } },
  { "REFUSED_STREAM", "network" },
  { "INTERNAL_ERROR", "network" },
  { "CANCEL", "network" },
  { "NO_ERROR", "network" },
  { "CANCEL in the body", "network truncated", came = { "a" } },
  { "NO_ERROR in the body", "network truncated", came = { "a" } },
  { "an end in the body", "truncated", came = { "a" } },
  { "an end before content-length", "network ok" },
  { "more than content-length", "network truncated" },
  { "a head alone", "reply" },
  { "no status", "network reply" },
  { "two heads", "network truncated" },
  { "data before the head", "network" },
  { "a wrong index of HPACK", "network truncated" },
  { "1,000 informational heads", "too_large" },
  { "trailers", "ok" },
  { "frames of an unknown kind", "ok" },
  { "another stream", "network" },
  { "a promise", "network" },
  { "a frame that is too long", "network" },
  { "too much padding", "deadline truncated" },
  { "a window that grows by 0", "network" },
  { "a window that overflows", "network" },
  { "20,000 SETTINGS", "network" },
  { "20,000 PINGs", "ok network" },
  { "100 kB of headers", "too_large" },
  { "CONTINUATION for ever", "network too_large" },
}

-- For each of them the name of its server, the codes, and the ids that come
local function cases_of(transport)
  local cases = {}
  for line in CODES[transport]:gmatch "[^\n]+" do
    local phase, codes = line:match "^ *(.-)  +(.-) *$"
    local nth = 0
    for code in (codes or ""):gmatch "%a+" do
      nth = nth + 1
      cases[#cases + 1] = {
        name = table.concat({ transport, phase, FAULTS[nth] }, "/"),
        codes = VARIES[code] or code,
        came = phase == "response body" and { "a" } or {},
      }
    end
  end
  return cases
end

local function frame_cases()
  local cases = {}
  for i, way in ipairs(FRAMES) do
    cases[i] = { name = "h2/frames/" .. way[1], codes = way[2],
      came = way.came or {} }
  end
  return cases
end

describe("a connection that breaks", function()
  local f = fixture.use { token = errors.TOKEN, attempts = ATTEMPTS }
  local server
  local count, worst = 0, -DEADLINE

  before_each(function()
    local pipe = io.popen "exec env -u LD_PRELOAD lua5.4 spec/stub/faults.lua"
    server = cjson.decode(pipe:read "*l")
    server.pipe = pipe
  end)
  after_each(function()
    os.execute("kill " .. server.pid)
    server.pipe:close()
    os.remove(server.ca)
  end)

  -- For `make promises`
  teardown(function()
    if os.getenv "LUMA_FIGURES" then
      print(("%d faults, no outcome later than %.0f ms after its deadline")
        :format(count, worst * 1000))
    end
  end)

  local function begin(case)
    local transport = case.name:match "%w+"
    local tls = transport ~= "http"
    local host = tls and "https://localhost:" or "http://127.0.0.1:"
    case.client = f:new {
      base_url = host .. ("%d"):format(server.ports[case.name]),
      ca_file = tls and server.ca, http2 = transport == "h2",
    }
    case.from = fixture.now()
    case.job = case.client:fetch({ "a", "b" }, { deadline = DEADLINE })
  end

  -- Waits until all are done, and notes when each of them was.
  local function finish(cases)
    local open, last = #cases, fixture.now() + 10 * DEADLINE
    while open > 0 do
      assert.is_true(fixture.now() < last, "a job does not end")
      for _, case in ipairs(cases) do
        case.client:step()
        if not case.seconds and case.job:done() then
          case.seconds, open = fixture.now() - case.from, open - 1
        end
      end
      cqueues.sleep(0.001)
    end
  end

  local function check_error(case, err)
    errors.check(err)
    if err.code == "deadline" then
      assert.is_true(case.seconds >= DEADLINE - TICK, case.name)
    else
      assert.equal(err.retryable and ATTEMPTS or 1, err.attempts, case.name)
    end
    local came, failed = fixture.ids_of(err.tasks), {}
    for id in pairs(err.failed) do failed[#failed + 1] = id end
    assert.same(came[1] and { "b" } or { "a", "b" }, fixture.sorted(failed),
      case.name)
  end

  -- Gives by how much it was later than the deadline, in seconds.
  local function check(case)
    local tasks, err = case.job:result()
    local outcome = tasks and "ok" or err.code
    local came = table.concat(fixture.ids_of(tasks or err.tasks))
    if not tasks then check_error(case, err) end
    local codes = " " .. case.codes .. " "
    assert.truthy(codes:find(" " .. outcome .. " ", 1, true),
      case.name .. ": " .. outcome)
    if tasks then
      assert.equal("ab", came, case.name)
    elseif came ~= "" or codes == " " .. outcome .. " " then
      assert.equal(table.concat(case.came), came, case.name)
    end
    local late = case.seconds - DEADLINE
    assert.is_true(not fixture.PLAIN or late < 10 * LATE, case.name .. late)
    return late
  end

  -- How often each server was asked.
  local function requests()
    local counts = {}
    os.execute("kill " .. server.pid)
    for name in server.pipe:lines() do counts[name] = (counts[name] or 0) + 1 end
    return counts
  end

  local function check_requests(cases)
    local counts = requests()
    for _, case in ipairs(cases) do
      local most = ATTEMPTS + 1
      -- A row that is not JSON is asked for again.
      if case.name:find "response body/garbage" then most = most + 2 end
      assert.is_true((counts[case.name] or 0) <= most, case.name)
    end
  end

  local function check_all(cases)
    for _, case in ipairs(cases) do begin(case) end
    finish(cases)
    for _, case in ipairs(cases) do
      count, worst = count + 1, math.max(worst, check(case))
    end
    os.execute("kill -HUP " .. server.pid)
    for _, case in ipairs(cases) do
      assert(case.client:tasks { "c" }, case.name)
    end
    check_requests(cases)
  end

  for transport in pairs(CODES) do
    it("over " .. transport .. " costs no id, and no time", function()
      check_all(cases_of(transport))
    end)
  end

  it("for many requests at once costs each of them its attempts", function()
    local name = "h2/frames/REFUSED_STREAM"
    local client = f:new { ca_file = server.ca, http2 = true, batch_size = 1,
      base_url = ("https://localhost:%d"):format(server.ports[name]) }
    local ids = { "a", "b", "c", "d" }
    assert.is_nil((client:tasks(ids, { deadline = DEADLINE })))
    local sent = requests()[name]
    assert.is_true(sent >= 1 and sent <= #ids * ATTEMPTS, sent)
  end)

  it("in frames of HTTP/2 costs no id, and no time", function()
    check_all(frame_cases())
  end)
end)
