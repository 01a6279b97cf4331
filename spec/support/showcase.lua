-- SPDX-License-Identifier: MIT
-- The tasks of `make demo` on the stub gateway: the reference task, and a dozen
-- in all states. Some of them grow each time they are asked for. Runs on every
-- Lua the specs do.

local cjson = require "cjson"
local scenes = require "spec.stub.scenes"

local showcase = { reference = "4665a07c-7641-4809-a133-10786201bb56" }

local COMPLETED = { "SUCCESS", "100%" }

-- The statuses of a task that grows by `by` per cent from `from` to the end.
local function growing(from, by)
  local steps = {}
  for percent = from, 99, by do
    steps[#steps + 1] = { "IN_PROGRESS", percent .. "%" }
  end
  steps[#steps + 1] = COMPLETED
  return steps
end

local function failed(reason) return { "FAILURE", "100%", reason } end

-- The scene, and what it is at each request; or how it does not end as a task.
-- Behind "too deep" is a task that is nested deeper than luma reads.
local DOZEN = {
  { 1 }, { 6 }, { 15 }, { 8, { failed "the render node ran out of memory" } },
  { 22 }, { 16, growing(64, 4) }, { 17 }, { 34, "missing" }, { 7 },
  { 3, growing(18, 9) }, { 18, "too deep" }, { 12, { { "QUEUED", "" } } },
}

showcase.ids = {}    -- of the dozen
showcase.growing = {} -- of those that grow

for i, task in ipairs(DOZEN) do
  local id = ("%08x-1c4d-4e0a-9b52-%012x"):format(
    (task[1] * 2654435761) % 4294967296, task[1] * 7654321987)
  showcase.ids[i] = id
  if type(task[2]) == "table" and #task[2] > 1 then
    showcase.growing[#showcase.growing + 1] = id
  end
end

local function texts_of(i)
  local scene, id, texts = DOZEN[i][1], showcase.ids[i], {}
  local statuses = DOZEN[i][2]
  if type(statuses) ~= "table" then statuses = { COMPLETED } end
  for step, status in ipairs(statuses) do
    local object = scenes.object(scene, id, status == COMPLETED,
      "https://storage.example/" .. id)
    texts[step] = cjson.encode(scenes.row(scene, id, status, object))
  end
  if DOZEN[i][2] == "too deep" then
    texts[1] = texts[1]:gsub("}$", ',"deep":' .. ("["):rep(200)
      .. ("]"):rep(200) .. "}")
  end
  return texts
end

-- Tells the stub what it answers.
function showcase.tell(gateway)
  local moves, unknown = {}, {}
  for i, task in ipairs(DOZEN) do
    local id = showcase.ids[i]
    moves[id] = texts_of(i)
    if task[2] == "missing" then unknown[#unknown + 1] = id end
  end
  gateway:queue {} -- the reference task is in a bare array
  gateway:default { shape = "B", moves = moves, unknown = unknown }
end

return showcase
