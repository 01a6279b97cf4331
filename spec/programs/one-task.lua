-- SPDX-License-Identifier: MIT
-- Fetches a task from the stub gateway, to try a module that was installed, or
-- built in another way. LUA_CPATH has its folder.

local luma = require "luma"
local gateway = require("spec.support.gateway").start {}
local client = luma.client { token = "t", base_url = gateway.http }
local tasks = assert(client:tasks "4665a07c-7641-4809-a133-10786201bb56")
gateway:stop()
assert(tasks[1].video.width == 1360)
