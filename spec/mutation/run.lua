-- SPDX-License-Identifier: MIT
-- Makes small changes to files of the core, one at a time, and sees whether the
-- C tests notice: they fail, or do not end. Those that live through all tests are
-- tried again under AddressSanitizer and printed if they live on.
--
--   lua5.4 spec/mutation/run.lua SEED COUNT FLAGS WRAP LIBRARIES [FILE]
--
-- COUNT changes are chosen with the seed, of all or of those of FILE, such as
-- json/number. Fails if less than 90 % are noticed.

local changes = require "spec.mutation.changes"
local equivalent = require "spec.mutation.equivalent"
local programs = require "spec.mutation.programs"
local subjects = require "spec.mutation.subjects"

local seed, wanted, flags, wrap, libraries, only = table.unpack(arg)
local ENOUGH = 90

local BUILDS = {
  { folder = "build/mutation", flags = flags, wrap = wrap,
    libraries = libraries, limits = "ulimit -v 4000000;" },
  { folder = "build/mutation-checked", wrap = wrap, libraries = libraries,
    flags = flags .. " -fsanitize=address,undefined -fno-sanitize-recover=all",
    limits = "ASAN_OPTIONS=hard_rss_limit_mb=2000" },
}

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- ---- which changes ------------------------------------------------------

-- Whether nothing that can be seen changes with it.
local function is_equivalent(change)
  for _, e in ipairs(equivalent) do
    if e.file == change.file and e.text == change.line_text
      and e.old == change.old and (not e.new or e.new == change.new) then
      e.used = true
      return true
    end
  end
  return false
end

local function check_equivalents()
  for _, e in ipairs(equivalent) do
    assert(e.used, ("equivalent.lua: gone: %s: %s"):format(e.file, e.text))
  end
end

local function all_changes()
  local list, names = {}, {}
  for name in pairs(subjects) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    if not only or only == name then
      local text = read("core/" .. name .. ".c")
      for _, change in ipairs(changes(name, text)) do
        if not is_equivalent(change) then list[#list + 1] = change end
      end
    end
  end
  return list
end

local function choose(list, count)
  math.randomseed(tonumber(seed))
  for i = #list, 2, -1 do
    local j = math.random(i)
    list[i], list[j] = list[j], list[i]
  end
  return table.move(list, 1, math.min(count, #list), 1, {})
end

-- ---- one of them --------------------------------------------------------

-- Four times what the unchanged program needs, which must succeed, and some.
local function time_of(build, name)
  build.times = build.times or {}
  if not build.times[name] then
    local started = os.time()
    if not programs.try(build, name, "", 600) then
      error(name .. " fails without a change: " .. build.folder .. "/tried.log")
    end
    build.times[name] = os.time() - started + 1
  end
  return 5 + 4 * build.times[name]
end

-- Whether it compiles, and the program that has noticed it.
local function killer(build, change)
  local source, object = build.folder .. "/changed.c", build.folder .. "/changed.o"
  write(source, change.text)
  if not programs.compile(build, source, object) then return false end
  for _, name in ipairs(subjects[change.file]) do
    local seconds = time_of(build, name)
    if not programs.try(build, name, object, seconds) then return true, name end
  end
  return true
end

local function one_line(text) return (text:gsub("%s+", " ")) end

local function try(change)
  local compiles, name
  for _, build in ipairs(BUILDS) do
    compiles, name = killer(build, change)
    if not compiles then return nil end
    if name then return true end
  end
  print(("core/%s.c:%d: %s -> %s"):format(change.file, change.line,
    one_line(change.old), one_line(change.new)))
  io.flush()
  return false
end

-- ---- the command --------------------------------------------------------

for _, build in ipairs(BUILDS) do assert(programs.archive(build)) end
local killed, lived = 0, 0
local all = all_changes()
if not only then check_equivalents() end
for _, change in ipairs(choose(all, tonumber(wanted))) do
  local noticed = try(change)
  if noticed then killed = killed + 1 end
  if noticed == false then lived = lived + 1 end
end
local share = 100 * killed / math.max(killed + lived, 1)
print(("mutation: %d of %d changes noticed, %.1f %%"):format(killed,
  killed + lived, share))
os.exit(share >= ENOUGH)
