-- SPDX-License-Identifier: MIT
-- A helper of busted: the process of the specs runs under LUMA_LOCALE from its
-- first line on, as a host does that calls setlocale by itself.

local name = os.getenv "LUMA_LOCALE" .. ".UTF-8"

assert(os.setlocale(name), "no locale " .. name)
