-- SPDX-License-Identifier: MIT
-- For LUAROCKS_CONFIG: what Debian's packages provide need not be fetched.
rocks_provided = {
  ["lua-cjson"] = "2.1.0-1",
  argparse = "0.7.1-1",
  ["lua-term"] = "0.7-1",
  luasystem = "0.2.1-0",
}
