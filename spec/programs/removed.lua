-- SPDX-License-Identifier: MIT
-- Downloads to a name without a folder, then to a path, while its working
-- directory is gone, and prints what comes of it:  removed.lua URL PATH

local url, path = ...
local luma = require "luma"
local client = luma.client { token = "token" }

local function show(job, err)
  local result
  if job then result, err = job:result() end
  print(result and "works" or tostring(err))
end

show(client:download(url, { path = "clip.mp4", allow_private = true }))
show(client:download(url, { path = path, allow_private = true }))
