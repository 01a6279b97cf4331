-- SPDX-License-Identifier: MIT
-- Asks a gateway for a task and a file by each of these names, and prints what
-- comes of it: the name, then for both "ok" or the code and the phase, and the
-- seconds; last the seconds that the end of a client takes meanwhile.
--   names.lua CONNECT_MS FOLDER NAME...
--
-- It runs where spec/support/resolver.lua answers.

local gateway = require "spec.support.gateway"
local luma = require "luma"
local now = require "cqueues".monotime

local ms, folder = ...
local names = { select(3, ...) }

local g = gateway.start()
g:file("/clip", {})
local resolver = io.popen("exec lua5.4 spec/support/resolver.lua "
  .. g.http_port)
assert(resolver:read "*l")

local function new(name)
  local url = ("http://%s.example:%s"):format(name, g.http_port)
  return url, luma.client {
    token = "token", base_url = url, plain_http = true, attempts = 1,
    timeout = { connect = tonumber(ms) / 1000 },
  }
end

local function outcome(f)
  local start = now()
  local good, err = f()
  return ("%s\t%s\t%.3f"):format(good and "ok" or err.code,
    not good and err.phase or "-", now() - start)
end

local function end_busy(name)
  local url, client = new(name)
  client:fetch({ "a" }, { on_done = print })
  client:download(url .. "/clip", {
    path = folder .. "/busy.mp4", allow_private = true, on_done = print,
  })
  client:wait(0.02)
  local start = now()
  client:close()
  return ("%.3f"):format(now() - start)
end

for i, name in ipairs(names) do
  local url, client = new(name)
  print(name, outcome(function() return client:tasks "a" end),
    outcome(function()
      return client:download(url .. "/clip", {
        path = ("%s/%d.mp4"):format(folder, i), allow_private = true,
      }):result()
    end), end_busy(name))
end
os.exit(0)
