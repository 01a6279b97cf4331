-- SPDX-License-Identifier: MIT
-- What the gallery in examples/love/ is shown with, to people and to its
-- spec: forty tasks of the stub gateway, with states of their own, answered a
-- few at a time. Runs on every Lua the specs do.

local cjson = require "cjson"
local process = require "spec.support.process"
local scenes = require "spec.stub.scenes"

local gallery = {}

-- What becomes of some of the tasks; the others are completed.
local STATES = {
  [5] = { "IN_PROGRESS", "64%" }, [12] = { "IN_PROGRESS", "18%" },
  [23] = { "IN_PROGRESS", "87%" }, [10] = { "QUEUED", "0%" },
  [31] = { "QUEUED", "0%" },
  [8] = { "FAILURE", "100%", "the render node ran out of memory" },
  [27] = { "FAILURE", "100%", "refused by moderation" },
}

-- What becomes of the ids that do not end as tasks: "failed" are nested
-- deeper than luma reads.
gallery.OTHERS = {
  [14] = "missing", [20] = "missing", [34] = "missing",
  [18] = "failed", [29] = "failed",
}
gallery.COUNT = 40

local function id_of(i)
  return ("%08x-1c4d-4e0a-9b52-%012x"):format((i * 2654435) % 4294967296,
    i * 1234577)
end

gallery.ids = {}
for i = 1, gallery.COUNT do gallery.ids[i] = id_of(i) end

local function row(i)
  local id = gallery.ids[i]
  local object = scenes.object(i, id, not STATES[i],
    "https://storage.example/" .. id)
  return scenes.row(i, id, STATES[i] or { "SUCCESS", "100%" }, object)
end

local function texts()
  local map, deep = {}, ("["):rep(200) .. ("]"):rep(200)
  for i, id in ipairs(gallery.ids) do
    local text = cjson.encode(row(i))
    if gallery.OTHERS[i] == "failed" then
      text = text:gsub("}$", ',"deep":' .. deep .. "}")
    end
    map[id] = text
  end
  return map
end

-- Tells the stub how to answer the gallery: the first connections one after
-- the other, and on each a piece of the reply every so many seconds.
function gallery.tell(gateway, seconds)
  local unknown, turns = {}, {}
  for i, outcome in pairs(gallery.OTHERS) do
    if outcome == "missing" then unknown[#unknown + 1] = gallery.ids[i] end
  end
  for i = 1, 8 do turns[i] = { delay = i * seconds } end
  gateway:ask("accept", { behaviours = turns })
  gateway:default {
    shape = "B", texts = texts(), unknown = unknown,
    delay = seconds, drip = { bytes = 600, seconds = seconds },
  }
end

-- A shell command: `program` runs the gallery with `ids` on the stub. `env` is
-- a map of more environment variables.
function gallery.command(gateway, program, env, ids)
  local what = {
    program = program .. " examples/love",
    env = {
      LUMA_GATEWAY_TOKEN = "any", LUMA_GATEWAY_URL = gateway.https,
      LUMA_GALLERY_CA = gateway.ca, LUA_CPATH = "build/luajit/?.so;;",
    },
  }
  for name, value in pairs(env or {}) do what.env[name] = value end
  for i, id in ipairs(ids or gallery.ids) do what[i] = id end
  return process.command(what)
end

return gallery
