-- SPDX-License-Identifier: MIT
-- The files of the stub server: what a request for one is answered with, when
-- ranges are served rightly or wrongly.
--
-- A file is a table, given to `Gateway:file(path, ...)`: one for each request
-- in turn, the last one for good. Its fields are listed in fields.lua.

local cjson = require "cjson"

local files = {}

local LINE = 32 -- bytes

local made = {}

-- The bytes of a file: no two lines are alike, so that no two pieces can
-- change places unnoticed.
function files.content(name, size)
  local key = name .. " " .. size
  if not made[key] then
    local lines = {}
    for i = 0, size / LINE do
      local line = ("%s %d "):format(name, i)
      lines[i + 1] = line .. ("."):rep(LINE - 1 - #line) .. "\n"
    end
    made[key] = table.concat(lines):sub(1, size)
  end
  return made[key]
end

local function quoted(file, etag)
  return (file.weak and "W/" or "") .. '"' .. etag .. '"'
end

-- Content-Range lines that are wrong, of what should be first, last, total.
local WRONG = {
  shifted = function(a, b, n) return ("bytes %d-%d/%d"):format(a + 1, b, n) end,
  short = function(a, b, n) return ("bytes %d-%d/%d"):format(a, b - 1, n) end,
  total = function(a, b, n)
    return ("bytes %d-%d/%d"):format(a, b + 1, n + 1)
  end,
  backward = function(a, b, n) return ("bytes %d-%d/%d"):format(b, a, n) end,
  garbled = function(a, b) return ("octets %d to %d"):format(a, b) end,
}

-- Where a part is to begin, or nil when all is to be sent.
local function part_of(request, file, etag)
  local from = (request.headers.range or ""):match "^bytes=(%d+)%-$"
  local condition = request.headers["if-range"]
  if not from then return file.always_part and 0 or nil end
  if file.ranges == "ignored" then return nil end
  if file.ranges == nil or file.ranges == true then
    -- Only a strong comparison can join two parts.
    if condition and (file.weak or condition ~= etag) then return nil end
  end
  return tonumber(from)
end

local function add_range(answer, file, from, total)
  local last, ranges = total - 1, file.ranges
  local headers = answer.headers
  answer.status = 206
  answer.body = answer.body:sub(from + 1)
  headers["Content-Range"] = (WRONG[ranges] or function(a, b, n)
    return ("bytes %d-%d/%d"):format(a, b, n)
  end)(from, last, total)
  if ranges == "missing" then headers["Content-Range"] = nil end
  if ranges == "other" then headers.ETag = '"other"' end
  if ranges == "unnamed" then headers.ETag = nil end
  if ranges == "surplus" then
    answer.body, answer.chunked = answer.body .. "surplus", 10000
  end
  if ranges == "longer" then answer.content_length = total + 1 end
  if ranges == "multipart" then
    headers["Content-Range"] = nil
    answer.content_type = "multipart/byteranges; boundary=b"
  end
end

-- Turns a file into a behaviour for answer.lua.
function files.behaviour(request, file)
  file.seen = (file.seen or 0) + 1
  if file.uses and file.seen > file.uses then
    return { status = file.expired or 403, body = "<Error>expired</Error>",
      content_type = "application/xml" }
  end
  local body = files.content(file.name or "clip", file.size or 100000)
  local answer = { body = body, headers = {} }
  local etag = file.etag ~= false and quoted(file, file.etag or "v1") or nil
  answer.headers.ETag = etag
  answer.headers["Accept-Ranges"] = "bytes"
  if file.type == false then
    answer.headers["Content-Type"] = cjson.null
  else
    answer.content_type = file.type or "video/mp4"
  end
  local from = part_of(request, file, etag)
  if from and (file.ranges == "refused" or from >= #body) then
    answer.status, answer.body = 416, ""
    answer.headers["Content-Range"] = "bytes */" .. #body
  elseif from then
    add_range(answer, file, from, #body)
  end
  if file.lie then answer.content_length = #answer.body + file.lie end
  if file.lie or file.ranges == "longer" then answer["then"] = "close" end
  for key, value in pairs(file) do
    if key == "headers" then
      for name, text in pairs(value) do answer.headers[name] = text end
    else
      answer[key] = value
    end
  end
  return answer
end

return files
