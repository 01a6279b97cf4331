-- SPDX-License-Identifier: MIT
-- A folder of its own for a spec, and a look at the files in it.

local folder = {}

local Folder = {}
Folder.__index = Folder

function folder.new()
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("mkdir " .. path))
  return setmetatable({ path = path }, Folder)
end

-- The path of a name in it.
function Folder:at(name) return self.path .. "/" .. name end

function Folder:read(name)
  local file = io.open(self:at(name), "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

function Folder:write(name, text)
  local file = assert(io.open(self:at(name), "wb"))
  file:write(text)
  file:close()
end

-- The names in it, sorted, also those that begin with a dot.
function Folder:names()
  local names, pipe = {}, io.popen("LC_ALL=C ls -A " .. self.path)
  for name in pipe:lines() do names[#names + 1] = name end
  pipe:close()
  return names
end

-- Runs a shell command in it.
function Folder:run(command)
  return os.execute("cd " .. self.path .. " && " .. command)
end

function Folder:empty()
  assert(os.execute(("rm -rf %s && mkdir %s"):format(self.path, self.path)))
end

function Folder:remove() os.execute("rm -rf " .. self.path) end

return folder
