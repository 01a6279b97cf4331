-- SPDX-License-Identifier: MIT
-- Rewrites the module's error messages for the command. The module names its
-- own options (`max_interval`, `deadline = 600`). They become options of the
-- command, or the message says that the command has none.

local hints = {}

local OPTIONS = {
  allow_private = "--allow-private", base_url = "--url or LUMA_GATEWAY_URL",
  batch_size = "--batch-size", ca_file = "--ca-file",
  connections = "--connections", deadline = "--deadline", dir = "--dir",
  headers = "--header", interval = "--interval", max_interval = "--max-interval",
  attempts = "--attempts", exists = "--force", max_bytes = "--max-bytes",
  plain_http = "--plain-http", timeout = "--timeout",
  ["timeout.attempt"] = "--timeout", ["timeout.stall"] = "--timeout",
  missing_grace = "--missing-grace", proxy = "--proxy", retry = "--retry",
  token = "LUMA_GATEWAY_TOKEN", what = "--what",
}
local NO_OPTION = " (the command has no option for it)"
local UNSUPPORTED = { -- text for options that the command does not have
  decode = "decode", http2 = "http2", link_grace = "link_grace",
  max_reply = "the largest response that luma accepts",
  max_task = "the largest task that luma accepts",
  max_undelivered = "max_undelivered", nulls = "nulls",
  on_attempt = "on_attempt", sync = "sync", ["timeout.connect"] = "the time that luma allows",
  user_agent = "user_agent",
}

-- Advice for Lua programs, and the advice for the command.
local PHRASES = {
  { "; use https, or set plain_http = true",
    "; use https, or give --plain-http" },
  { "must not be below interval", "must not be below --interval" },
}

-- Errors with these codes have text of the server, which is shown unchanged.
local FROM_SERVER = {
  auth = true, gateway = true, rate_limit = true, rejected = true,
  reply = true, server = true,
}

local function option_name(name)
  local without = UNSUPPORTED[name]
  return OPTIONS[name] or without and without .. NO_OPTION
end

local function replace(message, old, new)
  local from, to = message:find(old, 1, true)
  if not from then return message end
  return message:sub(1, from - 1) .. new .. message:sub(to + 1)
end

-- Text in a message that is not luma's: quoted text, and names of hosts. An
-- apostrophe is not a quote.
local FOREIGN = {
  "(%f[^%s%(%z])('[^']*')", '(%f[^%s%(%z])("[^"]*")', "(host: )(%S+)",
  "(proxy: )(%S+)", "(connect to )(%S+)",
}

-- Replaces each foreign text by a mark. Returns the message and the texts.
local function without_foreign(message)
  local kept = {}
  for _, pattern in ipairs(FOREIGN) do
    message = message:gsub(pattern, function(before, words)
      kept[#kept + 1] = words
      return ("%s\1%d\1"):format(before, #kept)
    end)
  end
  return message, kept
end

local function with_foreign(message, kept)
  for i = #kept, 1, -1 do
    message = replace(message, ("\1%d\1"):format(i), kept[i])
  end
  return message
end

-- Some option names are English words as well. They count as options only
-- before a value, or before a colon at the start. Names like max_task count
-- anywhere.
local function translate(message)
  local kept
  message, kept = without_foreign(message)
  for _, phrase in ipairs(PHRASES) do
    message = replace(message, phrase[1], phrase[2])
  end
  message = message:gsub("^([%w_.]+):", function(name)
    return OPTIONS[name] and OPTIONS[name] .. ":"
  end)
  message = message:gsub("([%w_.]+) = ([%w.]+)", function(name, value)
    local option = option_name(name)
    local says_more = OPTIONS[name] and value ~= "true"
    return option and option .. (says_more and " " .. value or "")
  end)
  message = message:gsub("[^%s()]+", function(word)
    local before, name, after = word:match "^([`'\"]?)(%a[%w_.]-)([`'\",:;.]*)$"
    local option = name and name:find "[_.]" and option_name(name)
    return option and before .. option .. after
  end)
  return with_foreign(message, kept)
end

-- The message for an error that the module returned.
function hints.of_error(err)
  local message = tostring(err)
  if FROM_SERVER[err.code] then return message end
  return translate(message)
end

-- The message for an error that the module raised, without the name of the
-- function.
function hints.of_misuse(raised)
  local why = tostring(raised):match "%((.*)%)$" or tostring(raised)
  if why:find "^token: .*LUMA_GATEWAY_TOKEN"
      or why == "token: must not be empty" then
    return "no token: set LUMA_GATEWAY_TOKEN, or give --token-file"
  end
  return translate(why)
end

return hints
