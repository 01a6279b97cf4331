-- SPDX-License-Identifier: MIT
-- `luma download --name`: whatever tasks say, no two have the same name, and
-- each name is one that any system takes for that of a file.

local names = require "luma_cli.names"

describe("--name", function()
  -- The template, then prompts and ids in turns, and the names of their files.
  for _, case in ipairs {
    { "tells apart tasks that say the same", "{prompt}",
      { "x", "1", "X", "2" }, "x-1.mp4 X-2.mp4" },
    { "and one that says the name of another", "{prompt}",
      { "x", "a", "x-b", "c", "x", "b" }, "x-a.mp4 x-b-c.mp4 x-b.mp4" },
    { "and those that some disks take for the same", "{prompt}",
      { "\195\137", "a", "\195\169", "b", "e\204\129", "c" },
      "\195\137-a.mp4 \195\169-b.mp4 e\204\129-c.mp4" },
    { "has the whole id in each name", "{id:2}",
      { "", "abc", "", "abd" }, "ab-abc.mp4 ab-abd.mp4" },
    { "and no controls and ends of lines", "{prompt}",
      { "a\194\155b\226\128\168c\194\133", "d" }, "a_b_c_-d.mp4" },
    { "turns no text around", "{prompt}", { "a\226\128\174b", "a" },
      "a_b-a.mp4" },
    { "and ids that look alike", "{prompt}.mov",
      { "x", "a", "x", "b/c", "x", "b:c" }, "x-a.mov x-b_c.mov x-b_c-2.mov" },
    { "has a name where a task says nothing", "{prompt}",
      { "", "a", "", "-b", "\255", "\255" }, "a.mp4 _b.mp4 \239\191\189-\239\191\189.mp4" },
    { "makes no option and no hidden file", "{prompt}",
      { "-rf", "a", ".profile", "b" }, "_rf-a.mp4 _profile-b.mp4" },
    { "makes no device of Windows", "{prompt}.{id}",
      { "con", "a", "NUL.x", "b", "lpt1", "c", "com0", "d", "com\194\178", "e" },
      "_con.a.mp4 _NUL.x.b.mp4 _lpt1.c.mp4 com0.d.mp4 _com\194\178.e.mp4" },
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
    name_of = names.new("{prompt}-{id}", "video")
    assert.matches("-b.mp4$", name_of { prompt = long, id = "b" })
  end)
end)
