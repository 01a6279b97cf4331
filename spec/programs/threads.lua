-- SPDX-License-Identifier: MIT
-- Prints how many threads there are more than at the start: with the module,
-- a client, a job that asks for nothing, one that does, and another.

local lfs = require "lfs"

local function threads()
  local count = 0
  for _ in lfs.dir "/proc/self/task" do count = count + 1 end
  return count
end

local before, more = threads(), {}
local function look() more[#more + 1] = threads() - before end

local luma = require "luma"
look()
local client = luma.client { token = "token", base_url = ... }
look()
assert(client:fetch {})
look()
client:tasks { "a" }
look()
client:tasks { "b" }
look()
print(table.concat(more, " "))
