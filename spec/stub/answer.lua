-- SPDX-License-Identifier: MIT
-- Answers one request of the stub server the way a behaviour says: well, or
-- wrongly at any byte. The fields of a behaviour are listed in fields.lua.

local cjson = require "cjson"
local cqueues = require "cqueues"
local tasks = require "tasks"

local CHUNK = 8192 -- bytes, where `chunked` names no size

local REASON = {
  [200] = "OK", [204] = "No Content", [206] = "Partial Content",
  [301] = "Moved Permanently", [302] = "Found", [304] = "Not Modified",
  [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden",
  [404] = "Not Found", [429] = "Too Many Requests",
  [500] = "Internal Server Error", [502] = "Bad Gateway",
  [503] = "Service Unavailable", [504] = "Gateway Timeout",
}

local files = {} -- what `body_file` named, by path

local function read_file(path)
  if not files[path] then
    local file = assert(io.open(path, "rb"))
    files[path] = file:read "a"
    file:close()
  end
  return files[path]
end

-- The error body of the open gateways.
local function error_body(request, message, kind)
  message = ("%s (request id: %s)"):format(message, request.id)
  return cjson.encode { error = { message = message, type = kind } }
end

-- The ids of a request's body as strings, or nil if it has none.
local function ids_of(body)
  local ok, value = pcall(cjson.decode, body)
  local list = ok and type(value) == "table" and value.ids
  if type(list) ~= "table" then return nil end
  local ids = {}
  for i, id in ipairs(list) do
    ids[i] = type(id) == "number" and ("%.0f"):format(id) or tostring(id)
  end
  return ids
end

local function bodiless(status) return status == 204 or status == 304 end

-- The body's text, its content type, and the status where it follows.
local function content(request, behaviour, unknown)
  local status = behaviour.status
  local given = behaviour.body
    or behaviour.body_file and read_file(behaviour.body_file)
    or bodiless(status) and ""
  if given then return given, "application/json", status end
  if type(status) == "number" and status >= 300 and not behaviour.shape then
    local text = error_body(request, "stub answers " .. status,
      "new_api_error")
    return text, "application/json; charset=utf-8", status
  end
  local ids = ids_of(request.body)
  if not ids then -- gin has sent its head before it finds out
    return '{"code":"invalid_request","message":"bad ids","data":null}',
      "text/plain; charset=utf-8", status or 400
  end
  return tasks.body(ids, behaviour, unknown),
    "application/json; charset=utf-8", status
end

-- `headers` is a map of names, or a list of pairs where a name may repeat.
local function header_pairs(headers)
  if not headers or headers[1] then return headers or {} end
  local list = {}
  for name, value in pairs(headers) do list[#list + 1] = { name, value } end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  return list
end

-- Header lines: ours where the behaviour does not give that name itself.
-- A null value only takes ours away.
local function header_lines(ours, given)
  local lines, taken = {}, {}
  for _, pair in ipairs(given) do taken[pair[1]:lower()] = true end
  local function add(name, value)
    lines[#lines + 1] = ("%s: %s\r\n"):format(name, value)
  end
  for _, pair in ipairs(ours) do
    if not taken[pair[1]:lower()] then add(pair[1], pair[2]) end
  end
  for _, pair in ipairs(given) do
    if pair[2] ~= cjson.null then add(pair[1], pair[2]) end
  end
  return table.concat(lines)
end

local function chunked(body, size)
  local out = {}
  for at = 1, #body, size do
    local piece = body:sub(at, at + size - 1)
    out[#out + 1] = ("%x\r\n%s\r\n"):format(#piece, piece)
  end
  return table.concat(out) .. "0\r\n\r\n"
end

-- The header that says where the body ends, if any does.
local function framing(behaviour, body)
  local length = behaviour.content_length
  if length == "none" then return nil end
  if length == nil and behaviour.chunked then
    return { "Transfer-Encoding", "chunked" }
  end
  if length == nil and bodiless(behaviour.status) then return nil end
  return { "Content-Length", length or #body }
end

-- Head and body as they go out, and whether the connection may stay.
local function response(request, behaviour, unknown)
  local body, kind, status = content(request, behaviour, unknown)
  local keep = request.keep and not behaviour.close_after
    and behaviour.content_length ~= "none"
  local ours = { { "Content-Type", behaviour.content_type or kind } }
  ours[#ours + 1] = framing(behaviour, body)
  ours[#ours + 1] = { "X-Oneapi-Request-Id", request.id }
  if not keep then ours[#ours + 1] = { "Connection", "close" } end
  if behaviour.chunked then
    local size = behaviour.chunked
    body = chunked(body, size == true and CHUNK or size)
  end
  status = status or 200
  local head = ("HTTP/1.1 %s %s\r\n%s\r\n"):format(status,
    behaviour.reason or REASON[status] or "Status",
    header_lines(ours, header_pairs(behaviour.headers)))
  return head, request.method == "HEAD" and "" or body, keep
end

-- Silence until the control connection says `release`.
local function stall(conn)
  local state = conn.state
  local seen = state.releases
  local function released() return state.releases ~= seen end
  state.stalled = state.stalled + 1
  state.changed:signal()
  local ok, why = pcall(conn.hold, conn, nil, state.changed, released)
  state.stalled = state.stalled - 1
  state.changed:signal()
  if not ok then error(why, 0) end
end

-- Sends text in pieces of the sizes given (the last one repeats).
local function send_pieces(conn, text, sizes, seconds)
  local at, i = 1, 1
  while at <= #text do
    local size = math.max(1, sizes[i] or sizes[#sizes])
    if at > 1 then conn:hold(seconds or 0) end
    conn:send(text:sub(at, at + size - 1))
    at, i = at + size, i + 1
  end
end

local function send_part(conn, text, drip, slices)
  if drip then
    local sizes = { drip.after or drip.bytes or 1, drip.bytes or 1 }
    send_pieces(conn, text, sizes, drip.seconds)
  elseif slices then
    send_pieces(conn, text, slices)
  elseif text ~= "" then
    conn:send(text)
  end
end

-- Normally one write: two would cost the client a delayed ACK's 40 ms.
local function send_all(conn, head, body, behaviour)
  if behaviour.drip or behaviour.drip_head or behaviour.slices then
    send_part(conn, head, behaviour.drip_head)
    send_part(conn, body, behaviour.drip, behaviour.slices)
  else
    send_part(conn, head .. body)
  end
end

-- 1 kB header lines ahead of the head's end: so many, or without end.
local function send_flood(conn, head, count)
  conn:send(head:sub(1, -3))
  local line = "X-Flood: " .. ("x"):rep(1024 - 11) .. "\r\n"
  local sent = 0
  while count == true or sent < count do
    conn:send(line)
    sent = sent + 1
    if sent % 64 == 0 then cqueues.sleep(0) end -- others have their turn
  end
  return "\r\n"
end

-- The byte at which the answer stops before its end, or nil.
local function stop_at(head, body, behaviour)
  if behaviour.cut_head then return behaviour.cut_head end
  if behaviour.cut then return #head + behaviour.cut end
  if behaviour.stall == "head" then return #head // 2 end
  if behaviour.stall == "body" then return #head + #body // 2 end
end

-- What follows when all that should be sent is sent.
local function ending(behaviour, stop)
  if behaviour["then"] then return behaviour["then"] end
  if stop and (behaviour.stall == "head" or behaviour.stall == "body") then
    return "stall"
  end
  return (stop or behaviour.raw) and "close" or "keep"
end

local function send_response(conn, head, body, behaviour)
  if behaviour.header_flood then
    head = send_flood(conn, head, behaviour.header_flood)
  end
  local stop = stop_at(head, body, behaviour)
  local last = stop or #head + #body
  send_all(conn, head:sub(1, last), body:sub(1, math.max(0, last - #head)),
    behaviour)
  local what = ending(behaviour, stop)
  if what == "stall" then
    stall(conn)
    send_part(conn, (head .. body):sub(last + 1))
    what = behaviour.raw and "close" or "keep"
  end
  return what
end

-- Answers `request`; returns how the connection goes on: "keep", "close" or
-- "reset". `unknown` is the set of ids no reply has.
local function answer(conn, request, behaviour, unknown)
  if behaviour.delay then conn:hold(behaviour.delay) end
  if behaviour.stall == "request" then stall(conn) end
  if behaviour.reset then return "reset" end
  if behaviour.close then return "close" end
  local head, body, keep = behaviour.raw, "", true
  if not head then head, body, keep = response(request, behaviour, unknown) end
  local what = send_response(conn, head, body, behaviour)
  if what == "keep" and behaviour.late then
    stall(conn)
    conn:send(behaviour.late)
  end
  if what == "keep" and behaviour.silent_close then
    if conn.input == "" then conn:fill() end -- the next request knocks
    return "close"
  end
  return what == "keep" and not keep and "close" or what
end

return {
  answer = answer, error_body = error_body, ids_of = ids_of, stall = stall,
}
