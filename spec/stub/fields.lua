-- SPDX-License-Identifier: MIT
-- What specs may tell the stub server: the fields of a behaviour, of an accept
-- and of a file, each with what its value must be. These tables are the
-- documentation of the fields. The stub refuses a field that is not here and a
-- value that does not fit; then the spec that sent it fails.
--
--   fields.check(known, list)   raises if an item of the list does not fit
--   fields.integers(value)      a value of cjson, with integers where it has
--                               floats

local fields = {}

local function is(name)
  return { says = "a " .. name, fits = function(v) return type(v) == name end }
end

local function one_of(...)
  local words = {}
  for _, word in ipairs { ... } do words[word] = true end
  return {
    says = "one of " .. table.concat({ ... }, ", "),
    fits = function(value) return words[value] == true end,
  }
end

local function either(a, b)
  return {
    says = a.says .. " or " .. b.says,
    fits = function(value) return a.fits(value) or b.fits(value) end,
  }
end

local function list_of(kind)
  return {
    says = "a list, each item " .. kind.says,
    fits = function(value)
      if type(value) ~= "table" then return false end
      for key, item in pairs(value) do
        if type(key) ~= "number" or not kind.fits(item) then return false end
      end
      return true
    end,
  }
end

-- A table with these fields only.
local function record(known)
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  return {
    says = "a table of " .. table.concat(names, ", "),
    fits = function(value)
      if type(value) ~= "table" then return false end
      for key, item in pairs(value) do
        if not (known[key] and known[key].fits(item)) then return false end
      end
      return true
    end,
  }
end

local text, number, flag, map = is "string", is "number", is "boolean",
  is "table"
local yes = { says = "true", fits = function(value) return value == true end }
local no = { says = "false", fits = function(value) return value == false end }
local texts = list_of(text)
local drip = record { bytes = number, seconds = number, after = number }

-- An answer to one request. Every field is optional.
fields.behaviour = {
  -- Which tasks: a bare array ("A", the default), an envelope with rows ("B"),
  -- the object of the first id ("single"), null, or an envelope of null.
  shape = one_of("A", "B", "single", "null", "data_null"),
  state = text,       -- Luma's state word; the default is "completed"
  states = map,       -- id to its state word
  texts = map,        -- id to the JSON of its task (in "B": its row), as sent
  moves = map,        -- id to a list of such texts: one for each time the id
                      -- is asked for, then the last; false: it is left out
  unknown = texts,    -- ids that are left out
  known = texts,      -- only these ids are answered
  cap = number,       -- at most so many ids are answered
  shuffle = either(number, yes), -- the seed of another order
  ["repeat"] = number, -- each task comes so many times
  strangers = number, -- so many tasks come first that nobody asked for
  numeric = flag,     -- ids made of digits are JSON numbers
  extra = map,        -- members merged into each task (in "B": into its row)
  inner = map,        -- members merged into the Luma object of each task
  pad = number,       -- one more member, so many bytes long
  members = number,   -- so many members more
  compact = flag,     -- no white space
  -- The body instead of tasks. A status of 300 or more with no body and no
  -- shape has an error body.
  body = text,
  body_file = text,   -- a path
  -- The head.
  status = number,
  reason = text,
  headers = map,      -- name to value, or a list of pairs; null removes one
  content_type = text,
  content_length = either(number, text), -- "none": it is left out
  chunked = either(number, flag), -- the size of a chunk; true: 8192
  close_after = flag, -- says so in the head, and closes
  header_flood = either(number, yes), -- so many lines of 1 kB; true: no end
  raw = text,         -- all bytes of the answer, instead of head and body
  -- How it is sent.
  delay = number,     -- seconds before anything else
  drip = drip,        -- `bytes` of the body at a time, with `seconds` between
                      -- them; `after`: so many come first at once
  drip_head = drip,   -- the same for the head
  slices = list_of(number), -- sizes of the pieces of the body
  stall = one_of("request", "head", "body"), -- where it waits for `release`
  -- How it ends.
  cut = number,       -- after so many bytes of the body as it is framed
  cut_head = number,  -- after so many bytes of the head
  ["then"] = one_of("close", "reset", "stall"), -- what follows; after a cut or
                      -- raw the default is "close". "stall": until released,
                      -- when the rest follows
  reset = flag,       -- no answer but a reset
  close = flag,       -- no answer but the end
  late = text,        -- bytes that follow the answer after a `release`, on a
                      -- connection that stays open
  silent_close = flag, -- closes at the first bytes of the next request
}

