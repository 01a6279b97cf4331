-- SPDX-License-Identifier: MIT
-- Makes the texts for bench/reader.c in a directory: replies of 100 rows.

local cjson = require "cjson"
local tasks = require "tasks"

local dir = arg[1]

local function write(name, text)
  local file = assert(io.open(dir .. "/" .. name .. ".json", "wb"))
  assert(file:write(text))
  assert(file:close())
end

local ids = {}
for i = 1, 100 do
  ids[i] = ("%08x-7641-4809-%04x-10786201bb56"):format(i * 2654435761 % 2 ^ 32,
    i * 40503 % 2 ^ 16)
end

local function list_of(make)
  local rows = {}
  for i = 1, 100 do rows[i] = cjson.encode(make(i)) end
  return "[" .. table.concat(rows, ",") .. "]"
end

-- Prompts with quotes, line breaks, and letters beyond ASCII as \u.
local function with_escapes(i)
  local prompts = {}
  for k = 1, 20 do prompts[k] = ("\"a\"\n\tb\\%d \1 / c"):format(i + k) end
  return { id = ids[i], prompts = prompts }
end

local function with_numbers(i)
  local list = {}
  for k = 1, 60 do
    list[k] = k % 3 == 0 and i * k / 7 or k % 3 == 1 and i * k or -i * k / 1e9
  end
  return { id = ids[i], numbers = list }
end

cjson.encode_number_precision(14)
write("reference", tasks.body(ids, {}, {}))
write("compact", tasks.body(ids, { compact = true }, {}))
write("envelope", tasks.body(ids, { shape = "B" }, {}))
write("wide", tasks.body(ids, { members = 200 }, {}))
write("escapes", (list_of(with_escapes):gsub(" c", "\\u00e4\\ud83d\\ude00")))
write("numbers", list_of(with_numbers))
