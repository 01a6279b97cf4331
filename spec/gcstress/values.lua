-- SPDX-License-Identifier: MIT
-- What stress.lua needs no gateway for: JSON, and the functions of a task.

local luma = require "luma"

-- Called by pcall itself, its name is not known, and has to be looked for.
local encode = luma.encode

local values = {}

local TEXT = [=[{"null":null,"list":[1,-2.5,true,null,"\u00e9\n",{"deep":[[[{}]]]}],
  "id":9007199254740993,"é":"ü",
  "long":"]=] .. ("x"):rep(300) .. '"}'

-- A row of a gateway, with a task in it
local ROW = [[{"id":7,"task_id":"row-1","status":"IN_PROGRESS","progress":"42%",
  "data":{"id":"row-1","state":"dreaming","video":{"url":"https://a.example/1",
  "download_url":"https://a.example/2"},"last_frame":{"url":"https://a.example/3"},
  "thumbnail":{"url":"https://a.example/4","palette":{"grid":"]]
  .. ("AQID"):rep(25) .. [["}}}}]]

-- A task as stub/weather.lua sends it.
function values.check_task(task, id)
  assert(luma.id(task) == id and task.id == id)
  assert(luma.state(task) and task.created_at == "2024-12-22T13:38:40.139Z")
  local request = task.request
  assert(request.prompt == 'a "cat" dances' and #request.keyframes == 2)
  assert(request.keyframes[1] == luma.null)
  assert(request.keyframes[2].weights[4] == 9007199254740993)
end

function values.check_json()
  local value = assert(luma.decode(TEXT))
  assert(value.null == nil and value.id == 9007199254740993)
  assert(value["é"] == "ü" and #value.long == 300)
  assert(luma.decode(TEXT, { nulls = true }).null == luma.null)
  local again = luma.decode(luma.encode(value))
  assert(luma.encode(again.list)
    == '[1,-2.5,true,null,"é\\n",{"deep":[[[{}]]]}]')
  local none, err = luma.decode(TEXT:sub(1, -2))
  assert(none == nil and err.code == "argument" and tostring(err):find "JSON")
  local deep = print
  for _ = 1, 20 do deep = { { x = deep } } end
  local ok, why = pcall(encode, deep)
  assert(not ok and why:find(("[1].x"):rep(20) .. ": a value", 1, true), why)
end

function values.check_readers()
  local row = assert(luma.decode(ROW))
  assert(luma.id(row) == "row-1" and luma.state(row) == "processing")
  assert(luma.progress(row) == 42)
  assert(luma.url(row) == "https://a.example/2")
  assert(luma.url(row, "last_frame") == "https://a.example/3")
  assert(luma.url(row, "thumbnail") == "https://a.example/4")
  local colours = luma.palette(row)
  assert(#colours == 25 and colours[25][1] == 1 and colours[25][3] == 3)
  assert(#luma.palette(("AQID"):rep(25)) == 25)
  for _, other in ipairs { false, 5, "x", print } do
    assert(luma.id(other) == nil and luma.state(other) == nil)
  end
end

return values