-- What the stub shows of itself over https. Every field is optional; with none,
-- it is right. Without `identity`, the stub shows the root itself.
fields.identity = {
  -- Its certificate.
  names = texts,      -- such as "DNS:localhost" or "IP:127.0.0.1"
  common_name = text,
  from = number, to = number, -- days from now
  bits = number,      -- of an RSA key, instead of one of a curve
  digest = text,      -- the default is "sha256"
  extensions = texts, -- such as "extendedKeyUsage=clientAuth"
  issuer = one_of("itself", "stranger", "impostor"), -- instead of the root,
                      -- whose name the last one has
  via = list_of(map), -- the issuers between the root and it; each has fields
                      -- of a certificate, and the root is the first's issuer
  alone = flag,       -- they are not sent
  -- Its handshake.
  without = texts,    -- versions it does not speak, such as "1_3"
  ciphers = text,     -- as OpenSSL lists them
  alpn = text,        -- what it chooses, whatever is offered
}

-- What happens to a new connection before the TLS handshake and before any
-- request. Every field is optional; with none, all goes on as usual.
fields.accept = {
  delay = number,     -- seconds before anything else
  stall = yes,        -- waits for `release`
  garbage = text,     -- bytes that are sent; then it closes
  reset = flag,
  close = flag,
  ["then"] = one_of("close", "reset"), -- how it ends, also after garbage
  -- Over https: asks for a certificate of the client, which has none
  asks_certificate = flag,
  -- Over https: with a client that offers HTTP/2, one request is not answered
  -- ("close"), or with half a file and RST_STREAM(NO_ERROR) ("half")
  h2 = one_of("close", "half"),
  identity = record(fields.identity),
  -- Over https: one of its TLS records is not sent, with all behind it ("cut"),
  -- or half of it is ("half"), or it has a wrong bit ("flip"), or it is
  -- followed by one that is garbage ("fill")
  spoil = record {
    record = number, way = one_of("cut", "half", "flip", "fill"),
  },
  tunnel = yes,       -- a CONNECT is answered as proxies do
}

-- A file. Every field is optional. It may also have all fields of a behaviour,
-- which win.
fields.file = {
  name = text,        -- its content is files.content(name, size);
  size = number,      -- the defaults are "clip" and 100,000
  type = either(text, no), -- its media type; the default is "video/mp4";
                      -- false: none is told
  etag = either(text, no), -- a strong one without its quotes; the default is
                      -- "v1"; false: none
  weak = flag,        -- the ETag is sent as a weak one
  -- How a request with a Range is answered:
  --   true (the default): with 206 where If-Range fits, else with 200
  --   "ignored"  with 200 and everything
  --   "forced"   with 206 whatever If-Range says
  --   "refused"  with 416
  --   "shifted", "short", "total", "backward", "garbled", "missing"
  --              with 206 and a wrong Content-Range, or none
  --   "other", "unnamed"  with 206 and another ETag, or none
  --   "multipart"  with 206 and several parts
  --   "surplus"  with 206 and more chunks than there should be
  --   "longer"   with 206 and a length that does not fit
  ranges = either(yes, one_of("ignored", "forced", "refused", "shifted",
    "short", "total", "backward", "garbled", "missing", "other", "unnamed",
    "multipart", "surplus", "longer")),
  always_part = flag, -- 206 also where no range was asked for
  uses = number,      -- after so many requests the link has expired, and the
  expired = number,   -- status is this one (default 403)
  lie = number,       -- so many bytes more (or less) are announced than sent
}
for name, kind in pairs(fields.behaviour) do fields.file[name] = kind end

local function check_one(known, item, place)
  if type(item) ~= "table" then
    error(("number %d is a %s, not a table"):format(place, type(item)), 0)
  end
  for name, value in pairs(item) do
    local kind = known[name]
    if not kind then
      error(("number %d: unknown field '%s'"):format(place, name), 0)
    elseif not kind.fits(value) then
      error(("number %d: field '%s' must be %s"):format(place, name,
        kind.says), 0)
    end
  end
end

function fields.check(known, list)
  for place, item in ipairs(list) do check_one(known, item, place) end
  return list
end

-- cjson makes every number a float; a status or a size is not one.
function fields.integers(value)
  if type(value) == "number" then return math.tointeger(value) or value end
  if type(value) ~= "table" then return value end
  for key, item in pairs(value) do value[key] = fields.integers(item) end
  return value
end

return fields
