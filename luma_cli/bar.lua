-- SPDX-License-Identifier: MIT
-- A progress bar of `width` columns. It is full only at 100 per cent.

return function(screen, percent, width)
  local full = math.floor(width * math.min(math.max(percent, 0), 100) / 100)
  local on = screen.utf8 and "\226\150\136" or "#"
  local off = screen.utf8 and "\226\150\145" or "-"
  return on:rep(full) .. off:rep(width - full)
end
