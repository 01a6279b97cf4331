-- SPDX-License-Identifier: MIT
-- client:request gives the value of every response: as its result unless the
-- response plainly says that the request has failed, and else in the error.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local luma = require "luma"

describe("the value of a response", function()
  local f = fixture.use()
  local g = f.g

  local PATH = "/luma/generations"

  -- The result of one POST, for a response with this body.
  local function post(body, more, options, deadline)
    local behaviour = more or {}
    behaviour.body = body
    g:reset()
    g:route(PATH, behaviour)
    local job = assert(f:new(options):request("POST", PATH, "{}",
      { deadline = deadline }))
    return job:result()
  end

  it("is the result unless it plainly says failure", function()
    for _, body in ipairs {
      '{"code":1,"description":"Submit success","result":"1320098173412546"}',
      '{"code":22,"description":"in queue","result":"1320098173412546"}',
      '{"code":201,"message":"created","data":{"task_id":"x"}}',
      '{"code":"OK","data":{"id":"x"}}', '{"code":"","data":{"id":"x"}}',
      '{"code":"accepted","data":{"id":"x"}}', '{"code":"new","id":"x"}',
      '{"code":"new","result":"x"}', '{"code":"00000","id":"x"}',
      '{"code":0,"data":{"id":"x"}}', '{"code":null,"id":"x"}',
      '{"code":{"a":"failed"}}', '{"code":true}', '{"code":600}',
      '{"error_code":0,"id":"x"}', '{"error_code":"0","id":"x"}',
      '{"error_code":7,"id":"x"}', '{"errcode":"00000","id":"x"}',
      '{"error":"","id":"x"}', '{"error":{},"id":"x"}', '{"error":0,"id":"x"}',
      '{"error":false}', '{"error":[null,{"code":0,"message":"ok"}]}',
      '{"error":"none"}', '{"err":"null"}', '{"error_msg":"SUCCESS"}',
      '{"detail":"high","id":"x"}', '{"success":0,"failed":0}',
      '{"success":true}', '{"success":null}', '{"data":{"error":"mine"}}',
      '{"status":"failed"}', '["failed"]', '"failed"',
      -- a failed task is a task
      '{"id":"x","status":"failed","error":{"message":"no"}}',
      '{"task_id":"x","status":"not_found","error_code":10004,"error":"no"}',
    } do
      local value, err = post(body)
      assert.is_nil(err, body)
      assert.same(post('{"v":' .. body .. "}").v, value)
    end
  end)

  it("is in the error if it says failure", function()
    for _, body in ipairs {
      '{"code":"bad_model","message":"unknown"}',
      '{"code":"bad_model","message":"unknown","data":null,"result":""}',
      '{"code":"failed","id":"x"}', '{"code":"ERROR","data":{"id":"x"}}',
      '{"code":401,"data":{"id":"x"}}', '{"code":"503","id":"x"}',
      '{"success":false,"id":"x"}', '{"success":"False","id":"x"}',
      '{"error":"no quota","id":"x"}', '{"error":true,"id":"x"}',
      '{"error":{"code":7,"message":"no quota"},"id":"x"}',
      '{"errors":[{"why":["no quota"]}],"id":"x"}',
      '{"error_code":"E7","id":"x"}', '{"err":"额度不足","id":"x"}',
      '{"id":null,"status":"failed","error":"no quota"}',
      '{"task_id":null,"id":null,"code":"bad_model"}',
    } do
      local value, err = post(body)
      assert.is_nil(value, body)
      assert.equal("gateway", errors.check(err).code)
      assert.same(post('{"v":' .. body .. '}').v, err.value)
    end
  end)

  it("is in the error of any HTTP status", function()
    for body, value in pairs {
      ['{"error":{"message":"no","param":"model"},"n":9007199254740993}'] =
        { error = { message = "no", param = "model" }, n = 9007199254740993 },
      ['[1,null]'] = { 1, luma.null }, ['"no"'] = "no", ["false"] = false,
      ["12"] = 12, ["null"] = luma.null,
    } do
      for status, code in pairs {
        [302] = "redirect", [400] = "rejected", [401] = "auth",
        [429] = "rate_limit", [500] = "server",
      } do
        local result, err = post(body, { status = status })
        assert.is_nil(result)
        assert.equal(code, errors.check(err).code)
        assert.same(value, err.value)
      end
    end
  end)

  it("is not there if the response is empty, nor are its bytes", function()
    g:route("/x", { status = 204 })
    local client = f:new()
    assert.equal(luma.null, client:request("DELETE", "/x"):result())
    assert.equal(0, client:stats().bytes)
  end)

  it("of a refusal is not what a job that is cancelled ends with", function()
    for _, status in ipairs { 404, 503 } do
      g:route("/x", { body = '{"error":"no"}', status = status,
        content_length = 100, ["then"] = "stall" })
      local client = f:new()
      local job = client:request("POST", "/x", {})
      fixture.wait_until(function() return client:stats().bytes >= 14 end)
      job:cancel()
      local _, err = job:result()
      assert.same({ "cancelled", status, { error = "no" } },
        { errors.check(err).code, err.status, err.value })
      assert.same({ 1, 0 },
        { job:progress().cancelled, job:progress().failed or 0 })
      _, err = client:request("POST", "/x", {}, { deadline = 0.1 }):result()
      assert.same({ "deadline", status, { error = "no" } },
        { errors.check(err).code, err.status, err.value })
      assert.matches("^the job's deadline passed; last error: ", err.message)
    end
  end)

  it("is in the error if the response breaks off behind it", function()
    local body = '{"id":"paid"}'
    for code, more in pairs {
      truncated = { content_length = 100, close_after = true },
      stall_timeout = { content_length = 100, ["then"] = "stall" },
      reply = { body = body .. " x" },
    } do
      local _, err = post(more.body or body, more, { timeout = { stall = 0.2 } })
      assert.equal(code, errors.check(err).code)
      assert.same({ id = "paid" }, err.value, code)
    end
    local _, err = post(body, { content_length = 100, ["then"] = "stall" },
      {}, 0.2)
    assert.equal("deadline", errors.check(err).code)
    assert.same({ id = "paid" }, err.value)
    _, err = post("12", { content_length = 100, close_after = true })
    assert.is_nil(err.value) -- it may be the start of a longer number
    _, err = post("404", { status = 400, content_length = 30,
      close_after = true })
    assert.is_nil(err.value)
    _, err = post('"paid"', { content_length = 100, close_after = true })
    assert.same({ "truncated", "paid" }, { err.code, err.value })
    for _, text in ipairs { "404 page not found", '"a" word', "null and void" } do
      local _, other = post(text)
      assert.same({ "reply" }, { other.code, other.value }, text)
    end
    _, err = post('{"id":"paid"', { content_length = 100, close_after = true })
    assert.is_nil(err.value)
  end)

  it("is that of the last attempt", function()
    local client = f:new { attempts = 2 }
    g:route(PATH, { status = 503, body = '{"n":1}' },
      { status = 503, body = '{"n":2}' })
    local _, err = client:request("GET", PATH):result()
    assert.same({ 2, 2 }, { err.attempts, err.value.n })
    g:reset()
    g:route(PATH, { status = 503, body = '{"n":1}' }, { close = true })
    _, err = client:request("GET", PATH):result()
    assert.same({ "network", 2 }, { err.code, err.attempts })
    assert.is_nil(err.value)
    g:reset()
    g:route(PATH, { status = 503, body = '{"n":1}' }, { body = '{"n":2}' })
    assert.same({ n = 2 }, (client:request("GET", PATH):result()))
  end)

  it("is decoded as a result is", function()
    local function text(json) return json end
    local _, err = post('{"a" : [ 1 ] }', { status = 400 }, { decode = text })
    assert.equal('{"a":[1]}', err.value)
    _, err = post('{"a":null}', { status = 400 }, { nulls = true })
    assert.same({ a = luma.null }, err.value)
  end)

  it("is in the error as text if decode fails", function()
    for _, decode in ipairs {
      function() return nil end, function() error "no" end,
    } do
      for status, code in pairs { [200] = "decode", [400] = "rejected" } do
        local value, err = post('{"id" : "paid"}', { status = status },
          { decode = decode })
        assert.is_nil(value)
        assert.same({ code, '{"id":"paid"}' }, { err.code, err.value })
      end
    end
  end)

  it("comes to on_done as well, and stays", function()
    g:route(PATH, { status = 400, body = '{"n":1}' })
    local client, seen = f:new(), nil
    local job = client:request("POST", PATH, "{}", {
      on_done = function(value, err) seen = { value, err } end,
    })
    fixture.finish(client)
    local _, err = job:result()
    assert.is_nil(seen[1])
    assert.same({ n = 1 }, seen[2].value)
    assert.equal(seen[2], err)
  end)

  it("is gone without a trace if nobody takes it", function()
    g:route(PATH, { status = 400, body = '{"n":1}' })
    local client = f:new()
    local job = client:request("POST", PATH, "{}")
    assert.is_true(client:wait(5))
    client:close()
    assert.equal(0, client:stats().active)
    assert.is_true(job:done()) -- and it was held until now
  end)
end)
