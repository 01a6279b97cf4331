-- SPDX-License-Identifier: MIT
-- The file with a user's own defaults: `name = value` in each line, with the
-- names of the options. An option and the environment win.

local headers = require "luma_cli.headers"
local stop = require "luma_cli.stop".stop
local system = require "luma_cli.system"

local ENOENT, ENOTDIR = 2, 20

local function number(least, most)
  return function(word)
    local value = tonumber(word)
    if value and value >= least and value <= most then return value end
    return nil, ("a number from %s to %s expected"):format(least, most)
  end
end

local function text(word)
  if word ~= "" then return word end
  return nil, "a value expected"
end

local function flag(word)
  if word == "true" or word == "false" then return word == "true" end
  return nil, "true or false expected"
end

local KINDS = {
  url = text, token_file = text, ca_file = text, proxy = text,
  timeout = number(0.001, 86400), attempts = number(1, 5),
  connections = number(1, 256), batch_size = number(1, 10000),
  plain_http = flag, allow_private = flag,
}

local function path()
  local base = os.getenv "XDG_CONFIG_HOME"
  if base and base ~= "" then return base .. "/luma/config" end
  local home = os.getenv(system.is_windows and "USERPROFILE" or "HOME")
  return home and home .. "/.config/luma/config"
end

local function names()
  local list = { "header" }
  for name in pairs(KINDS) do list[#list + 1] = name:gsub("_", "-") end
  table.sort(list)
  return table.concat(list, ", ")
end

local function read_line(line, values)
  local name, word = line:match "^%s*([%w_-]+)%s*=%s*(.-)%s*$"
  if not name then return "name = value expected" end
  name = name:gsub("-", "_")
  local kind = KINDS[name]
  if name == "header" then
    local header, why = headers.parse(word)
    if not header then return "header: " .. why end
    values.headers = values.headers or {}
    values.headers[#values.headers + 1] = word
    return nil
  end
  if not kind then
    return ("there is no '%s'; there are %s"):format(name, names())
  end
  local value, why = kind(word)
  if value == nil then return ("%s: %s"):format(name, why) end
  values[name] = value
end

-- Returns the values, none if there is no file.
return function()
  local where, values, count = path(), {}, 0
  local file, reason, code
  if where then file, reason, code = io.open(where) end
  if not file and reason and code ~= ENOENT and code ~= ENOTDIR then
    stop(2, "cannot read " .. reason)
  end
  if not file then return values end
  local text_of_file, problem = file:read "*a"
  file:close()
  if not text_of_file then
    stop(2, ("cannot read %s: %s"):format(where, problem))
  end
  for line in (text_of_file .. "\n"):gmatch "(.-)\n" do
    count = count + 1
    if line:find "^%s*[^#%s]" then
      local why = read_line(line, values)
      if why then stop(2, ("%s:%d: %s"):format(where, count, why)) end
    end
  end
  if values.headers and system.others_can_read(where) then
    stop(2, ("others can read %s, which has headers: chmod 600 it")
      :format(where))
  end
  return values
end
