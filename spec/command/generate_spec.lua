-- SPDX-License-Identifier: MIT
-- luma generate submits once, says what became of it, and how to go on.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local PATH = "/luma/generations"
local MADE = '{"id":"new","state":"pending","prompt":"a cat dances"}'
local SIZE = 5000

describe("luma generate", function()
  local g, dir = fixture.use({ unknown = { "nobody" } }).g, nil

  before_each(function()
    dir = folder.new()
    g:route(PATH, { body = MADE })
    g:file("/clip", { size = SIZE })
    g:default { texts = { new = cjson.encode {
      id = "new", state = "completed", prompt = "a cat dances",
      video = { url = g.http .. "/clip" },
    } } }
  end)
  after_each(function() dir:remove() end)

  local function generate(words, more)
    local all = { "generate" }
    for _, word in ipairs(words) do all[#all + 1] = word end
    return cli.run(g, all, more)
  end

  local function submitted()
    local list = {}
    for _, request in ipairs((g:journal())) do
      if request.path == PATH then
        list[#list + 1] = cjson.decode(request.body)
      end
    end
    return list
  end

  it("prints the task, as one line of JSON in a pipe", function()
    local ended = generate { "a cat dances" }
    assert.same({ 0, "" }, { ended.code, ended.err })
    assert.equal("new", cjson.decode(ended.out).id)
    assert.same({ { user_prompt = "a cat dances" } }, submitted())
  end)

  it("shows it in detail on a terminal", function()
    local ended = cli.on_terminal(g, 80, { "generate", "a cat dances" })
    assert.equal(0, ended.code)
    assert.matches("completed", ended.screen)
    assert.matches("a cat dances", ended.screen)
  end)

  it("sends all parameters", function()
    local ended = generate({ "-", "--aspect", "16:9", "--model", "ray-v2",
      "--resolution", "720p", "--duration", "5s", "--image", "http://a/1",
      "--end-image", "http://a/2", "--hook", "http://a/3", "--loop",
      "--expand", "--param", "steps=4", "--param", "style=anime=1",
      "--param", "tags=[1,null]" }, { stdin = "a \"cat\"\n dances\n" })
    assert.equal(0, ended.code, ended.err)
    assert.same({ {
      user_prompt = "a \"cat\"\n dances", aspect_ratio = "16:9",
      model_name = "ray-v2", resolution = "720p", duration = "5s",
      image_url = "http://a/1", image_end_url = "http://a/2",
      notify_hook = "http://a/3", loop = true, expand_prompt = true,
      steps = 4, style = "anime=1", tags = { 1, cjson.null },
    } }, submitted())
  end)

  it("saves the file", function()
    local path = dir.path .. "/cat.mp4"
    local ended = generate { "a cat", "-o", path, "--allow-private" }
    assert.same({ 0, "" }, { ended.code, ended.err })
    assert.same({ id = "new", path = path }, cjson.decode(ended.out))
    assert.equal(SIZE, #dir:read "cat.mp4")
    ended = generate { "a cat", "--dir", dir.path, "--allow-private",
      "--table" }
    assert.equal(0, ended.code)
    assert.matches("^saved .* new%.mp4\n$",
      (ended.out:gsub(dir.path .. "/", " ")))
  end)

  it("prints what was asked for, also with a file", function()
    local path = dir:at "cat.mp4"
    local words = { "a cat", "-o", path, "--allow-private" }
    words[5], words[6] = "--format", "{id} {prompt}"
    assert.equal("new a cat dances\n", generate(words).out)
    words[5], words[6] = "--fields", "state,id"
    assert.equal("completed\tnew\n", generate(words).out)
    words[5], words[6] = "--jsonl", nil
    assert.equal("completed", cjson.decode(generate(words).out).state)
  end)

  it("has no file of a task that failed, and runs nothing for it", function()
    g:default { texts = { new = '{"id":"new","state":"failed"}' } }
    local ended = generate { "a cat", "-o", dir:at "cat.mp4",
      "--allow-private", "--exec", "echo ran {path}" }
    assert.equal(3, ended.code)
    assert.same({ id = "new", state = "failed" }, cjson.decode(ended.out))
  end)

  it("quotes an id that a shell would read", function()
    g:route(PATH, { body = '{"id":"a;b $(c)","state":"pending"}' })
    g:default { state = "processing" }
    local ended = generate { "a cat", "--deadline", "0.2" }
    assert.matches("luma: to go on: luma watch 'a;b $(c)'\n", ended.err, 1, true)
  end)

  it("says what is wrong before it submits anything", function()
    for _, case in ipairs {
      { "missing argument 'prompt'" },
      { "the prompt is empty", "  " },
      { "cannot open the folder", "a", "-o", dir.path .. "/none/x" },
      { "'x' is not NAME=VALUE", "a", "--param", "x" },
      { "x: an empty array cannot be sent", "a", "--param", 'x={"y":[ ]}' },
      { "x: 12345678901234567890 has too many digits", "a", "--param",
        "x=[12345678901234567890]" },
      { "can not be used together", "a", "-o", "x", "--dir", "y" },
      { "not UTF%-8", "a\255" },
    } do
      local ended = generate { case[2], case[3], case[4], case[5], case[6] }
      assert.is_true(ended.code == 2 or ended.code == 1)
      assert.equal("", ended.out)
      assert.matches("^luma: [^\n]*" .. case[1], ended.err)
    end
    assert.equal(0, #submitted())
  end)

  it("says that nobody knows what became of it, and does not try again",
    function()
      for _, behaviour in ipairs {
        { status = 502, body = "<html>" }, { reset = true }, { body = "{}" },
      } do
        g:route(PATH, behaviour)
        local before = #submitted()
        local ended = generate { "a cat" }
        assert.same({ 1, "" }, { ended.code, ended.out })
        assert.matches("^luma: it is not known whether the gateway has made "
          .. "the task: ", ended.err)
        assert.equal(before + 1, #submitted())
      end
    end)

  it("says how to go on where it does not wait for the end", function()
    g:default { texts = { new = MADE } }
    local ended = generate { "a cat", "--deadline", "0.3", "--interval",
      "0.05" }
    assert.same({ 5, "" }, { ended.code, ended.out })
    assert.matches("out of time: new: pending\n"
      .. "luma: to go on: luma watch new\n$", ended.err)
    g:default { status = 401 }
    ended = generate { "a cat" }
    assert.equal(1, ended.code)
    assert.matches("luma watch new\n$", ended.err)
  end)

  it("says how to go on with a file that is not complete", function()
    g:file("/clip", { stall = "head" })
    local ended = generate { "a cat", "-o", dir:at "cat.mp4", "--what", "video",
      "--allow-private", "--deadline", "0.5", "--interval", "0.05" }
    assert.same({ 5, "" }, { ended.code, ended.out })
    assert.matches(("out of time: new: the file is not complete\n"
      .. "luma: to go on: luma download --output %s --what video --allow-private new\n")
      :format(dir:at "cat.mp4"), ended.err, 1, true)
  end)

  it("says how to go on after Ctrl-C", function()
    g:default { stall = "request" }
    local pid, finish = cli.start(g, { "generate", "a cat" })
    g:wait("stalled", 1)
    os.execute("kill -INT " .. pid)
    local ended = finish()
    assert.equal(130, ended.code)
    assert.matches("luma: to go on: luma watch new", ended.err)
  end)

  it("knows the id after Ctrl-C if it has come", function()
    local body = '{"id":"new"}'
    g:route("/luma/generations", { body = body, content_length = 99,
      ["then"] = "stall" })
    local pid, finish = cli.start(g, { "generate", "a cat" })
    g:wait("stalled", 1)
    os.execute("kill -INT " .. pid)
    assert.matches("luma: to go on: luma watch new", finish().err)
  end)

  it("ends with 3 for a task that failed", function()
    g:default { texts = { new = '{"id":"new","state":"failed"}' } }
    assert.equal(3, generate({ "a cat" }).code)
  end)
end)
