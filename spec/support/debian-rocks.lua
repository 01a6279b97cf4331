-- SPDX-License-Identifier: MIT
-- For LUAROCKS_CONFIG: what Debian's packages provide need not be fetched.
rocks_provided = {
  ["lua-cjson"] = "2.1.0-1",
}
