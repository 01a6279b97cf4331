-- SPDX-License-Identifier: MIT
-- The names of `luma download --name`: the first line of the input is the
-- template, the others are what the tasks say of themselves.

local luma_names = require "luma_cli.names"
local stop = require "luma_cli.stop"

local LONGEST = 250 -- bytes of a name, which disks and extensions allow
local FACTS = { "id", "prompt", "state", "created_at" }

-- Names that Windows takes for devices, whatever their extension.
local function is_device(name)
  local stem = name:match("^[^.]*"):gsub(" +$", ""):lower()
  return stem == "con" or stem == "prn" or stem == "aux" or stem == "nul"
    or stem:find "^com[1-9]$" or stem:find "^lpt[1-9]$"
    or stem:find "^com\194[\178\179\185]$"
    or stem:find "^lpt\194[\178\179\185]$"
end

local function check(name)
  assert(not name:find "[%z\1-\31/\\:*?\"<>|\127]", "a name leads elsewhere")
  assert(not name:find "^[-.]", "a name is an option, or hidden")
  assert(not name:find "[. ]$", "a name ends with what Windows drops")
  assert(#name:gsub("%.%w+$", "") <= LONGEST, "a name is too long")
  assert(not is_device(name), "a name is that of a device")
end

return function(bytes)
  local lines = {}
  for line in (bytes .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  local ok, name_of = pcall(luma_names.new, lines[1], "video")
  if not ok then
    assert(stop.is_stop(name_of), "a template is refused in words")
    return
  end
  local used, ids = {}, {}
  for at = 2, #lines, #FACTS do
    local values = {}
    for i, fact in ipairs(FACTS) do values[fact] = lines[at + i - 1] end
    if #values.id > 0 and not ids[values.id] then
      local name = name_of(values)
      check(name)
      assert(not used[name:lower()], "two tasks have one name")
      used[name:lower()], ids[values.id] = true, true
    end
  end
end
