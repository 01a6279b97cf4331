-- SPDX-License-Identifier: MIT
-- For LUAROCKS_CONFIG: what Debian's packages provide need not be fetched.
rocks_provided = {
  ["lua-cjson"] = "2.1.0-1",
  argparse = "0.7.1-1",
  ["lua-term"] = "0.7-1",
  luasystem = "0.2.1-0",
  -- For `luarocks test`.
  busted = "2.1.1-1",
  cqueues = "20200726-0",
  luaossl = "20220711-0",
  luafilesystem = "1.8.0-1",
  luasocket = "3.1.0-1",
  luv = "1.44.2-0",
}
