-- SPDX-License-Identifier: MIT
-- The host, or a library of it, may call setlocale at any moment: luma reads,
-- compares and writes the same.

local children = require "spec.support.children"
local fixture = require "spec.support.fixture"

local SAID = [[
PENDING	pending
QUEUED	pending
NOT_START	pending
SUBMITTED	pending
COMPLETED	completed
SUCCESS	completed
SUCCEEDED	completed
FINISHED	completed
FAILED	failed
FAILURE	failed
CREATE_TASK_FAILED	failed
GENERATE_FAILED	failed
ERROR	failed
CANCEL	failed
CANCELLED	failed
CANCELED	failed
NOT_FOUND	failed
FINISH	completed
FAIL	failed
EXPIRED	failed
TIMED_OUT	failed
TERMINATED	failed
REJECTED	failed
IN_PROGRESS	processing
PROCESSING	processing
number	1	true
number	2	true
number	3	true
number	4	true
number	5	true
number	6	true
number	7	true
progress	true	true
waited	false
/seconds	rate_limit	true	the server asks to wait 960 s
/date	server	true	the server asks to wait 960 s
/CLIP	brought
/PAGE	link
/PACKED	brought
cannot open the folder /no/such/: No such file or directory
]]

local LIST = "[0.5,-1.25e-7,1e+300,0.3333333333333333,10]"
local BODIES = { LIST, '{"half":0.5}', '{"1.5":2.5}',
  LIST, '{"half":0.5}', '{"1.5":2.5}' }

local NUMBERS = "[0.1,10.5,1e300,5e-324,18446744073709551616,"
  .. "123456789012345678901234567890.5,1.00000000000000011102230246251566]"

describe("setlocale", function()
  local f, g

  setup(function()
    f = fixture.start()
    g = f.g
  end)
  teardown(function() f:stop() end)

  local function rows()
    local list = {}
    for word in SAID:gmatch "([%u_]+)\t%l+\n" do
      list[#list + 1] = ('{"task_id":"%s","status":"%s"}'):format(word, word)
    end
    return '{"code":"success","data":[' .. table.concat(list, ",") .. "]}"
  end

  local function answer()
    g:route("/words/luma/tasks", { body = rows() })
    g:route("/numbers", { body = NUMBERS })
    g:route("/progress", { body =
      '[{"id":"a","progress":"10.5%"},{"id":"b","progress":49.725}]' })
    g:route("/bodies", { body = "1" })
    g:route("/seconds", { status = 429, headers = { ["Retry-After"] = "960" } })
    g:route("/date", { status = 503, headers = {
      ["Retry-After"] = "Sun, 06 Nov 1994 09:05:37 GMT",
      Date = "Sunday, 06-Nov-94 08:49:37 GMT" } })
    g:file("/CLIP", { type = "VIDEO/MP4" })
    g:file("/PAGE", { type = "TEXT/HTML; X=VIDEO/MP4" })
    g:file("/PACKED", { headers = { ["Content-Encoding"] = "IDENTITY" } })
  end

  local function check(name, moment)
    g:reset()
    answer()
    local ended = children.run {
      { "spec/programs/foreign.lua", name, moment, g.http },
    }[1]
    assert.equal(SAID .. SAID, ended.output)
    local bodies = {}
    for _, request in ipairs((g:journal())) do
      if request.path == "/bodies" then bodies[#bodies + 1] = request.body end
    end
    assert.same(BODIES, bodies)
  end

  it("need not be called", function() check("C", "never") end)

  for _, name in ipairs { "tr_TR.UTF-8", "de_DE.UTF-8" } do
    for moment, when in pairs { before = "before require",
      after = "after require", between = "between two calls" } do
      it(("to %s %s changes nothing"):format(name, when), function()
        check(name, moment)
      end)
    end
  end
end)
