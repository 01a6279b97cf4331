-- SPDX-License-Identifier: MIT
-- Every error that gateways are known to send is reported as what it is, and is
-- retried only where that helps.

local cjson = require "cjson"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local TOKEN = errors.TOKEN
local HTML = "<!DOCTYPE html>\n<html>\r\n<title>Not \226\153\165 here</title>"
local NEW_API = '{"error":{"message":"%s (request id: 7f3a)","type":"%s"}}'
local ONCE, AGAIN = 1, 3 -- requests with attempts = 3
local THROTTLED = 2      -- with attempts = 2, since their waits are long

local function json(status, body)
  return { status = status, body = body }
end

local function html(status, headers)
  return { status = status, body = HTML, content_type = "text/html",
    headers = headers }
end

-- name, what the stub does, code, requests, a part of the message
local failures = {
  -- the bodies the open gateways send
  { "new-api: no such token", json(401,
      NEW_API:format("Invalid token", "new_api_error")),
    "auth", ONCE, "Invalid token (request id: 7f3a)" },
  { "one-api: forbidden", json(403,
      NEW_API:format("quota is used up", "one_api_error")),
    "auth", ONCE, "quota is used up" },
  { "new-api: wrong path", json(404,
      NEW_API:format("Invalid URL", "invalid_request_error")),
    "rejected", ONCE, "Invalid URL" },
  { "new-api: upstream", json(500,
      NEW_API:format("upstream broke", "upstream_error")),
    "server", AGAIN, "upstream broke" },
  { "new-api: panic", json(501,
      NEW_API:format("Panic detected", "new_api_panic")),
    "server", ONCE, "Panic detected" },
  { "new-api: too many", json(429,
      NEW_API:format("slow down", "new_api_error")),
    "rate_limit", THROTTLED, "slow down" },
  { "relay: bad request", json(400,
      '{"code":"task_not_exist","message":"no task","data":null}'),
    "rejected", ONCE, "no task" },
  { "relay: no quota", json(403,
      '{"code":"quota_not_enough","message":"top up","data":null}'),
    "auth", ONCE, "top up" },
  { "relay: fetch failed", json(500,
      '{"code":"get_tasks_failed","message":"db gone","data":null}'),
    "server", AGAIN, "db gone" },
  { "dashboard", json(401,
      '{"success":false,"message":"\230\156\170\231\153\187\229\189\149"}'),
    "auth", ONCE, "\230\156\170\231\153\187\229\189\149" },
  { "Luma-API: object", json(400,
      '{"detail":{"reason":"task not found","code":1}}'),
    "rejected", ONCE, "task not found" },
  { "Luma-API: text", json(422, '{"detail":"Unprocessable id"}'),
    "rejected", ONCE, "Unprocessable id" },
  { "Midjourney style", json(403,
      '{"description":"quota_gone","type":"upstream_error","code":4}'),
    "auth", ONCE, "quota_gone" },
  { "AceDataCloud", json(400, '{"success":false,"error":{"code":"bad",'
      .. '"message":"ids are bad"},"trace_id":"t-1"}'),
    "rejected", ONCE, "ids are bad" },
  { "openai-next", json(404, '{"task_id":"a","status":"not_found",'
      .. '"error_code":10004,"message":"gone","error_type":"x"}'),
    "rejected", ONCE, "gone" },
  { "flat message", json(400, '{"message":"flat 1"}'),
    "rejected", ONCE, "flat 1" },
  { "flat msg", json(400, '{"msg":"flat 2"}'), "rejected", ONCE, "flat 2" },
  { "flat err", json(400, '{"err":"flat 3"}'), "rejected", ONCE, "flat 3" },
  { "flat error_msg", json(400, '{"error_msg":"flat 4"}'),
    "rejected", ONCE, "flat 4" },
  { "an empty 429", json(429, ""), "rate_limit", THROTTLED, "empty" },
  -- pages
  { "a page with status 200", html(200), "reply", AGAIN,
    "Not \226\153\165 here" },
  { "a page with status 404", html(404), "rejected", ONCE,
    "Not \226\153\165 here" },
  { "a page with status 502", html(502), "server", AGAIN,
    "Not \226\153\165 here" },
  { "a 301 elsewhere", html(301, { Location = "/elsewhere/luma/tasks" }),
    "redirect", ONCE },
  { "a 302 elsewhere", html(302, { Location = "/elsewhere/luma/tasks" }),
    "redirect", ONCE },
  { "a 307 elsewhere", html(307, { Location = "/elsewhere/luma/tasks" }),
    "redirect", ONCE },
  -- failures that call themselves 200
  { "an envelope's code is a word", json(200,
      '{"code":"get_tasks_failed","message":"db gone","data":null}'),
    "gateway", ONCE, "db gone" },
  { "an envelope's code is a number", json(200,
      '{"code":1,"message":"no luck","data":[]}'),
    "gateway", ONCE, "no luck" },
  { "an envelope without success", json(200,
      '{"success":false,"message":"not now","data":null}'),
    "gateway", ONCE, "not now" },
  { "an error member", json(200,
      NEW_API:format("Invalid token", "new_api_error")),
    "gateway", ONCE, "Invalid token" },
  { "a detail member", json(200, '{"detail":"broken"}'),
    "gateway", ONCE, "broken" },
  { "an error_code member", json(200, '{"task_id":"a","status":"not_found",'
      .. '"error_code":10004,"message":"gone","error_type":"x"}'),
    "gateway", ONCE, "gone" },
  { "a string", json(200, '"ok"'), "reply", AGAIN, '"ok"' },
  { "an empty body", json(200, ""), "reply", AGAIN, "empty" },
  { "an empty object", json(200, "{}"), "reply", AGAIN, "{}" },
  { "204", { status = 204 }, "reply", AGAIN, "empty" },
  -- statuses
  { "304", { status = 304 }, "reply", AGAIN },
  { "407", { status = 407 }, "connect", ONCE, "the proxy answered" },
  { "408", { status = 408 }, "rejected", AGAIN, "stub answers 408" },
  { "409", { status = 409 }, "rejected", AGAIN, "stub answers 409" },
  { "413", { status = 413 }, "rejected", ONCE, "stub answers 413" },
  { "418", { status = 418 }, "rejected", ONCE, "stub answers 418" },
  { "425", { status = 425 }, "rejected", 2, "stub answers 425" },
  { "500", { status = 500 }, "server", AGAIN, "stub answers 500" },
  { "502", { status = 502 }, "server", AGAIN, "stub answers 502" },
  { "503", { status = 503 }, "server", THROTTLED, "stub answers 503" },
  { "504", { status = 504 }, "server", AGAIN, "stub answers 504" },
  { "505", { status = 505 }, "server", ONCE, "stub answers 505" },
  { "511", { status = 511 }, "server", ONCE, "stub answers 511" },
  { "524", { status = 524 }, "server", AGAIN, "stub answers 524" },
  { "529", { status = 529 }, "server", THROTTLED, "stub answers 529" },
  { "999", { status = 999 }, "server", ONCE, "stub answers 999" },
}

