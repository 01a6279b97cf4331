-- SPDX-License-Identifier: MIT
-- The gallery of examples/love/ works in LÖVE itself, on a display without a
-- screen.

local fixture = require "spec.support.fixture"
local gallery = require "spec.support.gallery"
local gateway = require "spec.support.gateway"
local hosts = require "spec.support.hosts"
local luma = require "luma"
local process = require "spec.support.process"
local program = require "spec.support.program"

local WIDTH, HEIGHT = 1280, 800
local BUDGET = 0.001 -- seconds a frame, as in the example
local FRAMES = 60    -- drawn after the last answer
local BLANK = 40000  -- bytes no screenshot of an empty window has

local WORDS = "timeout 40 xvfb-run -a -s '-screen 0 1280x800x24' love"

-- What keeps the gallery from being run here, if anything does.
local function obstacle()
  if not fixture.PLAIN then return "not with sanitizers" end
  return hosts.obstacle {
    programs = { "love", "xvfb-run", "timeout" },
    files = { ["build/luajit/luma.so"] = "make LUA=luajit all" },
  }
end

-- What the gallery prints, and its exit code.
local function run(g, env, ids)
  env.LIBGL_ALWAYS_SOFTWARE, env.SDL_AUDIODRIVER = "1", "dummy"
  env.LUMA_GALLERY_SIZE = WIDTH .. "x" .. HEIGHT
  local ended = process.run {
    line = gallery.command(g, WORDS, env, ids),
  }
  return ended.output, ended.code
end

local function figures_in(output)
  local figures = {}
  for name, value in output:gmatch "([%l_]+)=([%d.]+)" do
    figures[name] = tonumber(value)
  end
  return figures
end

local function four_bytes(text, at)
  local a, b, c, d = text:byte(at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- How often each id was asked for.
local function asked(g)
  local count = {}
  for _, request in ipairs((g:journal())) do
    for _, id in ipairs(request.ids) do count[id] = (count[id] or 0) + 1 end
  end
  return count
end

describe("the LÖVE gallery", function()
  local why = obstacle()
  if why then
    pending("is not run: " .. why)
    return
  end

  local g, output, code, figures
  local half, last = os.tmpname(), os.tmpname()

  setup(function()
    g = gateway.start()
    gallery.tell(g, 0.06)
    output, code = run(g, {
      LUMA_GALLERY_FRAMES = tostring(FRAMES),
      LUMA_GALLERY_SHOTS = "half=" .. half .. ";end=" .. last,
    })
    figures = figures_in(output)
  end)
  teardown(function()
    g:stop()
    os.remove(half)
    os.remove(last)
  end)

  it("ends well, having drawn all the time", function()
    assert.equal(0, code, output)
    assert.is_true(figures.frames > FRAMES, output)
  end)

  it("shows each task, and knows what became of the other ids", function()
    assert.same({ 35, 35, 3, 2 }, {
      figures.shown, figures.tasks, figures.missing, figures.failed,
    }, output)
  end)

  it("asks once for each task, and again for what was left out", function()
    local count = asked(g)
    for i, id in ipairs(gallery.ids) do
      assert.equal(gallery.OTHERS[i] == nil, count[id] == 1, id)
    end
  end)

  it("gives luma no more of a frame than it asks for", function()
    assert.is_true(figures.step_worst <= 10 * BUDGET, output)
  end)

  it("can be looked at", function()
    for _, path in ipairs { half, last } do
      local png = fixture.read(path)
      assert.equal("\137PNG\r\n\26\n", png:sub(1, 8))
      assert.same({ WIDTH, HEIGHT },
        { four_bytes(png, 17), four_bytes(png, 21) })
      assert.is_true(#png > BLANK, #png .. " bytes")
    end
  end)

  it("starts with the stub gateway where nothing is set", function()
    local ended = process.run {
      line = "cd examples && " .. process.command {
        program = WORDS .. " love", env = {
          LIBGL_ALWAYS_SOFTWARE = "1", SDL_AUDIODRIVER = "dummy",
          LUMA_GALLERY_FRAMES = "2", LUMA_GALLERY_PACE = "0.02",
        }, unset = { "LUA_CPATH", "LUMA_GATEWAY_TOKEN", "LUMA_GATEWAY_URL" },
      },
    }
    assert.equal(0, ended.code, ended.output)
    local shown = figures_in(ended.output)
    assert.same({ 35, 3, 2 }, { shown.shown, shown.missing, shown.failed },
      ended.output)
  end)

  it("takes the first text that is not empty", function()
    package.loaded.look = { clean = function(text) return text end }
    local card = dofile "examples/love/card.lua".new "a"
    package.loaded.look = nil
    local function shown(text)
      card:show("failed", luma.decode(text), 0, luma)
      return { card.prompt, card.reason }
    end
    assert.same({ "a cat", "refused" }, shown [[{"task_id":"a","status":"FAILURE",
      "fail_reason":"","data":{"failure_reason":"refused","prompt":"a cat",
      "request":{"prompt":""}}}]])
    assert.same({ "no prompt", "no reason given" }, shown [[{"id":"a",
      "state":"failed","failure_reason":" ","request":{"prompt":" "}}]])
  end)

  it("says so where luma cannot start", function()
    local library, remove = program.build(
      "cc -o build/threadless spec/native/threadless.c -shared -fPIC")
    local words, ended = run(g, {
      LUMA_GALLERY_FRAMES = "2", LD_PRELOAD = library,
    })
    remove()
    assert.equal(0, ended, words)
    assert.matches("luma did not start. .*%(thread%)", words)
  end)

  it("says what is missing instead of failing", function()
    local words, ended = run(g, { LUMA_GALLERY_FRAMES = "2" }, {})
    assert.equal(0, ended, words)
    assert.matches("No tasks to show", words)
    words, ended = run(g, {
      LUMA_GALLERY_FRAMES = "2", LUMA_GALLERY_CA = "/nowhere",
    })
    assert.equal(0, ended, words)
    assert.matches("luma did not start. ca_file: cannot be read", words, 1,
      true)
  end)
end)
