-- SPDX-License-Identifier: MIT
-- Each status has the code that the page about errors gives it, whatever body
-- comes with it.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local TOKEN = errors.TOKEN
local PAGE = "<!DOCTYPE html>\n<html>\r\n<title>Not here " .. TOKEN .. "</title>"
local GOOD = '[{"id":"a","state":"completed"}]'

local STATUSES = { 200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 413, 418,
  425, 429, 500, 502, 503, 504, 999 }

-- A body, what it says, and the code where the status is 200 or 201
local BODIES = {
  { "an envelope", '{"code":"bad","message":"no luck ' .. TOKEN
    .. '","data":null}', "gateway" },
  { "a page", PAGE, "reply" },
  { "nothing", "", "reply" },
  { "half of an error", '{"error":{"message":"no lu', "truncated" },
  { "half of a page", PAGE:sub(1, 30), "reply" },
  { "tasks", GOOD, nil },
}

-- The rows of the page's table of statuses: ranges, code, and what is said of
-- retries.
local function read_page()
  local rows = {}
  for line in fixture.read "docs/errors.md":gmatch "[^\n]+" do
    local cell, code, retried =
      line:match "^| (%d[%d, \226\128\147]*) | `([%a_]+)` | (%a+)[^|]*|$"
    if cell then
      local ranges = {}
      for item in cell:gmatch "[^, ]+" do
        local first, last = item:match "^(%d+)\226\128\147(%d+)$"
        ranges[#ranges + 1] = { tonumber(first or item), tonumber(last or item) }
      end
      rows[#rows + 1] = { ranges, code, retried ~= "no" }
    end
  end
  return rows
end

local function row_of(rows, status)
  for _, row in ipairs(rows) do
    for _, range in ipairs(row[1]) do
      if status >= range[1] and status <= range[2] then return row end
    end
  end
end

describe("a status", function()
  local f = fixture.use { token = TOKEN, attempts = 1 }

  it("is what the page about errors says, whichever it is", function()
    local rows, client = read_page(), f:new()
    assert.equal(12, #rows)
    for status = 300, 999, 1 do
      f.g:queue { status = status, body = "" }
      local err = errors.check(select(2, client:tasks "a"))
      local row = row_of(rows, status)
      assert.same({ status, row[2], row[3] },
        { err.status, err.code, err.retryable })
    end
  end)

  local passing = { 408, 409, 421, 500, 502, 504, 507, 520, 521, 522, 523, 524,
    525, 526, 527, 530 }

  it("that passes ends neither a watch nor a download", function()
    local dir = folder.new()
    local client = f:new { attempts = 2 }
    for _, status in ipairs(passing) do
      local path = "/" .. status
      local page = { status = status, body = PAGE, content_type = "text/html" }
      f.g:queue(page, page)
      assert(client:watch("a", { interval = 0.01 }):result())
      f.g:file(path, { status = status }, {})
      assert(client:download(f.g.http .. path,
        { path = dir:at(status), allow_private = true }):result())
    end
    dir:remove()
  end)

  local function expected(rows, status, body)
    if status == 204 then return "reply", true end -- a body is not read
    if status < 300 then return body[3], body[3] ~= "gateway" end
    local row = row_of(rows, status)
    return row[2], row[3]
  end

  for _, body in ipairs(BODIES) do
    it("has its code with " .. body[1] .. " as its body", function()
      local rows = read_page()
      for _, status in ipairs(STATUSES) do
        f.g:queue { status = status, body = body[2] }
        local tasks, err = f:new():tasks "a"
        local code, retryable = expected(rows, status, body)
        if code then
          errors.check(err)
          assert.is_nil(tasks, status)
          assert.same({ status, code, retryable },
            { err.status, err.code, err.retryable })
          assert.same({}, err.tasks)
        else
          assert.same({ "a" }, fixture.ids_of(assert(tasks, status)))
        end
        f:close()
      end
    end)
  end
end)
