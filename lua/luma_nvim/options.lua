-- SPDX-License-Identifier: MIT
-- The options of setup: what each one must be, and its default.

local options = {}

local function is(name)
  return { says = "a " .. name, fits = function(v) return type(v) == name end }
end

local KNOWN = {
  client = is "table",   -- options of luma.client
  download = is "table", -- options of client:download, such as dir
  watch = is "table",    -- options of client:watch, such as interval
  notify = is "boolean", -- whether vim.notify tells the end of a job
  window = {
    says = '"split" or "float"',
    fits = function(v) return v == "split" or v == "float" end,
  },
}

local function defaults()
  return {
    client = {}, download = {}, watch = {}, notify = true, window = "split",
  }
end

options.current = defaults()

local function names()
  local list = vim.tbl_keys(KNOWN)
  table.sort(list)
  return table.concat(list, ", ")
end

local function misfit(name, says, value)
  return ("option '%s' must be %s, not %s"):format(name, says,
    vim.inspect(value))
end

-- luma checks the options of a job when it starts, but not those that the
-- plugin replaces: the callbacks, and the folder.
local function check_job(name, given)
  for key in pairs(given) do
    if type(key) == "string" and key:find "^on_" then
      return ("option '%s.%s' is the plugin's own"):format(name, key)
    end
  end
  local dir = name == "download" and given.dir
  if dir and type(dir) ~= "string" then
    return misfit("download.dir", "a string", dir)
  end
end

local function check(name, value)
  local known = KNOWN[name]
  if not known then
    return ("unknown option '%s' (the options are %s)"):format(
      tostring(name), names())
  end
  if not known.fits(value) then return misfit(name, known.says, value) end
  if name == "watch" or name == "download" then
    return check_job(name, value)
  end
end

-- Sets the options; those that are not given have their defaults. A wrong
-- option raises an error, and then nothing changes.
function options.set(given)
  if type(given or {}) ~= "table" then
    error("luma_nvim.setup: a table of options is expected", 3)
  end
  local all = defaults()
  for name, value in pairs(given or {}) do
    local wrong = check(name, value)
    if wrong then error("luma_nvim.setup: " .. wrong, 3) end
    all[name] = value
  end
  options.current = all
end

-- The folder of downloads: an absolute path, without a slash at its end. The
-- option may begin with ~.
function options.folder()
  local dir = options.current.download.dir or vim.fn.getcwd()
  return (vim.fn.fnamemodify(dir, ":p"):gsub("(.)[/\\]$", "%1"))
end

return options
