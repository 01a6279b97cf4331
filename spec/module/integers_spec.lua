-- SPDX-License-Identifier: MIT
-- Whole numbers beyond 32 bits are right on every Lua, also on one whose
-- lua_Integer is an int (`make narrow` runs this with one).

local downloads = require "spec.support.downloads"
local luma = require "luma"

local NUMBERS = { 2 ^ 31 - 1, 2 ^ 31, -2 ^ 31, -2 ^ 31 - 1, 2 ^ 32 - 1, 2 ^ 32,
  1700000000000, -1700000000000, 2 ^ 53 - 1, -2 ^ 53 + 1 }

local function digits(number) return ("%.0f"):format(number) end

describe("a whole number beyond 32 bits", function()
  local d = downloads.use { attempts = 1 }
  local g = d.g

  it("comes as it is in a document", function()
    for _, number in ipairs(NUMBERS) do
      g:default { texts = { a = '{"id":"a","n":' .. digits(number) .. "}" } }
      assert.equal(number, assert(d.client:tasks { "a" })[1].n)
    end
  end)

  it("is written as it is into a request", function()
    g:route("/x", { body = "{}" })
    local job = assert(d.client:request("POST", "/x", { list = NUMBERS }))
    assert(job:result())
    local texts = {}
    for i, number in ipairs(NUMBERS) do texts[i] = digits(number) end
    assert.equal('{"list":[' .. table.concat(texts, ",") .. "]}",
      g:journal()[1].body)
  end)

  it("is an id with all its digits", function()
    for _, number in ipairs(NUMBERS) do
      assert.equal(digits(number), luma.id { id = number })
    end
  end)

  it("is told as the size of a file", function()
    g:file("/clip", { lie = 3000000000, ["then"] = "stall" })
    local total
    local job = d:start(g.http .. "/clip", {
      on_progress = function(p) total = p.total_bytes end,
    })
    while not total or total == 0 do
      assert.is_true(d.client:step() > 0)
      d.client:wait()
    end
    assert.equal(3000000000 + downloads.SIZE, total)
    assert.equal(total, job:progress().total_bytes)
    job:cancel()
  end)

  it("can be the value of an option", function()
    d:client_of { max_reply = 2 ^ 31, max_undelivered = 2 ^ 31 }
    assert(d.client:tasks { "a" })
    g:file("/clip", { lie = 3000000000 })
    local size = 3000000000 + downloads.SIZE
    d:refused("too_large", "/clip", { max_bytes = size - 1 })
    local _, err = d:bring("/clip", { max_bytes = size })
    assert.equal("truncated", err.code)
  end)

  it("is refused as an option that has a lower limit", function()
    for _, name in ipairs { "batch_size", "connections", "attempts",
      "max_reply", "max_task", "max_undelivered" } do
      for _, number in ipairs { 2 ^ 31 + 1, 2 ^ 32, 2 ^ 32 + 1, 2 ^ 53 } do
        local ok, why = pcall(luma.client, { token = "t", [name] = number })
        assert.is_false(ok, name)
        assert.truthy(why:find(name .. ": must be from 1 to", 1, true), why)
      end
    end
  end)
end)
