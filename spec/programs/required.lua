-- SPDX-License-Identifier: MIT
-- Prints why luma cannot be loaded, twice, and goes on.

for _ = 1, 2 do
  print(select(2, pcall(require, "luma")))
  package.loaded.luma = nil -- where Lua 5.1 notes that it did not load
end
print(#"the host")
