-- SPDX-License-Identifier: MIT
-- A headless Neovim with the plugin on its runtimepath, that runs what a
-- spec asks it to, while its main loop goes on as if somebody sat there.

local cjson = require "cjson"
local cqueues = require "cqueues"
local socket = require "cqueues.socket"
local hosts = require "spec.support.hosts"
local process = require "spec.support.process"

local MODULE = "build/luajit/luma.so"
local PATIENCE = 20 -- seconds for an answer

local editor = {}

local Editor = {}
Editor.__index = Editor

-- What keeps one from being run here, if anything does.
function editor.obstacle()
  if socket.is_stand_in then return "this Lua has no cqueues" end
  return hosts.obstacle {
    programs = { "nvim" }, files = { [MODULE] = "make LUA=luajit all" },
  }
end

-- Starts one with these variables in its environment.
function editor.start(env)
  local here = process.output("pwd"):match "[^\n]+"
  local all = {
    NVIM_LOG_FILE = "/dev/null",
  }
  for name, value in pairs(env) do all[name] = value end
  local started = process.start {
    "nvim", "--headless", "--clean", "-n", "--cmd",
    "set runtimepath^=" .. here, "-c",
    "luafile spec/programs/inside-nvim.lua",
    env = all, unset = { "LD_PRELOAD", "LUMA_GATEWAY_TOKEN", "LUA_CPATH" },
  }
  local line = started:read "*l" or "Neovim did not start"
  local port, pid = line:match "^(%d+) (%d+)$"
  assert(port, line)
  local conn = socket.connect { host = "127.0.0.1", port = port }
  conn:onerror(function(_, _, why) return why end)
  conn:setmode("b", "bn")
  conn:setmaxline(2 ^ 20)
  conn:settimeout(PATIENCE)
  assert(conn:connect(), "cannot reach Neovim")
  return setmetatable({ process = started, conn = conn, pid = pid }, Editor)
end

function Editor:send(chunk)
  assert(self.conn:xwrite(cjson.encode(chunk) .. "\n", "bn"))
end

-- Runs the chunk, formatted with what follows, in Neovim's main loop; gives
-- the value it returns.
function Editor:run(chunk, ...)
  if select("#", ...) > 0 then chunk = chunk:format(...) end
  self:send(chunk)
  local line = self.conn:read "*l"
  if not line then
    os.execute("kill -9 " .. self.pid)
    error("Neovim does not answer", 2)
  end
  local reply = cjson.decode(line)
  if not reply.ok then error("in Neovim: " .. tostring(reply.value), 2) end
  return reply.value
end

-- Waits until the expression is true in Neovim.
function Editor:wait(expression)
  for _ = 1, 500 do
    if self:run("return (" .. expression .. ") and true") then return end
    cqueues.sleep(0.02)
  end
  error("timed out waiting for " .. expression, 2)
end

-- Ends it, with a chunk that does or by hanging up; gives all it said and the
-- code it left with.
function Editor:stop(chunk)
  if not self.process then return end
  if chunk then self:send(chunk) else self.conn:close() end
  local ended = self.process:finish()
  self.process = nil
  self.conn:close()
  return ended.output, ended.code
end

return editor
