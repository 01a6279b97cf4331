-- SPDX-License-Identifier: MIT
-- luma.id, luma.state and the like read a task of any shape, whether luma or
-- lua-cjson made the table.

local cjson = require "cjson"
local luma = require "luma"
local fixture = require "spec.support.fixture"

local null = luma.null

local GRID = "em9csKqXYUgqdHVmmqeZLB8YaFpLjVw2bmFTTElBHhMNTzgodD8eVzUeTDor"
  .. "RSkYYEQymV80e1M0ck0ugWVRwKCApWk0hF1BgmVP"
local COLOURS = {
  "#7a6f5c", "#b0aa97", "#61482a", "#747566", "#9aa799",
  "#2c1f18", "#685a4b", "#8d5c36", "#6e6153", "#4c4941",
  "#1e130d", "#4f3828", "#743f1e", "#57351e", "#4c3a2b",
  "#452918", "#604432", "#995f34", "#7b5334", "#724d2e",
  "#816551", "#c0a080", "#a56934", "#845d41", "#82654f",
}

-- Nil, and not just nothing: a caller may hand it on.
local function is_nil(...)
  assert.same({ nil, n = 1 }, table.pack(...))
end

describe("of a task in any shape, read by luma or by lua-cjson,", function()
  local f, tasks = fixture.use { token = "sk-test" }, {}

  setup(function()
    for _, shape in ipairs { "A", "B", "single" } do
      f.g:default { shape = shape }
      for name, options in pairs {
        ["luma"] = {}, ["luma with nulls"] = { nulls = true },
        ["lua-cjson"] = { decode = cjson.decode },
      } do
        tasks[name .. ", shape " .. shape] = f:new(options):tasks("an-id")[1]
      end
    end
  end)

  -- Calls test(task, where the Luma object is in it) for all nine.
  local function each(test)
    local count = 0
    for name, task in pairs(tasks) do
      local inner = task.data or task
      assert.equal(name:find "shape B" ~= nil, inner ~= task)
      test(task, inner)
      count = count + 1
    end
    assert.equal(9, count)
  end

  it("luma.id is the id that was asked for", function()
    each(function(task) assert.equal("an-id", luma.id(task)) end)
  end)

  it("luma.state is its state", function()
    each(function(task) assert.equal("completed", luma.state(task)) end)
  end)

  it("luma.url is its links", function()
    each(function(task, inner)
      assert.equal(inner.video.download_url, luma.url(task))
      assert.equal(inner.video.download_url, luma.url(task, "video"))
      assert.equal(inner.thumbnail.url, luma.url(task, "thumbnail"))
      assert.equal(inner.last_frame.url, luma.url(task, "last_frame"))
      assert.truthy(luma.url(task, "last_frame"):find "last_frame%.jpg$")
    end)
  end)

  it("luma.palette is its 25 colours", function()
    each(function(task)
      local palette = luma.palette(task)
      assert.equal(25, #palette)
      for i, colour in ipairs(palette) do
        assert.equal(COLOURS[i],
          ("#%02x%02x%02x"):format(table.unpack(colour)))
      end
    end)
  end)

  it("luma.progress is its percentage, where it says one", function()
    each(function(task, inner)
      if task == inner then
        is_nil(luma.progress(task))
      else
        assert.equal(100, luma.progress(task))
      end
    end)
  end)
end)

describe("luma.id", function()
  it("prefers task_id, then the id inside, then the id", function()
    assert.equal("t", luma.id { task_id = "t", id = "i", data = { id = "d" } })
    assert.equal("d", luma.id { id = "i", data = { id = "d" } })
    assert.equal("i", luma.id { id = "i", data = {} })
    assert.equal("i", luma.id { id = "i", data = null, task_id = null })
    assert.equal("i", luma.id { id = "i", task_id = "", data = { id = "" } })
  end)

  it("makes whole numbers digits", function()
    local numbers = {
      ["7"] = 7, ["0"] = 0, ["-1"] = -1, ["1000"] = 1000.0,
      ["9007199254740992"] = 2.0 ^ 53, ["100000000000000000000"] = 1e20,
    }
    if 9007199254740993 ~= 9007199254740992 then -- this Lua has integers
      numbers["9007199254740993"] = 9007199254740993
      numbers["9223372036854775807"] = math.maxinteger
    end
    for digits, number in pairs(numbers) do
      assert.equal(digits, luma.id { id = number })
      assert.equal(digits, luma.id { task_id = number, id = "x" })
      assert.equal("string", type(luma.id { data = { id = number } }))
    end
  end)

  it("answers nil where there is none", function()
    is_nil(luma.id {})
    is_nil(luma.id { id = "", task_id = null, data = { id = null } })
    is_nil(luma.id { id = true, data = "x" })
    is_nil(luma.id { id = 1.5 })
    is_nil(luma.id { id = 0 / 0 })
    is_nil(luma.id { id = math.huge })
  end)
end)

describe("luma.url", function()
  local function link(name) return "https://x.test/" .. name end

  it("gives the link without a watermark first", function()
    local task = {
      video = { download_url = link "clean", url = link "marked" },
      video_raw = { url = link "raw" },
    }
    assert.equal(link "clean", luma.url(task))
    for _, none in ipairs { "", null, false } do
      task.video.download_url = none
      assert.equal(link "raw", luma.url(task))
      task.video_raw.url = none
      assert.equal(link "marked", luma.url(task))
      task.video_raw.url = link "raw"
    end
    task.video = null
    assert.equal(link "raw", luma.url(task))
    task.video, task.video_raw = { url = link "marked" }, null
    assert.equal(link "marked", luma.url(task))
    assert.equal(link "marked", luma.url { task_id = "t", data = task })
  end)

  it("looks into the artifact where the task has none", function()
    local artifact = {
      video = { url = link "video" }, thumbnail = { url = link "thumb" },
      last_frame = { url = link "frame" },
    }
    local empty = { url = "", download_url = "" }
    for _, task in ipairs {
      { artifact = artifact },
      { artifact = artifact, video = null, thumbnail = null,
        last_frame = null },
      { artifact = artifact, video = empty, video_raw = empty,
        thumbnail = empty, last_frame = empty },
      { data = { artifact = artifact } },
    } do
      assert.equal(link "video", luma.url(task))
      assert.equal(link "thumb", luma.url(task, "thumbnail"))
      assert.equal(link "frame", luma.url(task, "last_frame"))
    end
    artifact.video_raw = { url = link "raw" }
    assert.equal(link "raw", luma.url { artifact = artifact })
    artifact.video.download_url = link "clean"
    assert.equal(link "clean", luma.url { artifact = artifact })
    assert.equal(link "own",
      luma.url { artifact = artifact, video = { url = link "own" } })
  end)

  it("answers nil where there is none", function()
    for _, what in ipairs { "video", "thumbnail", "last_frame" } do
      is_nil(luma.url({}, what))
      is_nil(luma.url({ [what] = null, artifact = null, data = null }, what))
      is_nil(luma.url({ [what] = {}, artifact = { [what] = {} } }, what))
      is_nil(luma.url({ [what] = { url = 5 }, data = 5 }, what))
      is_nil(luma.url({ [what] = " \n", artifact = "", data = "" }, what))
    end
  end)

  it("raises for a name that is no link's", function()
    assert.error_matches(function() luma.url({}, "audio") end,
      "#2.*'audio'")
  end)
end)

describe("luma.progress", function()
  it("gives a number from 0 to 100", function()
    for text, percent in pairs {
      ["0%"] = 0, ["100%"] = 100, ["40"] = 40, ["12.5%"] = 12.5, [7] = 7,
      [99.5] = 99.5, ["050%"] = 50,
    } do
      assert.equal(percent, luma.progress { progress = text })
    end
    assert.equal("integer", math.type(luma.progress { progress = "40%" }))
    assert.equal("integer", math.type(luma.progress { progress = 40.0 }))
  end)

  it("answers nil for anything else", function()
    is_nil(luma.progress {})
    for _, value in ipairs { null, true, {}, "", "%", "soon", "40%%", "-1%",
      "101%", -1, 100.5, 0 / 0, "nan", "inf%", "0x10%", "4 0%" } do
      is_nil(luma.progress { progress = value })
    end
  end)
end)

describe("luma.palette", function()
  it("takes the grid's text as well", function()
    local palette = luma.palette(GRID)
    assert.equal(25, #palette)
    assert.same({ 0x7a, 0x6f, 0x5c }, palette[1])
    assert.same({ 0x82, 0x65, 0x4f }, palette[25])
    assert.equal("integer", math.type(palette[13][2]))
    assert.same({ 255, 255, 255 }, luma.palette(("/"):rep(100))[7])
    assert.same({ 251, 239, 190 }, luma.palette(("+"):rep(100))[25])
  end)

  it("answers nil for a grid of another length or alphabet", function()
    is_nil(luma.palette "")
    is_nil(luma.palette(GRID:sub(2)))
    is_nil(luma.palette(GRID .. "A"))
    is_nil(luma.palette(GRID .. GRID))
    for _, wrong in ipairs { "=", "-", "_", " ", "\n", "\0", "\195", "!" } do
      for _, at in ipairs { 1, 50, 100 } do
        local grid = GRID:sub(1, at - 1) .. wrong .. GRID:sub(at + 1)
        assert.equal(100, #grid)
        is_nil(luma.palette(grid))
        is_nil(luma.palette { thumbnail = { palette = { grid = grid } } })
      end
    end
  end)

  it("answers nil where there is none", function()
    is_nil(luma.palette {})
    for _, none in ipairs { null, false, 5, "", {} } do
      is_nil(luma.palette { thumbnail = none, last_frame = none })
      is_nil(luma.palette { thumbnail = { palette = none } })
      is_nil(luma.palette { thumbnail = { palette = { grid = none } } })
      is_nil(luma.palette { data = none })
    end
  end)
end)

describe("every one of them", function()
  local NAMES = { "id", "state", "url", "progress", "palette" }

  it("answers nil for what is no task", function()
    for _, name in ipairs(NAMES) do
      is_nil(luma[name](nil))
      for _, value in ipairs { null, false, true, 0, 1.5, print, "text",
        coroutine.create(print), io.stdout } do
        is_nil(luma[name](value))
      end
    end
  end)

  it("runs none of the host's metamethods", function()
    local trap = setmetatable({}, { __index = function() error "trap" end,
      __len = function() error "trap" end })
    for _, name in ipairs(NAMES) do
      is_nil(luma[name](trap))
    end
  end)

  it("changes nothing in the table", function()
    local task = { id = "a", progress = "1%", data = { state = "failed",
      video = { url = "u" }, thumbnail = { palette = { grid = GRID } } } }
    for _, name in ipairs(NAMES) do luma[name](task) end
    assert.same({ id = "a", progress = "1%", data = { state = "failed",
      video = { url = "u" }, thumbnail = { palette = { grid = GRID } } } },
      task)
  end)
end)
