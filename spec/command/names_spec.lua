-- SPDX-License-Identifier: MIT
-- `luma download --name`: whatever tasks say, no two have the same name, and
-- each name is one that any system takes for that of a file.

local names = require "luma_cli.names"

describe("--name", function()
  -- The template, then prompts and ids in turns, and the names of their files.
  for _, case in ipairs {
    { "tells apart tasks that say the same", "{prompt}",
      { "x", "1", "X", "2" }, "x.mp4 X-2.mp4" },
    { "and one that says the name of another", "{prompt}",
      { "x", "a", "x-b", "c", "x", "b" }, "x.mp4 x-b.mp4 x-b-2.mp4" },
    { "and those that some disks take for the same", "{prompt}",
      { "\195\137", "a", "\195\169", "b", "e\204\129", "c" },
      "\195\137.mp4 \195\169-b.mp4 e\204\129-c.mp4" },
    { "turns no text around", "{prompt}", { "a\226\128\174b", "a" },
      "a_b.mp4" },
    { "and ids that look alike", "{prompt}.mov",
      { "x", "a", "x", "b/c", "x", "b:c" }, "x.mov x-b_c.mov x-b_c-2.mov" },
    { "has a name where a task says nothing", "{prompt}",
      { "", "a", "", "-b", "\255", "\255" }, "a.mp4 _b.mp4 _2.mp4" },
    { "makes no option and no hidden file", "{prompt}",
      { "-rf", "a", ".profile", "b" }, "_rf.mp4 _profile.mp4" },
    { "makes no device of Windows", "{prompt}",
      { "con", "a", "NUL.x", "b", "lpt1", "c", "com0", "d", "com\194\178", "e" },
      "_con.mp4 _NUL.x.mp4 _lpt1.mp4 com0.mp4 _com\194\178.mp4" },
  } do
    it(case[1], function()
      local name_of, made = names.new(case[2], "video"), {}
      for i = 1, #case[3], 2 do
        made[#made + 1] = name_of { prompt = case[3][i], id = case[3][i + 1] }
      end
      assert.equal(case[4], table.concat(made, " "))
    end)
  end

  it("is no longer than a disk allows", function()
    local name_of = names.new("{prompt}", "video")
    local long = ("\195\164"):rep(600)
    for id = 1, 3 do
      assert.is_true(#name_of { prompt = long, id = id .. long } < 250)
    end
  end)
end)
