-- SPDX-License-Identifier: MIT
-- Tasks that look like something: prompts, palettes and sizes of their own. The
-- stub gateway has them for people, and so have the gallery and the demo. Runs
-- on every Lua the specs do.
--
--   scenes.object(i, id, completed, link)   the Luma object of scene i
--   scenes.row(i, id, status, object)       the row of an envelope around it
--
-- `link` is that of its files, without their endings. `status` is a list: the
-- gateway's word, the progress, the reason of a failure.

local scenes = {}

-- Prompt; the colours of a picture's five rows; a light in it: column, row
-- and colour.
local SCENES = {
  { "a lighthouse keeper reads by lamplight while the storm rolls in",
    "14213d 1f3358 2d4a6d 33526b 16202e", 4, 2, "ffd28a" },
  { "slow pan over terraced rice fields at sunrise, mist between the steps",
    "f3b48b e89f86 9db08c 6c9a63 3d6b48", 2, 1, "fff0c9" },
  { "paper boats drifting down a flooded street, seen from above",
    "5b8a9a 4b7d92 3c6d88 35607c 2a4d69", 3, 3, "f7f1e3" },
  { "time lapse of frost growing across a greenhouse window",
    "cfe3ec b5d3e2 92bcd3 6f9ec0 4d7ca8", 2, 4, "ffffff" },
  { "a jazz trio in a basement bar, warm haze, handheld camera, the bassist "
    .. "laughs and looks into the lens as the last note rings out",
    "2a1420 4a1d2b 7a2f33 8f4436 341a20", 3, 3, "ffb25e" },
  { "a fox crosses fresh snow under the northern lights",
    "0b1f33 11504f 1f8a70 7fb7a6 dbe9ee", 4, 2, "8dffc4" },
  { "macro shot of ink blooming in water, violet and gold",
    "efe6f5 c8a9e0 8e5fc0 5a2f93 2c144f", 2, 3, "f2c14e" },
  { "an old tram climbs a hill in Lisbon, afternoon shadows",
    "8ec5e8 e9d8b4 e6b566 c98a3f 6d4a32", 4, 3, "fff3d0" },
  { "drone flight through a slot canyon",
    "f0a868 d97742 b4502f 7d3324 3f1a18", 3, 1, "ffe3b3" },
  { "a whale surfaces beside a small red boat",
    "a9d3de 6fb0c4 2f7f9f 17597c 0c3554", 4, 4, "e2574c" },
  { "desert caravan at dusk, long lenses, heat shimmer",
    "45305e 8a4a6b d9725f f0a35e 8a5a3c", 2, 3, "ffd98f" },
  { "rain on neon signs, a cyclist waits at the crossing",
    "120f2b 241a4d 4a1f6b 1c4f7a 0d1b30", 4, 3, "ff5fa2" },
  { "dandelion seeds lifting off in slow motion",
    "cfe8d0 a8d49a 79b866 4f9446 2f6b33", 2, 2, "fffbe6" },
  { "a clockmaker's workshop, dust in the light",
    "2b1d12 4d331c 7b5328 5f3d1f 22160d", 2, 2, "ffe0a3" },
  { "cherry blossoms fall on a canal, a heron takes off",
    "f9dbe4 f3b9cc d98fae 7f9bb0 4a6a86", 3, 2, "fff5f8" },
  { "a hand-knitted astronaut floats past a ceramic moon",
    "0a0d1c 141a36 20264f 161a33 080a15", 2, 3, "e8e2d2" },
  { "lava meets the sea, steam and sparks, night",
    "0e0b14 2a0f14 7a1d12 d9480f 1a1016", 3, 4, "ffd166" },
  { "a market stall of spices, the camera glides along",
    "e3a857 d97b29 b8431f 8c2f39 4f2a3a", 4, 2, "f6e27f" },
  { "a glass elevator rises through a coral reef",
    "7fe0d8 35b7c4 1d86b0 155a8f 0d3566", 3, 2, "ff9f80" },
  { "grandmother's kitchen in stop motion, dough becomes a cat",
    "f4e3c8 e8c79a d19f6b a8734a 6b4530", 2, 2, "fffaf0" },
}

local SIZES = {
  { 1360, 752 }, { 752, 1360 }, { 1024, 1024 }, { 1568, 672 },
}

scenes.COUNT = 2 * #SCENES -- each also mirrored

local function channels(hex)
  local out = {}
  for two in hex:gmatch "%x%x" do out[#out + 1] = tonumber(two, 16) end
  return out
end

-- 25 colours: a row's own, lit up the more the nearer the light is.
local function colours(scene, mirrored)
  local list, light, row = {}, channels(scene[5]), 0
  for hex in scene[2]:gmatch "%x+" do
    row = row + 1
    local own = channels(hex)
    for column = 1, 5 do
      local x = mirrored and 6 - column or column
      local away = (x - scene[3]) ^ 2 + (row - scene[4]) ^ 2
      local share = math.exp(-away / 1.3)
      for c = 1, 3 do
        local dark = (255 - own[c]) * (255 - light[c] * share) / 255
        list[#list + 1] = math.floor(255 - dark)
      end
    end
  end
  return list
end

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  .. "abcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(bytes)
  local out = {}
  for i = 1, #bytes, 3 do
    local bits = bytes[i] * 65536 + bytes[i + 1] * 256 + bytes[i + 2]
    for shift = 3, 0, -1 do
      local at = math.floor(bits / 64 ^ shift) % 64 + 1
      out[#out + 1] = DIGITS:sub(at, at)
    end
  end
  return table.concat(out)
end

-- What is not completed has no pictures yet.
function scenes.object(i, id, completed, link)
  local scene = SCENES[(i - 1) % #SCENES + 1]
  local task = {
    id = id, created_at = "2024-12-22T13:38:40.139Z",
    state = completed and "completed" or "processing",
    request = { prompt = scene[1], aspect_ratio = "16:9" },
  }
  if completed then
    local size = SIZES[i % 3 == 0 and i % 4 + 1 or 1]
    task.thumbnail = {
      url = link .. ".jpg", width = size[1], height = size[2],
      media_type = "image",
      palette = { grid = base64(colours(scene, i > #SCENES)) },
    }
    task.video = { url = link .. ".mp4", width = size[1], height = size[2] }
    task.video_raw = {
      url = link .. ".mp4", width = size[1], height = size[2],
      duration = i % 2 == 0 and 9.041667 or 5.041667, media_type = "video",
    }
  end
  return task
end

function scenes.row(i, id, status, object)
  return {
    id = 1000 + i, task_id = id, platform = "luma_free",
    action = "LUMA_VIDEO", status = status[1], progress = status[2],
    fail_reason = status[3] or "", data = object,
  }
end

return scenes
