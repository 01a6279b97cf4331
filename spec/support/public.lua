-- SPDX-License-Identifier: MIT
-- Starts the stub gateway as `make stub` does, for people.

local process = require "spec.support.process"

local public = {}

local Public = {}
Public.__index = Public

-- With these words after `--serve`. Gives an object with its URL.
function public.start(...)
  local words = {}
  for i, word in ipairs { ... } do words[i] = process.quote(word) end
  local self = setmetatable({ process = process.start {
    line = ("env -u LD_PRELOAD lua5.4 spec/stub/stub.lua --http 0 --serve %s "
      .. "& echo pid $!; wait $!"):format(table.concat(words, " ")),
  } }, Public)
  while not (self.pid and self.url) do
    local line = assert(self.process:read "*l", "the stub does not start")
    self.pid = self.pid or line:match "^pid (%d+)$"
    self.url = self.url or line:match " (http://%S+)/%.? "
  end
  return self
end

-- Ends it as Ctrl-C does. Gives { output =, code = }, where the output is what
-- followed the line with the URL. Harmless when repeated.
function Public:stop()
  if not self.ended then
    os.execute("kill -INT " .. self.pid)
    self.ended = self.process:finish()
  end
  return self.ended
end

return public
