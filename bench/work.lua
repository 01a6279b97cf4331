-- SPDX-License-Identifier: MIT
-- Makes the files of the benchmark in a directory: ids, responses, nginx.conf.

local socket = require "socket"
local tasks = require "tasks"

local dir = arg[1]
local BATCH = 100

local function write(name, text)
  local file = assert(io.open(dir .. "/" .. name, "wb"))
  assert(file:write(text))
  assert(file:close())
end

-- The ids are the same on every machine. They differ in every part.
local seed = 20241222
local function hex(digits)
  local out = {}
  for i = 1, digits do
    seed = (seed * 6364136223846793005 + 1442695040888963407)
    out[i] = ("%x"):format(seed >> 60)
  end
  return table.concat(out)
end

local function uuid()
  return table.concat({ hex(8), hex(4), hex(4), hex(4), hex(12) }, "-")
end

-- Writes `count` ids to ids-NAME, and a response for each batch of them.
local function make(name, count, behaviour, batch_size)
  local ids, batch = {}, {}
  for i = 1, count do
    ids[i] = uuid()
    batch[#batch + 1] = ids[i]
    if #batch == (batch_size or BATCH) then
      write("replies/" .. batch[1] .. ".json", tasks.body(batch, behaviour, {}))
      batch = {}
    end
  end
  write("ids-" .. name, table.concat(ids, "\n") .. "\n")
end

local function make_stream()
  local ids = {}
  for i = 1, BATCH do ids[i] = ("@stem@%03d"):format(i - 1) end
  write("replies/stream.json", tasks.body(ids, {}, {}))
end

local function free_ports()
  local one = assert(socket.bind("127.0.0.1", 0))
  local two = assert(socket.bind("127.0.0.1", 0))
  local _, http = one:getsockname()
  local _, https = two:getsockname()
  one:close()
  two:close()
  return { HTTP = http, HTTPS = https }
end

make("all", 10000, {})
make("one", 1, {}, 1)
make("rows", 10000, { shape = "B" })
make("wide", 10000, { members = 200 })
make_stream()
write("replies/post", "")

local ports = free_ports()
local template = assert(io.open "bench/nginx.conf"):read "a"
write("nginx.conf", (template:gsub("@(HTTPS?)@", ports)))
write("urls", ("http://127.0.0.1:%d\nhttps://localhost:%d\n")
  :format(ports.HTTP, ports.HTTPS))
