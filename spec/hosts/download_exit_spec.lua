-- SPDX-License-Identifier: MIT
-- A process can exit or fork at any moment of its downloads.

local children = require "spec.support.children"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local native = require "spec.support.native"

local SIZE = 100000
local ROUNDS = tonumber(os.getenv "LUMA_ROUNDS" or "")
  or fixture.PLAIN and 7 or 1

describe("a process with downloads", function()
  local f, g, dir, cpath, remove

  setup(function()
    f = fixture.start()
    g = f.g
    dir = folder.new()
    cpath, remove = native "posix"
  end)
  teardown(function()
    f:stop()
    dir:remove()
    remove()
  end)
  after_each(function()
    f:tidy()
    dir:empty()
  end)

  -- Those with a final name are whole.
  local function check_files()
    for _, name in ipairs(dir:names()) do
      if name:find "^clip" and not name:find "%.part$" then
        assert.is_true(files.content("clip", SIZE) == dir:read(name), name)
      end
    end
  end

  local ways = { { "exit", 7 }, { "exit_and_close", 7 }, { "end", 0 },
    { "drop", 0 }, { "close", 0 }, { "in_callback", 7 } }

  for _, pair in ipairs(ways) do
    local way, code = pair[1], pair[2]
    it("ends by " .. way .. " with its own status", function()
      for _, server in ipairs { { stall = "body" },
        { drip = { bytes = 20000, seconds = 0.01 } }, {} } do
        if way ~= "in_callback" or server.drip then
          local list = {}
          for i = 1, ROUNDS do
            list[i] = { "spec/programs/leave-files.lua", g.https, g.ca,
              dir.path .. "/" .. i, way, (i - 1) * 12 % 84 }
            dir:run("mkdir " .. i)
          end
          server.size = SIZE
          g:file("/clip", server)
          for i, ended in ipairs(children.run(list)) do
            assert.same({ "exit", code, "" },
              { ended.kind, ended.code, ended.output })
            -- One after the other: their files have the same names.
            dir:run(("mv %d here && rm -f clip* && find here -type f"
              .. " -exec mv {} . ';' && rm -r here"):format(i))
            check_files()
          end
          g:reset()
          dir:empty()
        end
      end
    end)
  end

  it("may fork", function()
    local sanitizer = os.getenv "LUMA_SAN" or ""
    if sanitizer ~= "" then return pending "no forks under sanitizers" end
    g:file("/clip", { size = SIZE, drip = { bytes = 20000, seconds = 0.02 } })
    local ended = children.run {
      { "spec/programs/leave-files.lua", g.https, g.ca, dir.path, "fork", 30,
        cpath },
    }[1]
    assert.same({ "exit", 0, "" }, { ended.kind, ended.code, ended.output })
    assert.equal(20, #dir:names())
    check_files()
  end)
end)
