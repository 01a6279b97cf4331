-- SPDX-License-Identifier: MIT
-- Stands for luasystem on Windows, because not every mirror of Debian has its
-- sources: the one function that the command calls. In the C library of
-- Windows, os.clock counts all time since the start, not processor time.

return { monotime = os.clock }
