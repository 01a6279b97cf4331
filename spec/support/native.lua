-- SPDX-License-Identifier: MIT
-- Compiles a C module of spec/native into a temporary one, for the Lua that is
-- tested, and gives the path that `package.cpath` needs to find it.

-- An allocator has to stay mapped until the state that uses it is gone.
local COMMAND = "cc -std=c11 -D_GNU_SOURCE -O1 -g -I. -fPIC -shared"
  .. " -Wl,-z,nodelete"
  .. " $(pkg-config --cflags %s) -o %s/%s.so spec/native/%s.c"

return function(name)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  assert(os.execute(COMMAND:format(os.getenv "LUMA_ABI", folder, name, name)))
  return folder .. "/?.so", function()
    os.remove(folder .. "/" .. name .. ".so")
    os.remove(folder)
  end
end