local function is_throttled(what)
  return what.status == 429 or what.status == 503 or what.status == 529
end

describe("a failure in answer", function()
  local f, requests = fixture.use { token = TOKEN }, nil

  -- All at once, since some of them wait a second before they repeat.
  setup(function()
    local g = f.g
    for i, case in ipairs(failures) do
      local base = ("/%d"):format(i)
      g:route(base .. "/luma/tasks", case[2])
      case.job = f:new_lasting {
        base_url = g.http .. base,
        attempts = is_throttled(case[2]) and 2 or 3,
      }:fetch { "a", "b" }
    end
    for _, case in ipairs(failures) do
      case.tasks, case.err = case.job:result()
    end
    requests = g:journal()
  end)

  local function sent_to(path)
    local list = {}
    for _, request in ipairs(requests) do
      if request.path == path then list[#list + 1] = request end
    end
    return list
  end

  for i, case in ipairs(failures) do
    local name, status, code = case[1], case[2].status, case[3]
    local count, words = case[4], case[5]

    it(("%s is %s after %d"):format(name, code, count), function()
      local err = errors.check(case.err)
      assert.is_nil(case.tasks)
      assert.equal(code, err.code)
      assert.equal(status, err.status)
      assert.truthy(err.message:find(words or "", 1, true), err.message)
      assert.equal(count, err.attempts)
      assert.equal(count > 1, err.retryable)
      assert.is_nil(err.retry_after)
      local sent = sent_to(("/%d/luma/tasks"):format(i))
      assert.equal(count, #sent)
      assert.equal(sent[count].id, err.request_id)
      for _, request in ipairs(sent) do
        assert.same({ "a", "b" }, request.ids)
      end
    end)
  end

  it("is told for each id", function()
    for _, case in ipairs(failures) do
      local err = case.err
      assert.same({ {}, {}, {}, {} },
        { err.tasks, err.missing, err.cancelled, err.pending })
      for _, id in ipairs { "a", "b" } do
        assert.equal(err.code, err.failed[id].code)
        assert.equal(err.request_id, err.failed[id].request_id)
      end
    end
  end)

  it("is followed nowhere", function()
    assert.equal(0, #sent_to "/elsewhere/luma/tasks")
  end)
end)

describe("a failure's words", function()
  local f = fixture.use { token = TOKEN, attempts = 1 }
  local g, client = f.g, nil

  setup(function() client = f:new_lasting() end)

  local function failure(behaviour)
    g:queue(behaviour)
    local tasks, err = client:tasks "a"
    assert.is_nil(tasks)
    return errors.check(err)
  end

  it("never show a token the gateway repeats", function()
    local said = failure(json(401,
      cjson.encode { error = { message = "bad " .. TOKEN .. "!" } }))
    assert.truthy(said.message:find("bad ***!", 1, true))
    said = failure(json(502, "<p>Bearer " .. TOKEN .. "</p>"))
    assert.truthy(said.message:find("Bearer ***", 1, true))
    said = failure { status = 500,
      headers = { ["X-Oneapi-Request-Id"] = "x-" .. TOKEN } }
    assert.equal("x-***", said.request_id)
  end)

  it("never show it in another spelling", function()
    local escaped = TOKEN:gsub("-", "%%2D")
    for _, text in ipairs { escaped, (TOKEN:gsub("-", "\\u002d")),
      (TOKEN:gsub("-", "&#45;")) } do
      local said = failure(json(400, '{"odd":"' .. text .. '"}'))
      assert.truthy(said.message:find('"***"', 1, true), said.message)
    end
  end)

  it("never show a token's start where an excerpt ends", function()
    for before = 200, 270 do
      failure(json(400, ("x"):rep(before) .. TOKEN .. " y"))
      failure(json(400, '{"odd":"' .. ("x"):rep(before) .. TOKEN .. '"}'))
    end
    for before = 480, 520 do
      failure(json(400, '{"message":"' .. ("x"):rep(before) .. TOKEN .. '"}'))
    end
  end)

  it("are one line of text whatever the gateway sends", function()
    for _, odd in ipairs { "\27[31mred\27[0m", "\r\nInjected: yes", "\127",
      "\194\155", "\255\254", "\192\128", "\224\128\128", "\237\160\128",
      "\240\128\128\128", "\244\144\128\128", "\226\130",
      "\226\128\174", "\226\128\168", "\226\129\166" } do
      local err = failure(json(400, "before " .. odd .. " after"))
      assert.truthy(err.message:find "before .* after")
    end
    for _, odd in ipairs { "\\u0000", "\\u001b[31m", "\\n", "\\u007f",
      "\\u009b" } do
      local err = failure(json(400,
        '{"message":"before ' .. odd .. ' after"}'))
      assert.truthy(err.message:find "before .* after")
    end
  end)

  it("are cut where they are long", function()
    local err = failure(json(400,
      '{"message":"' .. ("\226\153\165"):rep(100000) .. '"}'))
    assert.is_true(#err.message < 700)
    err = failure(json(400, ("\226\153\165"):rep(100000)))
    assert.is_true(#err.message < 700)
  end)

  it("name the exchange by the gateway's other header, too", function()
    local err = failure { status = 400, headers = {
      ["X-Oneapi-Request-Id"] = cjson.null, ["X-Request-Id"] = "other-1",
    } }
    assert.equal("other-1", err.request_id)
    err = failure { status = 400,
      headers = { ["X-Oneapi-Request-Id"] = cjson.null } }
    assert.is_nil(err.request_id)
  end)

  it("do not matter where the answer is good", function()
    local odd = { "text/plain", "text/html; charset=utf-8", "image/png", "" }
    for _, content_type in ipairs(odd) do
      g:queue { content_type = content_type }
      local tasks, missing = client:tasks { "a", "b" }
      assert.same({ "a", "b" }, { tasks[1].id, tasks[2].id })
      assert.same({}, missing)
    end
    g:default { shape = "data_null" }
    local tasks, missing = client:tasks { "a", "b" }
    assert.same({ {}, { "a", "b" } }, { tasks, missing })
  end)

  it("were looked at in more than a hundred errors", function()
    assert.is_true(errors.seen > 100)
  end)
end)
