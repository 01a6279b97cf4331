-- SPDX-License-Identifier: MIT
-- A connection breaks in each phase, in each way, over each transport: every id
-- has its one outcome, no later than the deadline; no request too many is sent;
-- and afterwards the client works.

local cjson = require "cjson"
local cqueues = require "cqueues"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local DEADLINE, LATE = 2, 0.05 -- seconds; the second is what luma promises
local TICK = 0.001 -- of luma's clock
local ATTEMPTS = 2

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
    response head  network   network   network   network   deadline deadline
    response body  truncated truncated truncated truncated deadline deadline
  ]],
}

-- Lists of a transport, a phase, a fault and a code.
local function cases_of(transport)
  local cases = {}
  for line in CODES[transport]:gmatch "[^\n]+" do
    local phase, codes = line:match "^ *(.-)  +(.-) *$"
    local nth = 0
    for code in (codes or ""):gmatch "%a+" do
      nth = nth + 1
      cases[#cases + 1] = {
        phase = phase, fault = FAULTS[nth], code = code,
        name = table.concat({ transport, phase, FAULTS[nth] }, "/"),
      }
    end
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

  local function begin(case, transport)
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
    local open = #cases
    while open > 0 do
      for _, case in ipairs(cases) do
        case.client:step()
        if not case.seconds and case.job:done() then
          case.seconds, open = fixture.now() - case.from, open - 1
        end
      end
      cqueues.sleep(0.001)
    end
  end

  local function check(case)
    local tasks, err = case.job:result()
    assert.is_nil(tasks, case.name)
    errors.check(err)
    assert.equal(case.code, err.code, case.name)
    if err.code == "deadline" then
      assert.is_true(case.seconds >= DEADLINE - TICK, case.name)
    else
      assert.same({ ATTEMPTS, true }, { err.attempts, err.retryable },
        case.name)
    end
    local late = case.seconds - DEADLINE
    assert.is_true(not fixture.PLAIN or late < 10 * LATE, case.name .. late)
    local came = case.phase == "response body" and { "a" } or {}
    assert.same(came, fixture.ids_of(err.tasks), case.name)
    assert.is_nil(err.failed[came[1]])
    assert.truthy(err.failed.b and (came[1] or err.failed.a), case.name)
    return late
  end

  -- How often each server was asked.
  local function requests()
    local counts = {}
    os.execute("kill " .. server.pid)
    for name in server.pipe:lines() do counts[name] = (counts[name] or 0) + 1 end
    return counts
  end

  for transport in pairs(CODES) do
    it("over " .. transport .. " costs no id, and no time", function()
      local cases = cases_of(transport)
      for _, case in ipairs(cases) do begin(case, transport) end
      finish(cases)
      for _, case in ipairs(cases) do
        count, worst = count + 1, math.max(worst, check(case))
      end
      os.execute("kill -HUP " .. server.pid)
      for _, case in ipairs(cases) do
        assert(case.client:tasks { "c" }, case.name)
      end
      local counts = requests()
      for _, case in ipairs(cases) do
        local most = ATTEMPTS + 1
        -- A row that is not JSON is asked for again.
        if case.name:find "response body/garbage" then most = most + 2 end
        assert.is_true((counts[case.name] or 0) <= most, case.name)
      end
    end)
  end
end)
