-- SPDX-License-Identifier: MIT
-- What the drivers of the platforms share: counted checks, and the command that
-- starts Lua on another platform.

local process = require "spec.support.process"

local checks = {}

local Checks = {}
Checks.__index = Checks

-- Checks that are reported under a name of one word.
function checks.new(name)
  return setmetatable({ name = name, passed = 0, failed = 0 }, Checks)
end

-- Counts one; `what` says what is wrong if it is not ok. Returns `ok`.
function Checks:judge(ok, what)
  if ok then
    self.passed = self.passed + 1
  else
    self.failed = self.failed + 1
    print(("%s: not ok: %s"):format(self.name, what))
  end
  return ok
end

-- Prints the counts and ends this process.
function Checks:finish()
  print(("%s: %d passed, %d failed"):format(self.name, self.passed,
    self.failed))
  os.exit(self.failed == 0)
end

-- How a process ended, in few words.
function checks.told(ended)
  return ("code %d, output %q, errors %q"):format(ended.code,
    ended.output:sub(-400), ended.err:sub(-400))
end

function checks.here() return (process.output "pwd":gsub("\n", "")) end

-- The words of a command, from arg[first] on. A word that is a file here is the
-- same file in another folder.
function checks.command(first)
  local words = {}
  for i = first, #arg do
    local word = arg[i]
    local file = not word:find "^/" and word:find "/" and io.open(word)
    if file then file:close() end
    words[#words + 1] = file and checks.here() .. "/" .. word or word
  end
  return words
end

-- The words, and more words behind them.
function checks.join(words, ...)
  local all = {}
  for _, word in ipairs(words) do all[#all + 1] = word end
  for _, word in ipairs { ... } do all[#all + 1] = word end
  return all
end

return checks
