-- SPDX-License-Identifier: MIT
-- A watch copes with unknown words for states, and with pages that are not of
-- the gateway itself.

local fixture = require "spec.support.fixture"

local PAGE = { status = 403, content_type = "text/html",
  body = "<html><title>Attention required</title>" }

describe("a watch", function()
  local f = fixture.use()
  local g = f.g

  local function options(more)
    local o = { interval = 0.01, max_interval = 0.01 }
    for name, value in pairs(more or {}) do o[name] = value end
    return o
  end

  local function row(status)
    return ('{"task_id":"a","status":"%s","result_url":"https://x/v"}')
      :format(status)
  end

  for state, words in pairs {
    completed = { "succeed", "done", "complete", "ok", "Finished",
      "SUCCESSFUL", " completed " },
    failed = { "fail", "expired", "timeout", "aborted", "terminated",
      "rejected", "blocked", "MODERATED", "Timed Out", "timed-out" },
  } do
    for _, word in ipairs(words) do
      it(("ends at %q, which is %s"):format(word, state), function()
        g:default { moves = { a = { row "QUEUED", row(word) } } }
        local client, seen = f:new(), nil
        client:watch("a", options {
          on_task = function(_, _, said) seen = said end,
        })
        fixture.finish(client)
        assert.equal(state, seen)
      end)
    end
  end

  it("that runs out of time gives the gateway's own words", function()
    g:default { texts = {
      a = '{"id":"a","state":"teleporting"}',
      b = '{"task_id":"b","status":"HALF_WAY","data":{"state":"x"}}',
      c = '{"id":"c","state":"pending"}', d = '{"id":"d"}',
      e = '{"id":"e","state":17}', u = '{"id":"u","status":"UNKNOWN"}',
      f = '{"id":"f","state":"completed"}',
    } }
    local _, err = f:new():watch({ "a", "b", "c", "d", "e", "u" },
      options { deadline = 0.3 }):result()
    assert.equal("deadline", err.code)
    assert.same({ a = "teleporting", b = "HALF_WAY", c = "pending", e = "17",
      u = "UNKNOWN" },
      err.words)
    assert.same({ a = "processing", b = "processing", c = "pending",
      d = "processing", e = "processing", u = "processing" }, err.states)
  end)

  for what, odd in pairs {
    ["a page with 403"] = PAGE,
    ["a page with 404"] = { status = 404, body = "<h1>404</h1>",
      content_type = "text/html" },
    ["an empty 403"] = { status = 403, body = "" },
    ["a text with 401"] = { status = 401, body = "login first" },
    ["a redirect to a login page"] = { status = 302,
      headers = { Location = "https://login.test/" }, body = "<p>moved" },
  } do
    it("that was answered before rides out " .. what, function()
      g:queue({ texts = { a = row "QUEUED" } }, odd,
        { texts = { a = row "QUEUED" } }, odd, odd, odd, odd)
      g:default { texts = { a = row "SUCCESS" } }
      local tasks, err = f:new():watch("a", options()):result()
      assert.equal("SUCCESS", assert(tasks, tostring(err))[1].status)
      assert.equal(8, #g:journal())
    end)
  end

  it("ends after several of them in a row", function()
    g:queue { texts = { a = row "QUEUED" } }
    g:default(PAGE)
    local tasks, err = f:new():watch("a", options()):result()
    assert.is_nil(tasks)
    assert.same({ "auth", 403 }, { err.code, err.status })
    assert.equal(7, #g:journal())
  end)

  local WEB = { body = "<html><title>Welcome</title>",
    content_type = "text/html" }

  it("ends soon where base_url is a web page", function()
    g:default(WEB)
    local _, err = f:new({ attempts = 2 }):watch("a", options()):result()
    assert.same({ "reply", 200 }, { err.code, err.status })
    assert.equal(2, #g:journal())
  end)

  for what, odd in pairs {
    ["a 304"] = { status = 304, body = "" },
    ["a 204"] = { status = 204, body = "" },
    ["an empty 200"] = { body = "" },
    ["a blank 200"] = { body = " \r\n" },
    ["gzip that is broken"] = { body = "<html>",
      headers = { ["Content-Encoding"] = "gzip" } },
    ["a JSON object that is broken"] = { body = '{"id":NaN}' },
    ["JSON without tasks"] = { body = '{"status":"starting"}' },
  } do
    it("rides out " .. what .. " at first", function()
      g:queue(odd, odd)
      g:default { texts = { a = row "SUCCESS" } }
      local tasks, err = f:new { attempts = 1 }:watch("a", options()):result()
      assert.equal("SUCCESS", assert(tasks, tostring(err))[1].status)
      assert.equal(3, #g:journal())
    end)
  end

  it("rides out a web page that comes later", function()
    g:queue({ texts = { a = row "QUEUED" } }, WEB, WEB, WEB)
    g:default { texts = { a = row "SUCCESS" } }
    assert(f:new({ attempts = 1 }):watch("a", options()):result())
    assert.equal(5, #g:journal())
  end)

  it("rides out the page of a gateway that is away at first", function()
    local away = { status = 502, content_type = "text/html",
      body = "<h1>502 Bad Gateway</h1>" }
    g:queue(away, away, away)
    g:default { texts = { a = row "SUCCESS" } }
    assert(f:new({ attempts = 1 }):watch("a", options()):result())
    assert.equal(4, #g:journal())
  end)

  it("ends at the first where nothing was answered before", function()
    g:default(PAGE)
    local _, err = f:new():watch("a", options()):result()
    assert.equal("auth", err.code)
    assert.equal(1, #g:journal())
  end)

  it("ends at once where the gateway itself says no", function()
    g:queue({ texts = { a = row "QUEUED" } }, { status = 401 })
    local _, err = f:new():watch("a", options()):result()
    assert.equal("auth", err.code)
    assert.equal(2, #g:journal())
  end)
end)
