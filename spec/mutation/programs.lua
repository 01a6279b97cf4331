-- SPDX-License-Identifier: MIT
-- The programs that try a changed file: what each is linked of, and how it runs.
-- The Makefile has built all objects; those of a build lie in its folder.

local programs = {}

local CORPUS = "spec/support/json-corpus.txt"

-- A C test unless it is here.
local OTHERS = {
  sim = { arguments = "1 3000", flags = "-Wl,--wrap=clock_gettime" },
  mutants = { arguments = CORPUS .. " check 0 1000", flags = "" },
}

local function shell(line, ...)
  return os.execute(line:format(...)) == true
end

-- Links the program with an object in place of the core's. False: the change
-- has taken away what others call.
local function link(build, name, object)
  local other = OTHERS[name]
  local own = other and ("spec/%s/*.o"):format(name)
    or ("spec/core/%s_test.o"):format(name)
  return shell("gcc %s -o %s/tried %s/%s %s "
    .. "-Wl,--start-group %s/helpers.a %s/core.a -Wl,--end-group %s %s",
    build.flags, build.folder, build.folder, own, object, build.folder,
    build.folder, other and other.flags or build.wrap, build.libraries)
end

-- Whether the program succeeds with that object, within so many seconds.
function programs.try(build, name, object, seconds)
  local other = OTHERS[name]
  return link(build, name, object)
    and shell("%s timeout -s KILL %d %s/tried %s >%s/tried.log 2>&1",
      build.limits, seconds, build.folder, other and other.arguments or CORPUS,
      build.folder)
end

-- False if it does not compile.
function programs.compile(build, source, object)
  return shell("gcc %s -w -c -o %s %s 2>/dev/null", build.flags, object, source)
end

-- The objects of the core, from which a changed file takes its own, and those
-- that tests share.
function programs.archive(build)
  return shell("cd %s && rm -f core.a helpers.a && ar rcs core.a core/*/*.o"
    .. " && ar rcs helpers.a $(ls spec/core/*.o | grep -v _test.o)",
    build.folder)
end

return programs
