-- SPDX-License-Identifier: MIT
-- Prints why luma cannot be loaded, twice, and goes on.

for _ = 1, 2 do print(select(2, pcall(require, "luma"))) end
print(#"the host")
