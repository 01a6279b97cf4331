-- SPDX-License-Identifier: MIT
-- What the command prints is readable: texts without control characters,
-- numbers for people, errors in the words of the command.

local cjson = require "cjson"
local hints = require "luma_cli.hints"
local indent = require "luma_cli.indent"
local text = require "luma_cli.text"
local units = require "luma_cli.units"

local BAD = "\239\191\189"

describe("text of strangers", function()
  it("has no controls, no broken bytes and nothing invisible", function()
    for given, expected in pairs {
      ["plain ~"] = "plain ~", ["\27[31m"] = BAD .. "[31m",
      ["a\tb\nc\r\nd"] = "a b c  d", ["\0\7\127"] = BAD:rep(3),
      ["\194\155x"] = BAD .. "x", ["\194\133"] = " ",
      ["\226\128\168"] = " ", ["a\226\128\174b\226\129\166c"] = "abc",
      ["\239\187\191a\226\128\139b\239\184\143"] = "ab",
      ["\255ab\128c\195"] = BAD .. "a" .. BAD .. "c" .. BAD,
      ["\192\128"] = BAD,                  -- overlong
      ["\224\128\175"] = BAD,
      ["\237\160\128"] = BAD,              -- half a surrogate pair
      ["\244\144\128\128"] = BAD,          -- beyond Unicode
      ["\195\169\128"] = BAD,              -- one byte too many
      ["é 猫 😀"] = "é 猫 😀",
    } do
      assert.equal(expected, text.safe(given))
    end
  end)

  it("takes as many columns as a terminal gives it", function()
    for given, width in pairs {
      [""] = 0, abc = 3, ["é"] = 1, ["e\204\129"] = 1, ["猫"] = 2,
      ["ｶ"] = 1, ["カ"] = 2, ["Ａ"] = 2, ["한글"] = 4, ["😀"] = 2,
      ["Ж"] = 1, ["\239\191\189"] = 1, ["—"] = 1, ["𠀀"] = 2,
    } do
      assert.equal(width, text.width(given), given)
    end
  end)

  it("is cut between characters, and the mark has room", function()
    assert.equal("abc", text.cut("abc", 3, "…"))
    assert.equal("ab…", text.cut("abcd", 3, "…"))
    assert.equal("猫…", text.cut("猫猫猫", 4, "…"))
    assert.equal("猫猫猫", text.cut("猫猫猫", 6, "…"))
    assert.equal("e\204\129…", text.cut("e\204\129fg", 2, "…"))
    assert.equal("", text.cut("abc", 0, "…"))
    assert.equal("猫  ", text.pad("猫", 4))
  end)

  it("is broken at spaces", function()
    assert.same({ "a bb", "ccc", "dddddd", "e" },
      text.wrap("a  bb ccc dddddd e", 5))
    assert.same({}, text.wrap("", 5))
  end)

  it("as JSON keeps its value where controls are escaped", function()
    local json = '{"a":"\194\155\226\128\174\127 \243\160\128\129 é 😀"}'
    local safe = text.safe_json(json)
    assert.equal('{"a":"\\u009b\\u202e\\u007f \\udb40\\udc01 é 😀"}', safe)
    assert.same(cjson.decode(json), cjson.decode(safe))
  end)

  it("as JSON is valid UTF-8, and its quotes stay", function()
    for given, valid in pairs {
      ['{"a":"é 猫 😀"}'] = '{"a":"é 猫 😀"}',
      ['["\128","a\128b","\255\254"]'] =
        '["' .. BAD .. '","a' .. BAD .. 'b","' .. BAD:rep(2) .. '"]',
      ['["\195","é\128","\226\130"]'] =
        '["' .. BAD .. '","é' .. BAD .. '","' .. BAD .. '"]',
      ['["\237\160\128","\192\128","\244\144\128\128"]'] =
        ('["%s","%s","%s"]'):format(BAD, BAD, BAD),
    } do
      assert.equal(valid, text.valid_json(given))
      assert.equal(valid, text.safe_json(given))
      assert.equal(valid, text.valid_json(valid))
    end
    assert.equal('"\194\155\127"', text.valid_json '"\194\155\127"')
  end)

  it("as JSON is set out in lines", function()
    local screen = { paint = function(_, _, s) return s end }
    assert.equal([=[
[
  {
    "a": [],
    "b": {},
    "c{,\"": "x: \\"
  },
  -1.5e3,
  null
]]=], indent(screen, [[ [{"a":[],"b":{},"c{,\"":"x: \\"},-1.5e3, null ] ]]))
    assert.equal("[]", indent(screen, "[ ]"))
    assert.equal('"s"', indent(screen, '"s"'))
  end)
end)

