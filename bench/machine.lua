-- SPDX-License-Identifier: MIT
-- The machine and the versions for the numbers.

local commands = {
  cpu = "sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1",
  cores = "nproc",
  kernel = "uname -sr",
  system = ". /etc/os-release && echo $PRETTY_NAME",
  date = "date -u +%Y-%m-%d",
  load = "cut -d' ' -f1 /proc/loadavg",
  lua = "$LUA -v | cut -d' ' -f1,2",
  ["lua-cjson"] = "$LUA -e 'print(require \"cjson\"._VERSION)'",
  luasocket = "$LUA -e 'print(require \"socket\"._VERSION)'",
  luasec = "$LUA -e 'print(require \"ssl\"._VERSION)'",
  ["Lua-cURLv3"] = "sed -n 's/.*_VERSION *= *\"\\(.*\\)\".*/\\1/p'"
    .. " build/bench/lcurl/src/lua/cURL/impl/cURL.lua",
  libcurl = "curl-config --version",
  nginx = "PATH=$PATH:/usr/sbin nginx -v 2>&1 | cut -d/ -f2",
  python = "/usr/bin/python3 --version",
  aiohttp = "/usr/bin/python3 -c 'import aiohttp; print(aiohttp.__version__)'",
  requests =
    "/usr/bin/python3 -c 'import requests; print(requests.__version__)'",
  pycurl = "/usr/bin/python3 -c 'import pycurl; print(pycurl.version)'"
    .. " | cut -d' ' -f1-3",
  node = "node --version",
  undici = "node -p 'require(\"undici/package.json\").version'",
}

return function()
  local machine = {}
  for name, command in pairs(commands) do
    local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
    machine[name] = pipe:read "l"
    if not pipe:close() then machine[name] = "missing" end
  end
  return machine
end
