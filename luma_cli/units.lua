-- SPDX-License-Identifier: MIT
-- Formats numbers for people.

local units = {}

-- 12,345
function units.count(n)
  local digits = ("%.0f"):format(n)
  local head, rest = digits:match "^(%d%d?%d?)(.*)$"
  while #rest % 3 > 0 do
    head, rest = digits:sub(1, #head - 1), digits:sub(#head)
  end
  return head .. rest:gsub("%d%d%d", ",%0")
end

-- 12.3, with a point in every locale
local function tenths(n)
  n = math.floor(n * 10 + 0.5)
  return ("%d.%d"):format(math.floor(n / 10), n % 10)
end

-- 12.3 MB, in powers of ten
function units.bytes(n)
  local names, i = { "B", "kB", "MB", "GB", "TB" }, 1
  while n >= 999.5 and i < #names do n, i = n / 1000, i + 1 end
  local digits = (i == 1 or n >= 99.95) and ("%.0f"):format(n) or tenths(n)
  return digits .. " " .. names[i]
end

-- 1:05; 1:02:03 from one hour; 0.4 s below ten seconds
function units.time(seconds)
  if seconds >= 9.95 then return units.clock(seconds) end
  return tenths(seconds) .. " s"
end

function units.clock(seconds)
  seconds = math.floor(seconds + 0.5)
  local hours = math.floor(seconds / 3600)
  local minutes = math.floor(seconds / 60) % 60
  if hours == 0 then return ("%d:%02d"):format(minutes, seconds % 60) end
  return ("%d:%02d:%02d"):format(hours, minutes, seconds % 60)
end

-- "1 id", "2 ids"
function units.plural(n, what)
  return units.count(n) .. " " .. what .. (n == 1 and "" or "s")
end

return units
