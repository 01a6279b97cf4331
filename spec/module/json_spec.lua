-- SPDX-License-Identifier: MIT
-- luma reads JSON as lua-cjson does, over a corpus of texts: the same values,
-- and none where a text must be refused.

local cjson = require "cjson"
local difference = require "spec.support.difference"
local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local luma = require "luma"

local CORPUS = "spec/support/json-corpus.txt"

-- The texts to be treated so, as {name, text}; the file's head says how they
-- are written.
local function corpus(treatment)
  local list = {}
  local function plain(text)
    text = text:gsub("\\(.)(%x?%x?)", function(c, digits)
      if c == "x" then return string.char(tonumber(digits, 16)) end
      assert(c == "\\", "an unknown escape")
      return "\\" .. digits
    end)
    return text
  end
  for line in io.lines(CORPUS) do
    local what, name, text = line:match "^(%l+)\t([^\t]+)\t(.*)$"
    if what == treatment then
      local out, at = {}, 1
      while at <= #text do
        local from, to, count, item = text:find("\\r{(%d+):([^}]*)}", at)
        -- an r behind an escaped backslash is only an r
        local before = text:sub(at, (from or 0) - 1)
        local slashes = from and #before:match "\\*$" or 0
        if slashes % 2 == 1 then error "the corpus repeats after a slash" end
        out[#out + 1] = plain(before)
        if from then out[#out + 1] = plain(item):rep(tonumber(count)) end
        at = (to or #text) + 1
      end
      list[#list + 1] = { name, table.concat(out) }
    end
  end
  return list
end

describe("the JSON corpus", function()
  local f = fixture.use { token = "sk-test", batch_size = 1, connections = 1,
    attempts = 1 }
  local g, client = f.g, nil

  -- What becomes of each text when it stands in the reply to a request of
  -- its own: `format` has its place, `ids` gives each request's id.
  local function send(texts, format, options)
    local ids, replies = {}, {}
    for i, item in ipairs(texts) do
      ids[i] = item[1]
      replies[i] = { body = (format:gsub("%u+", { ID = item[1],
        TEXT = (item[2]:gsub("%%", "%%%%")) })) }
    end
    g:queue(table.unpack(replies))
    client = f:new(options)
    local tasks, rest = client:tasks(ids)
    assert.equal(#texts, #g:journal())
    return tasks, rest
  end

  -- All must have arrived, each equal to lua-cjson's.
  local function agree(format, nulls)
    local texts, failed = corpus "accept", {}
    assert.is_true(#texts > 100)
    local tasks, rest = send(texts, format, { nulls = nulls })
    assert(tasks, tostring(rest))
    assert.same({}, rest)
    for i, item in ipairs(texts) do
      local name, text = item[1], item[2]
      assert.equal(name, tasks[i].id)
      failed[#failed + 1] = difference(tasks[i],
        cjson.decode(('{"id":"%s","v":%s}'):format(name, text)), nulls, name)
    end
    assert.same({}, failed)
  end

  it("is read as lua-cjson reads it, in rows", function()
    agree('[{"id":"ID","v":TEXT}]', false)
  end)

  it("is read as lua-cjson reads it, with nulls", function()
    agree('{"code":200,"data":[{"v":TEXT,"id":"ID"}]}', true)
  end)

  it("is read as lua-cjson reads it, in an object that stands alone",
    function()
      agree(' {"v": TEXT ,"id":"ID"} ', true)
    end)

  it("is read by luma.decode as lua-cjson reads it", function()
    for _, nulls in ipairs { false, true } do
      local failed = {}
      for _, item in ipairs(corpus "accept") do
        local value = luma.decode(item[2], { nulls = nulls })
        failed[#failed + 1] = difference(value, cjson.decode(item[2]), nulls,
          item[1])
      end
      assert.same({}, failed)
    end
  end)

  it("is refused by luma.decode where it has to be", function()
    for _, item in ipairs(corpus "refuse") do
      local value, err = luma.decode(item[2])
      assert.is_nil(value, item[1])
      assert.equal("argument", err.code, item[1])
      errors.check(err)
    end
  end)

  it("is handed to decode as it stands, but for white space", function()
    local seen = {}
    local texts = corpus "accept"
    local tasks, rest = send(texts, '[{"id":"ID","v":TEXT}]', {
      decode = function(text)
        seen[#seen + 1] = text
        return cjson.decode(text)
      end,
    })
    assert(tasks, tostring(rest))
    local expected = {}
    for i, item in ipairs(texts) do
      expected[i] = cjson.decode(('{"v":%s}'):format(item[2])).v
      local bare = item[2]:gsub("[ \t\r\n]", "")
      assert.equal(('{"id":"%s","v":%s}'):format(item[1], bare),
        (seen[i]:gsub(" ", "")))
    end
    for i in ipairs(texts) do
      assert.is_nil(difference(tasks[i].v, expected[i], true))
    end
  end)

  -- None may have arrived, and each failure is one of a reply's.
  local function refused(format, codes)
    local texts, wrong = corpus "refuse", {}
    assert.is_true(#texts > 100)
    local tasks, err = send(texts, format)
    assert.is_nil(tasks)
    assert.same({}, err.tasks)
    assert.same({}, err.missing)
    for _, item in ipairs(texts) do
      local failure = err.failed[item[1]]
      local allowed = codes[failure.code]
        or failure.code == "too_large" and item[1]:find "of%-10000%-levels"
      if not allowed then wrong[item[1]] = failure.code end
      if codes[failure.code] then
        assert.equal(200, failure.status)
        assert.equal(1, failure.attempts)
        assert.truthy(failure.request_id:find "^stub%-%d+$")
      end
    end
    assert.same({}, wrong)
  end

  it("fails the id where it must be refused, in rows", function()
    refused('[{"v":TEXT,"id":"ID"}]', { reply = true, truncated = true })
  end)

  it("fails the id where it must be refused, in an envelope", function()
    refused('{"code":200,"data":[{"v":TEXT,"id":"ID"}]}',
      { reply = true, truncated = true })
  end)

  it("fails the id where it must be refused, behind the id", function()
    refused('{"id":"ID","v":TEXT}', { reply = true, truncated = true })
  end)

  it("breaks nothing where readers may differ", function()
    local texts = corpus "free"
    local tasks, err = send(texts, '[{"id":"ID","v":TEXT}]')
    if not tasks then
      tasks = err.tasks
      for _, failure in pairs(err.failed) do
        assert.equal("reply", failure.code)
      end
    end
    for _, task in ipairs(tasks) do assert.equal("string", type(task.id)) end
    g:default { state = "failed" }
    assert.equal("failed", client:tasks("x")[1].state)
  end)
end)
