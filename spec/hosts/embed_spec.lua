-- SPDX-License-Identifier: MIT
-- luma can be linked into C programs, even into one that has functions with the
-- same names.

local cjson = require "cjson"
local fixture = require "spec.support.fixture"
local process = require "spec.support.process"
local program = require "spec.support.program"

local EXAMPLE = "examples/embed/main.c"
local PLAIN = fixture.PLAIN

-- The command in the comment at the head of the example.
local function documented()
  local file = assert(io.open(EXAMPLE))
  local head = file:read "*a"
  file:close()
  head = head:match "(cc %-o .-)\n %*\n"
  return (head:gsub("\n %*", "\n"))
end

describe("a C program with luma linked in", function()
  local f, g, example, remove

  setup(function()
    f = fixture.start { unknown = { "nobody" } }
    g = f.g
    example, remove = program.build(documented())
  end)
  teardown(function()
    f:stop()
    remove()
  end)
  before_each(function() g:reset() end)

  local function run(options, ...)
    local words = { example, ... }
    words.env = {
      LUMA_GATEWAY_TOKEN = options.token or "token",
      LUMA_GATEWAY_URL = options.base_url or g.http,
    }
    return process.run(words)
  end

  -- The ids of the requests that came.
  local function asked()
    local lists = {}
    for i, request in ipairs((g:journal())) do
      assert.equal("Bearer token", request.headers.authorization)
      lists[i] = table.concat(cjson.decode(request.body).ids, " ")
    end
    return lists
  end

  describe("in its loop", function()
    it("prints the tasks, and ends with the last of them", function()
      g:default { states = { b = "processing" }, delay = 0.1 }
      local ended = run({}, "a", "b", "nobody")
      assert.matches("^a\tcompleted\thttps://%S+\nb\tprocessing\t%S+\n"
        .. "nobody\tmissing\n$", ended.output)
      assert.equal(0, ended.code)
      assert.same({ "a b nobody", "nobody" }, asked())
      g:wait("closed", 0)
    end)

    it("ends at once when there is nothing to ask for", function()
      assert.same({ output = "", code = 0 }, run {})
      assert.same({}, (g:journal()))
    end)

    it("says what went wrong, and ends with a status of its own", function()
      g:default { status = 401 }
      local ended = run({}, "a")
      assert.matches("^%S+: the gateway does not accept the token.*"
        .. "%(auth, HTTP 401", ended.output)
      assert.equal(1, ended.code)
      ended = run({ token = "" }, "a")
      assert.matches("token: must not be empty", ended.output)
      assert.equal(1, ended.code)
      assert.same({ "a" }, asked())
    end)
  end)

  describe("closes its state in mid-flight, and ends well", function()
    local FRAMES = PLAIN and 60 or 300

    it("with some of the tasks", function()
      g:default { stall = "body", body = fixture.body "abcd" }
      local ended = run({}, "-n", FRAMES, "a", "b", "c", "d")
      assert.same({ output = "a\tcompleted\t-\nb\tcompleted\t-\n", code = 0 },
        ended)
      assert.same({ "a b c d" }, asked())
      g:wait("closed", 0)
    end)

    it("before there is a connection, and before an answer", function()
      g:accept { stall = true }
      local ended = run({ base_url = g.https }, "-n", 5, "a")
      assert.same({ output = "", code = 0 }, ended)
      g:default { stall = "request" }
      ended = run({}, "-n", FRAMES, "a")
      assert.same({ output = "", code = 0 }, ended)
      assert.same({ "a" }, asked())
      g:wait("closed", 0)
    end)

    it("in the first frame", function()
      assert.same({ output = "", code = 0 }, run({}, "-n", 0, "a"))
      assert.equal(0, run({}, "-n", 1, "a").code)
      g:wait("closed", 0)
    end)
  end)

  -- No flag of a linker does that: a plugin may contain luma.
  it("stays for its threads when the host unloads it", function()
    local host, away = program.build("cc -o build/host spec/native/unloads.c "
      .. "$(pkg-config --cflags --libs lua5.4 ) -ldl")
    local module = (os.getenv "LUMA_BUILD" or "build/lua5.4") .. "/luma.so"
    g:default { stall = "request" }
    local ended = process.run { host, module, "spec/programs/unloaded.lua",
      g.http }
    away()
    assert.same({ output = "loaded\n", code = 0 }, ended)
  end)

  -- What the files of luma share, as they are before they are linked.
  local function names()
    local list = { "buf_append" } -- which may be inline
    for name in program.nm("-g --defined-only",
      "core/*/*.o binding/*.o lua_luma.o")
      :gmatch "%x+ %u (%a[%w_]*)\n" do
      if name ~= "luaopen_luma" then list[#list + 1] = name end
    end
    return list
  end

  -- A host that has a function of its own for each of them: nothing of the one
  -- calls the other.
  for kind, flags in pairs { linked = "", loaded = "-DLOADED -rdynamic" } do
    it("keeps its names, as luma does, which is " .. kind, function()
      local list = names()
      assert.is_true(#list > 100)
      local host, away = program.host("namesakes", flags, list)
      local ended = process.run { host, "spec/programs/linked.lua", g.http }
      away()
      assert.same({
        output = ("2 tasks\n0, %d of %d\n2 tasks\n"):format(#list, #list),
        code = 0,
      }, ended)
    end)
  end
end)
