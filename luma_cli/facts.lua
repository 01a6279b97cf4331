-- SPDX-License-Identifier: MIT
-- The facts of a task that are shown, from both shapes that gateways send. A
-- value of an unexpected type counts as absent.

local luma = require "luma"

local function object(value) return type(value) == "table" and value or {} end

local function words(value)
  return type(value) == "string" and value:find "%S" and value or nil
end

local function size_of(video)
  local width, height = tonumber(video.width), tonumber(video.height)
  if not (width and height) then return nil end
  return ("%.0fx%.0f"):format(width, height)
end

-- The fail_reason of a completed task may have its link, so only failed tasks
-- have a reason.
local function reason_of(task, inner)
  return words(task.fail_reason) or words(inner.failure_reason)
    or words(task.failure_reason) or words(object(inner.error).message)
end

-- `id` and `state` come with the task, because they are exact.
return function(task, id, state)
  local inner = type(task.data) == "table" and task.data or task
  local raw = object(inner.video_raw)
  local video = size_of(raw) and raw or object(inner.video)
  return {
    id = id, state = state, url = luma.url(task),
    progress = luma.progress(task), palette = luma.palette(task),
    prompt = words(object(inner.request).prompt) or words(inner.prompt),
    reason = state == "failed" and reason_of(task, inner) or nil,
    size = size_of(video), seconds = tonumber(raw.duration),
    created = words(inner.created_at),
  }
end
