-- SPDX-License-Identifier: MIT
-- An id is missing only where there was a list of tasks without it.

local luma = require "luma"
local fixture = require "spec.support.fixture"

local TASK = '{"id":"a","state":"completed"}'

-- Where lists stand; %s is the list.
local PLACES = {
  "%s", '{"data":%s}', '{"code":"success","data":%s}',
  '{"code":200,"message":"","data":{"items":%s}}', '{"data":{"list":%s}}',
  '{"data":{"data":%s}}', '{"data":{"results":%s,"total":1}}',
  '{"success":true,"data":{"tasks":%s}}', '{"data":{"records":%s}}',
  '{"items":%s,"count":1}', '{"list":%s}', '{"results":%s}', '{"tasks":%s}',
  '{"records":%s}', '{"error":"","detail":{},"error_code":0,"data":%s}',
  '{"error":{"code":0,"message":""},"tasks":%s}',
}

-- Answers that have no list, and none of the tasks that were asked for.
local NO_LIST = {
  ["an empty object"] = "{}",
  ["an empty object as data"] = '{"code":200,"data":{}}',
  ["a map of ids"] = '{"data":{"a":{"state":"completed"}}}',
  ["a list under a name of its own"] = '{"data":{"page":[' .. TASK .. "]}}",
  ["a list of texts"] = '["a","b"]',
  ["a list of lists"] = "[[" .. TASK .. "]]",
  ["a list of empty objects"] = '{"data":{"items":[{},{}]}}',
  ["a message only"] = '{"code":"success","message":"ok"}',
  ["another task"] = '{"id":"other","state":"completed"}',
  ["another task in an envelope"] =
    '{"code":"success","data":{"task_id":"other","status":"SUCCESS"}}',
  ["a task that has an empty list"] = '{"id":"x","state":"pending","data":[]}',
  ["a task behind its empty list"] = '{"items":[],"id":"x","state":"pending"}',
  ["a job of the gateway's"] =
    '{"code":0,"data":{"task_id":"batch-1","results":null}}',
}

describe("a list of tasks", function()
  local f = fixture.use()
  local g = f.g

  for _, place in ipairs(PLACES) do
    it("is found in " .. place:format "[…]", function()
      g:queue({ body = place:format("[" .. TASK .. "]") },
        { body = place:format "[]" })
      local tasks, missing = f:new():tasks { "a", "b" }
      assert.equal("a", luma.id(assert(tasks, tostring(missing))[1]))
      assert.same({ "b" }, missing)
    end)
  end

  it("may be null where it is empty", function()
    for _, place in ipairs(PLACES) do
      g:queue { body = place:format "null" }
      local tasks, missing = f:new():tasks "a"
      assert.same({}, tasks, place)
      assert.same({ "a" }, missing, place)
    end
  end)

  it("may have nulls for the ids that are not known", function()
    g:queue { body = "[null,null]" }
    assert.same({ {}, { "a", "b" } }, { f:new():tasks { "a", "b" } })
  end)

  it("of a task's own is no list of tasks", function()
    g:queue { body = '{"id":"a","state":"completed","items":[{"id":"x"}]}' }
    assert.equal("x", assert(f:new():tasks "a")[1].items[1].id)
  end)

  it("of a task's own gives no tasks, whatever stands around it", function()
    g:queue({ body = '{"code":0,"data":{"id":"a","state":"completed",'
      .. '"tasks":[{"id":"b","role":"parent"}]}}' })
    local tasks = assert(f:new():tasks { "a", "b" })
    assert.equal("b", tasks[1].tasks[1].id)
    assert.is_nil(tasks[2].role)
  end)

  for what, body in pairs {
    ["errors"] = '{"data":null,"errors":[{"message":"token expired"}]}',
    ["a status that says so"] =
      '{"status":"error","message":"db down","data":null}',
    ["a status of HTTP's"] = '{"status":500,"data":[]}',
    ["an error inside"] = '{"code":200,"data":{"error":"timeout","list":[]}}',
    ["a code of its own"] = '{"errcode":40001,"data":[]}',
    ["no success, as a text"] = '{"success":"false","data":[]}',
  } do
    it("is nothing beside " .. what, function()
      g:default { body = body }
      local tasks, err = f:new { attempts = 1 }:tasks "a"
      assert.is_nil(tasks)
      assert.same({ "gateway", {} }, { err.code, err.missing })
    end)
  end

  for what, body in pairs(NO_LIST) do
    it("is not in " .. what .. ": nothing is missing then", function()
      g:default { body = body }
      local tasks, err = f:new { attempts = 2 }:tasks { "a", "b" }
      assert.is_nil(tasks)
      assert.same({ "reply", true, {} },
        { err.code, err.retryable, err.missing })
      assert.same({ "reply", "reply" },
        { err.failed.a.code, err.failed.b.code })
      assert.equal(2, #g:journal())
    end)
  end
end)
