-- SPDX-License-Identifier: MIT
-- What every error has to be like, whatever went wrong: one that breaks a
-- rule raises here, where the spec that saw it gets the blame.

local assert = require "luassert"

local errors = {
  TOKEN = "canary-7d1f0b6e4a92c853",
  seen = 0, -- how many errors have been looked at
}

local ALLOWED = {
  code = "string", message = "string", retryable = "boolean",
  status = "number", phase = "string", attempts = "number",
  retry_after = "number", request_id = "string", tasks = "table",
  missing = "table", failed = "table", cancelled = "table",
  pending = "table", states = "table", words = "table",
  id = "string",
}
local PHASES = { connect = true, wait = true, body = true }

-- The documented codes: those of the one list in core/error.h.
local function read_codes()
  local codes, count = {}, 0
  for line in io.lines "core/error.h" do
    local code = line:match '^%s*X%([A-Z_]+, "([a-z_]+)"'
    if code then codes[code], count = true, count + 1 end
  end
  assert.is_true(count > 20)
  return codes
end

local codes = read_codes()

-- Raises if a text shows the token, or a good part of it.
function errors.check_secret(text)
  local from = text:find(errors.TOKEN, 1, true)
    or text:find(errors.TOKEN:sub(1, 11), 1, true)
  assert.is_nil(from, "the token shows in: " .. text)
end

-- One line of valid UTF-8 without control characters, C1 included.
function errors.check_printable(text)
  assert.is_nil(text:find "[%z\1-\31\127]", ("unprintable: %q"):format(text))
  assert.is_nil(text:find "\194[\128-\159]", ("C1 control: %q"):format(text))
  assert.is_nil(text:find "\226\128[\142\143\168-\174]",
    ("direction: %q"):format(text))
  if utf8 then
    assert.truthy(utf8.len(text), ("not UTF-8: %q"):format(text))
  end
end

local function check_sentence(err)
  local text = tostring(err)
  errors.check_printable(text)
  errors.check_secret(text)
  assert.is_true(#err.message > 10)
  assert.truthy(text:find(err.message, 1, true), text)
  assert.truthy(text:find(err.code, #err.message, true), text)
  if err.status then
    assert.truthy(text:find("HTTP " .. err.status, 1, true), text)
  end
end

local function check_field(key, value)
  assert.equal(ALLOWED[key] or "nothing", type(value), tostring(key))
  if type(value) == "string" then
    errors.check_printable(value)
    errors.check_secret(value)
  end
end

-- Checks one error value and those of its ids, and returns it.
function errors.check(err)
  errors.seen = errors.seen + 1
  assert.equal("table", type(err))
  assert.is_true(codes[err.code], "a code nobody documents: "
    .. tostring(err.code))
  for key, value in pairs(err) do
    if key ~= "value" then -- the response's own, of any type
      check_field(key, value)
    end
  end
  assert.is_boolean(err.retryable)
  assert.is_true(err.phase == nil or PHASES[err.phase], err.phase)
  check_sentence(err)
  for id, inner in pairs(err.failed or {}) do
    assert.equal("string", type(id))
    assert.is_nil(inner.failed)
    errors.check(inner)
  end
  return err
end

-- Calls a function that is misused, and returns what it raised, a string
-- that shows no token.
function errors.misuse(f, ...)
  local ok, message = pcall(f, ...)
  errors.seen = errors.seen + 1
  assert.is_false(ok, "nothing was raised")
  assert.equal("string", type(message))
  errors.check_secret(message)
  return message
end

return errors
