-- SPDX-License-Identifier: MIT
-- Tasks have one form, whatever the gateway's: --jsonl, --fields, --format and
-- `luma url`. The token and a user's defaults can come from files.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local A = [[{"id":"a","state":"completed","created_at":"2024-12-22","request":
  {"prompt":"a \"cat\"\tdances"},"video":{"url":"https://v.example/a.mp4"},
  "thumbnail":{"url":"https://v.example/a.jpg"}}]]
local B = [[{"task_id":"b","status":"IN_PROGRESS","progress":"42%","id":7,
  "created_at":1734874720,"data":{"prompt":"b"}}]]
local C = [[{"task_id":"c","status":"FAILURE","progress":"100%",
  "fail_reason":"no \u001b[31mquota"}]]

describe("luma", function()
  local g, dir = fixture.use({ unknown = { "nobody" } }).g, nil

  before_each(function()
    dir = folder.new()
    g:default { texts = { a = A, b = B, c = C } }
  end)
  after_each(function() dir:remove() end)

  local function luma(words, more) return cli.run(g, words, more) end

  local function objects(text)
    local list = {}
    for line in text:gmatch "[^\n]+" do
      local object = cjson.decode(line)
      list[object.id] = object
    end
    return list
  end

  it("prints objects with the same members for each gateway", function()
    local ended = luma { "get", "a", "b", "c", "--jsonl" }
    assert.same({ 3, "" }, { ended.code, ended.err })
    local null = cjson.null
    assert.same({
      a = { id = "a", state = "completed", progress = 100,
        url = "https://v.example/a.mp4", error = null,
        thumbnail = "https://v.example/a.jpg", prompt = 'a "cat"\tdances',
        created_at = "2024-12-22" },
      b = { id = "b", state = "processing", progress = 42, url = null,
        thumbnail = null, prompt = "b", created_at = 1734874720,
        error = null },
      c = { id = "c", state = "failed", progress = 100, url = null,
        thumbnail = null, prompt = null, created_at = null,
        error = "no \27[31mquota" },
    }, objects(ended.out))
    assert.matches('^{"id":"%a","state":"%a+","progress":%d+,"url":', ended.out)
    ended = luma { "watch", "a", "--jsonl", "--fields", "state,id" }
    assert.equal('{"state":"completed","id":"a"}\n', ended.out)
  end)

  it("prints the gateway's own with --raw, as in a pipe", function()
    local raw = luma { "get", "b", "--raw" }
    assert.equal(raw.out, luma({ "get", "b" }).out)
    assert.same(cjson.decode(B), cjson.decode(raw.out))
  end)

  it("prints fields with tabs, in the order of the ids", function()
    local ended = luma { "get", "c", "a", "b", "--fields",
      "id, progress,error,prompt" }
    assert.equal("c\t100\tno ?[31mquota\t\n"
      .. "a\t100\t\ta \"cat\" dances\nb\t42\t\tb\n",
      (ended.out:gsub("no [^\n\t]*quota", "no ?[31mquota")))
    assert.is_nil(ended.out:find("\27", 1, true))
  end)

  it("prints lines of one's own", function()
    local ended = luma { "get", "b", "a", "--format",
      [[{id}={state}\t{url} {{}} \\ {progress}%]] }
    assert.equal("b=processing\t {{}} \\ 42%\n"
      .. "a=completed\thttps://v.example/a.mp4 {{}} \\ 100%\n",
      ended.out)
  end)

  it("prints no number that JSON does not have", function()
    g:default { texts = { a = '{"id":"a","state":"completed","created_at":1e999}' } }
    local ended = luma { "get", "a", "--jsonl" }
    assert.equal(0, ended.code, ended.err)
    assert.equal(cjson.null, cjson.decode(ended.out).created_at)
  end)

  it("keeps what a terminal without UTF-8 cannot show, in a pipe", function()
    g:default { texts = { a = '{"id":"a","prompt":"caf\195\169\\n\226\128\141"}' } }
    local ended = luma({ "get", "a", "--fields", "id,prompt" },
      { env = { LC_ALL = "C" } })
    assert.equal("a\tcaf\195\169 \226\128\141\n", ended.out)
  end)

  it("refuses fields that there are not", function()
    for _, words in ipairs {
      { "get", "a", "--format", "{id} {token}" },
      { "get", "a", "--fields", "id,colour" },
      { "get", "a", "--fields", "," },
    } do
      local ended = luma(words)
      assert.same({ 2, "" }, { ended.code, ended.out })
      assert.matches("^luma: %-%-f[%a]+: ", ended.err)
    end
    assert.equal(2, luma({ "get", "a", "--jsonl", "--table" }).code)
    assert.equal(0, #g:journal())
  end)

  it("prints links, and says where there is none", function()
    local ended = luma { "url", "b", "a", "nobody" }
    assert.same({ 1, "https://v.example/a.mp4\n" }, { ended.code, ended.out })
    assert.matches("no link: b: processing\n", ended.err)
    assert.matches("missing: nobody\n", ended.err)
    ended = luma { "url", "--what", "thumbnail", "a" }
    assert.same({ 0, "https://v.example/a.jpg\n" }, { ended.code, ended.out })
  end)

  it("has limits for requests", function()
    g:default { status = 500 }
    assert.equal(1, luma({ "get", "a", "--attempts", "2" }).code)
    assert.equal(2, #g:journal())
    g:reset()
    g:default { stall = "head" }
    local ended = luma { "get", "a", "--attempts", "1", "--timeout", "0.2" }
    assert.equal(1, ended.code)
    assert.matches("timeout", ended.err)
    assert.equal(2, luma({ "get", "a", "--timeout", "0" }).code)
    ended = luma({ "get", "a", "--url", "http://a.example" })
    assert.matches("give %-%-plain%-http", ended.err)
  end)

  describe("reads the token from a file", function()
    local function with(mode, text)
      dir:write("token", text)
      assert(dir:run("chmod " .. mode .. " token"))
      return luma({ "get", "a", "--token-file", dir.path .. "/token" })
    end

    it("that nobody else can read", function()
      assert.equal(0, with("600", " secret-7 \nmore").code)
      assert.equal("Bearer secret-7", g:journal()[1].headers.authorization)
    end)

    it("and not from another one", function()
      for _, mode in ipairs { "644", "640", "604" } do
        local ended = with(mode, "secret-7")
        assert.equal(2, ended.code)
        assert.matches("chmod 600", ended.err)
        assert.is_nil(ended.err:find "secret%-7")
      end
      assert.matches("has to be the token", with("600", "\n").err)
      assert.matches("cannot read the token file",
        luma({ "get", "a", "--token-file", "/nonexistent" }).err)
      assert.equal(0, #g:journal())
    end)
  end)

  describe("reads a user's defaults", function()
    local function with(text, words, env)
      assert(dir:run "mkdir -p luma")
      dir:write("luma/config", text)
      env = env or {}
      env.XDG_CONFIG_HOME = dir.path
      return luma(words or { "get", "a" }, { env = env })
    end

    it("and ends where they cannot be read", function()
      assert(dir:run "mkdir -p luma/config")
      local ended = luma({ "get", "a" }, { env = { XDG_CONFIG_HOME = dir.path } })
      assert.equal(2, ended.code)
      assert.matches("^luma: cannot read .*/luma/config: ", ended.err)
      assert.equal(0, #g:journal())
    end)

    it("which options and the environment override", function()
      g:default { status = 500 }
      with "# my defaults\n\nattempts = 2\nurl = http://127.0.0.1:1\n"
      assert.equal(2, #g:journal())
      with("attempts = 2", { "get", "a", "--attempts", "1" })
      assert.equal(3, #g:journal())
    end)

    it("which a command without files can have, too", function()
      g:route("/luma/generations", { body = '{"id":"a"}' })
      local ended = with("allow_private = true", { "generate", "a cat" })
      assert.equal(0, ended.code, ended.err)
    end)

    it("with the token's file", function()
      dir:write("token", "from-file")
      assert(dir:run "chmod 600 token")
      local text = "token-file = " .. dir.path .. "/token"
      with(text)
      assert.equal("Bearer token", g:journal()[1].headers.authorization)
      with(text, nil, { LUMA_GATEWAY_TOKEN = "" })
      assert.equal("Bearer from-file", g:journal()[2].headers.authorization)
    end)

    it("and says what is wrong in it", function()
      for text, why in pairs {
        ["\nattempts = 9"] = ":2: attempts: a number from 1 to 5 expected",
        ["tokn = x"] = ":1: there is no 'tokn'",
        ["attempts"] = ":1: name = value expected",
        ["plain_http = yes"] = ":1: plain_http: true or false expected",
        ["url ="] = ":1: url: a value expected",
      } do
        local ended = with(text)
        assert.equal(2, ended.code)
        assert.truthy(ended.err:find(why, 1, true), ended.err)
      end
      assert.equal(0, #g:journal())
    end)
  end)
end)
