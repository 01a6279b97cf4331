-- SPDX-License-Identifier: MIT
-- For the checks of the gallery. Environment variables:
--   LUMA_GALLERY_FRAMES  the number of frames from the end of the job to the
--                        end of the program
--   LUMA_GALLERY_SHOTS   screenshots, such as "20=a.png;half=b.png;end=c.png":
--                        in frame 20, when half of the ids can be seen, and
--                        at the end
-- At the end it prints a line of figures.

local header = require "header"

local record = {}

local frames = tonumber(os.getenv "LUMA_GALLERY_FRAMES")
local shots, taken, ended = {}, 0, nil
local half -- the frame when half of the ids had an outcome
local FADE = 15 -- frames until a picture can be seen well

for name, path in (os.getenv "LUMA_GALLERY_SHOTS" or ""):gmatch
    "(%w+)=([^;]+)" do
  shots[name] = path
end

local function save(path)
  love.graphics.captureScreenshot(function(image)
    local file = assert(io.open(path, "wb"))
    file:write(image:encode("png"):getString())
    file:close()
    taken = taken + 1
  end)
end

local function shoot(name)
  if shots[name] then save(shots[name]) end
  shots[name] = nil
end

local function figures(progress, cards)
  local shown = 0
  for _, card in ipairs(cards) do
    if card.since and card.prompt then shown = shown + 1 end
  end
  print(("gallery: frames=%d shots=%d shown=%d tasks=%d missing=%d failed=%d "
    .. "step_worst=%.6f step_mean=%.6f"):format(header.count, taken, shown,
    progress.tasks, progress.missing, progress.failed, header.worst,
    header.total / math.max(1, header.count)))
end

-- Called after each frame. `done` is true when the job has ended.
function record.frame(progress, done, cards)
  shoot(tostring(header.count))
  local known = progress.tasks + progress.missing + progress.failed
  if progress.ids > 0 and known * 2 >= progress.ids then
    half = half or header.count
  end
  if half and header.count >= half + FADE then shoot "half" end
  if not (frames and done) then return end
  ended = ended or header.count
  if header.count == ended + frames then shoot "end" end
  if header.count > ended + frames + 1 then
    figures(progress, cards)
    love.event.quit()
  end
end

return record