describe("an error of the module", function()
  local function said(message, code)
    return hints.of_error(setmetatable({ code = code or "link" }, {
      __tostring = function() return message end,
    }))
  end

  local NONE = " (the command has no option for it)"

  it("names the options of the command", function()
    for given, expected in pairs {
      ["a private address, see allow_private (address)"] =
        "a private address, see --allow-private (address)",
      ["raise `max_interval`, or set deadline = 600."] =
        "raise `--max-interval`, or set --deadline 600.",
      ["set allow_private = true"] = "set --allow-private",
      ["more than max_reply, 9 bytes (too_large)"] =
        "more than the largest response that luma accepts" .. NONE
        .. ", 9 bytes (too_large)",
      ["no connection was made within timeout.connect (connect_timeout)"] =
        "no connection was made within the time that luma allows" .. NONE
        .. " (connect_timeout)",
      ["see link_grace"] = "see link_grace" .. NONE,
      ["plain http; see plain_http"] =
        "plain http; see --plain-http",
      ["proxy: must be a URL of a proxy"] = "--proxy: must be a URL of a proxy",
      -- These are words, or somebody's URL.
      ["the job's deadline passed (deadline)"] =
        "the job's deadline passed (deadline)",
      ["no proxy, no token: retry"] = "no proxy, no token: retry",
      ["https://x/?allow_private=1"] = "https://x/?allow_private=1",
      ["path: must start with one /"] = "path: must start with one /",
      ["Could not resolve host: ca_file (dns)"] =
        "Could not resolve host: ca_file (dns)",
      ["Could not resolve proxy: max_task"] =
        "Could not resolve proxy: max_task",
      ["Failed to connect to ca_file port 80"] =
        "Failed to connect to ca_file port 80",
      ["the link 'http://x/?deadline = 5' is odd"] =
        "the link 'http://x/?deadline = 5' is odd",
      ['"max_task" is no name; see allow_private'] =
        '"max_task" is no name; see --allow-private',
      ["'max_task' and 'ca_file', set ca_file"] =
        "'max_task' and 'ca_file', set --ca-file",
      ["the job's time, the gateway's: see max_interval"] =
        "the job's time, the gateway's: see --max-interval",
    } do
      assert.equal(expected, said(given))
    end
  end)

  it("leaves the words of a server alone", function()
    for _, code in ipairs { "auth", "gateway", "rate_limit", "rejected",
      "reply", "server" } do
      local words = "max_task: deadline = 5, see base_url"
      assert.equal(words, said(words, code))
    end
  end)

  it("that it raised has no name of a function", function()
    for given, expected in pairs {
      ["bad argument #1 to 'client' (ca_file: cannot be read)"] =
        "--ca-file: cannot be read",
      ["bad argument #2 to 'watch' (max_interval: must not be below interval)"]
        = "--max-interval: must not be below --interval",
      ["bad argument #1 to 'client' (token: must not be empty)"] =
        "no token: set LUMA_GATEWAY_TOKEN, or give --token-file",
      ["no argument"] = "no argument",
    } do
      assert.equal(expected, hints.of_misuse(given))
    end
  end)

  it("never names an option of the module as if it were one of luma's",
    function()
      local file = assert(io.open "docs/reference.md")
      local reference = file:read "*a":match "^(.-)\n## Tasks\n"
      file:close()
      local names = 0
      for line in reference:gmatch "[^\n]+" do
        local name = line:match "^| `([%w_]+)` |.*|.*|"
          or line:match "^%- `([%w_]+)` %("
        if name and name ~= "path" then
          names = names + 1
          local sentence = said(("set %s = 5"):format(name))
          assert.truthy(sentence:find("the command has no option", 1, true)
            or sentence:find "%-%-%l" or sentence:find "LUMA_GATEWAY_", name)
        end
      end
      assert.is_true(names > 20, names)
    end)
end)

describe("numbers", function()
  it("are as people read them", function()
    for n, said in pairs {
      [0] = "0", [999] = "999", [1000] = "1,000", [12345] = "12,345",
      [123456] = "123,456", [1234567] = "1,234,567",
    } do
      assert.equal(said, units.count(n))
    end
    for n, said in pairs {
      [0] = "0 B", [999] = "999 B", [1000] = "1.0 kB", [99940] = "99.9 kB",
      [99960] = "100 kB", [999600] = "1.0 MB", [29e6] = "29.0 MB",
      [5e13] = "50.0 TB",
    } do
      assert.equal(said, units.bytes(n))
    end
    for n, said in pairs {
      [0.04] = "0.0 s", [9.9] = "9.9 s", [9.96] = "0:10", [65] = "1:05",
      [3599.6] = "1:00:00", [3723] = "1:02:03",
    } do
      assert.equal(said, units.time(n))
    end
    assert.equal("1 id", units.plural(1, "id"))
    assert.equal("2,000 ids", units.plural(2000, "id"))
  end)
end)
