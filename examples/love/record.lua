-- SPDX-License-Identifier: MIT
-- What the checks ask of the gallery, by its environment:
--   LUMA_GALLERY_FRAMES  ends so many frames after the job has
--   LUMA_GALLERY_SHOTS   screenshots, as "20=a.png;half=b.png;end=c.png": of
--                        a frame, when half of the ids have an outcome, at
--                        the end
-- At the end it prints a line of figures.

local header = require "header"

local record = {}

local frames = tonumber(os.getenv "LUMA_GALLERY_FRAMES")
local shots, taken, ended = {}, 0, nil

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

-- Called after each frame; `done` when there is nothing more to come.
function record.frame(progress, done, cards)
  shoot(tostring(header.count))
  local known = progress.tasks + progress.missing + progress.failed
  if progress.ids > 0 and known * 2 >= progress.ids then shoot "half" end
  if not (frames and done) then return end
  ended = ended or header.count
  if header.count == ended + frames then shoot "end" end
  if header.count > ended + frames + 1 then
    figures(progress, cards)
    love.event.quit()
  end
end

return record
