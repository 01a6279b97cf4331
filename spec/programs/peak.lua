-- SPDX-License-Identifier: MIT
-- Runs the command line with these arguments, then says on stderr how much
-- memory it had at most, in kB.

assert(require "luma_cli.main"(arg) == 0)
for line in io.lines "/proc/self/status" do
  local peak = line:match "^VmHWM:%s*(%d+)"
  if peak then io.stderr:write(peak, "\n") end
end
