-- SPDX-License-Identifier: MIT
-- The stub that people start with `make stub` lists each of its behaviours on
-- its page, and does what is said there.

local cjson = require "cjson"
local behaviours = require "spec.stub.behaviours"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local luma = require "luma"
local process = require "spec.support.process"
local public = require "spec.support.public"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"
local IDS = { "a", "b", "c" }

local function names_of(list)
  local names = {}
  for i, item in ipairs(list) do names[i] = item.name end
  table.sort(names)
  return names
end

local function keys_of(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

describe("the stub for people", function()
  local stub, clients = nil, {}
  before_each(function() stub = public.start "normal" end)
  after_each(function()
    while clients[1] do table.remove(clients):close() end
    stub:stop()
  end)

  local function client_of(path, options)
    local all = { token = "any", base_url = stub.url .. path }
    for name, value in pairs(options or {}) do all[name] = value end
    clients[#clients + 1] = luma.client(all)
    return clients[#clients]
  end

  local function curl(path, ...)
    local ended = process.run { "curl", "-sS", stub.url .. path, ... }
    assert.equal(0, ended.code, ended.output)
    return ended.output
  end

  -- The page says the name and the words of each, and no other names.
  local function lists(page, row)
    local count = 0
    for _, list in ipairs { behaviours.responses, behaviours.tasks } do
      for _, item in ipairs(list) do
        assert.matches(row:format(item.name, item.says), page, 1, true)
      end
      count = count + #list
    end
    return count
  end

  it("lists its behaviours, as text", function()
    local page = curl "/"
    local count = lists(page:gsub("\n  (%S+) +", "\n%1 "), "\n%s %s")
    local names = page:match "^(.*)\nFields\n"
    assert.equal(count, select(2, names:gsub("\n  [%w-]+   +%S", "")))
    for line in page:gmatch "[^\n]+" do
      assert.is_true(#line <= 80 or line:find "^  curl" ~= nil, line)
    end
  end)

  it("lists its behaviours, as HTML for a browser", function()
    local page = curl("/", "-H", "Accept: text/html,*/*")
    lists(page, "<tr><td><code>%s</code></td><td>%s</td></tr>")
    assert.matches("^<!DOCTYPE html>", page)
    assert.matches('{"ids":["cat-1"]}', page, 1, true)
  end)

  it("answers what the page says to try", function()
    local line = curl("/"):match "\n  (curl [^\n]+)\n"
    local tasks = cjson.decode(process.output(line .. " -sS"))
    assert.same({ "cat-1", "completed" }, { tasks[1].id, tasks[1].state })
  end)

  -- What a client with one attempt sees: the ids of tasks, then the code of the
  -- error, if there is one; and at least how many seconds it takes.
  local ALL = { "a", "b", "c" }
  local SEEN = {
    normal = { ALL }, rows = { ALL }, shuffled = { ALL }, few = { ALL },
    slow = { ALL, nil, 2 }, drip = { ALL, nil, 0.5 },
    stall = { { "a" }, "stall_timeout", 1 }, cut = { {}, "truncated" },
    close = { {}, "network" }, reset = { {}, "network" },
    flaky = { {}, "server" }, limited = { {}, "rate_limit" },
    unauthorized = { {}, "auth" }, overloaded = { {}, "server" },
    refused = { {}, "gateway" }, html = { {}, "reply" },
    garbled = { {}, "truncated" },
  }

  it("does what each response says", function()
    assert.same(names_of(behaviours.responses), keys_of(SEEN))
    local jobs, took, start = {}, {}, fixture.now()
    for name in pairs(SEEN) do
      local client = client_of("/" .. name, {
        attempts = 1, timeout = { stall = name == "stall" and 1 or 10 },
      })
      jobs[name] = client:fetch(IDS, {
        on_done = function() took[name] = fixture.now() - start end,
      })
    end
    fixture.wait_until(function()
      local busy = 0
      for _, client in ipairs(clients) do busy = busy + client:step() end
      return busy == 0
    end, "the responses")
    for name, seen in pairs(SEEN) do
      local tasks, err = jobs[name]:result()
      local ids = {}
      for i, task in ipairs(tasks or err.tasks) do ids[i] = luma.id(task) end
      assert.same({ seen[1], seen[2] }, { ids, not tasks and err.code or nil },
        name .. ": " .. tostring(err))
      assert.is_true(took[name] >= (seen[3] or 0), name)
    end
  end)

  it("takes its turns", function()
    assert.equal(3, #client_of("/flaky"):tasks(IDS))
    local client = client_of "/limited"
    assert.equal(3, #client:tasks(IDS))
    assert.equal(1, client:stats().retries)
  end)

  -- The states of a task at one request after the other
  local STATES = {
    pending = "pending pending", processing = "processing processing",
    growing = "pending processing processing processing completed completed",
    new = "processing completed completed", failed = "failed failed", doomed = "pending processing failed failed",
    missing = "missing missing", late = "missing missing completed completed",
    broken = "completed", large = "completed",
  }

  it("chooses the task by the id", function()
    assert.same(names_of(behaviours.tasks), keys_of(STATES))
    for _, path in ipairs { "", "/rows" } do
      local client, seen = client_of(path), {}
      for name, states in pairs(STATES) do
        seen[name] = {}
        local id = name .. "-1" .. path:gsub("/", "")
        for i = 1, select(2, states:gsub("%l+", "")) do
          local tasks = client:tasks(id)
          seen[name][i] = tasks[1] and luma.state(tasks[1]) or "missing"
        end
        seen[name] = table.concat(seen[name], " ")
      end
      assert.same(STATES, seen)
    end
  end)

  it("takes generations, as each response says", function()
    for _, path in ipairs { "", "/rows" } do
      local client = client_of(path)
      local value = assert(client:request("POST", "/luma/generations",
        { user_prompt = "a cat" }):result())
      local id = type(value.data) == "string" and value.data or luma.id(value)
      local task = client:watch(id, { interval = 0.1 }):result()[1]
      assert.equal("a cat", (task.data or task).request.prompt)
    end
    local _, err = client_of "/unauthorized":request("POST",
      "/luma/generations", {}):result()
    assert.equal("auth", err.code)
  end)

  it("has the file of each completed task", function()
    local dir, client = folder.new(), client_of ""
    local function download(id, options)
      options.path, options.allow_private = dir:at "clip", true
      return client:download(client:tasks(id)[1], options)
    end
    for _, id in ipairs { REFERENCE, "any id/1", "broken-1" } do
      assert(download(id, {}):result())
      assert.equal(100000, #dir:read "clip", id)
    end
    local job
    job = download("large-1", { on_progress = function(progress)
      assert.equal(5000000, progress.total_bytes)
      job:cancel()
    end })
    assert.equal("cancelled", select(2, job:result()).code)
    dir:remove()
    assert.matches("\n%d%d:%d%d:%d%d  GET /files/broken%-1.mp4.*"
      .. "\n%d%d:%d%d:%d%d  GET /files/broken%-1.mp4\n", stub:stop().output)
  end)

  it("has no behaviour that the page does not list", function()
    local reply = cjson.decode(curl("/cutt/luma/tasks", "-d", "{}"))
    assert.equal("the stub has no behaviour 'cutt'; GET " .. stub.url
      .. "/ lists them", reply.error.message)
    local ended = process.run { "lua5.4", "spec/stub/stub.lua", "--serve",
      "cutt", "--http", "0" }
    assert.equal(1, ended.code)
    assert.matches("^stub: there is no behaviour 'cutt'. There are: normal, ",
      ended.output)
  end)

  it("says that its port is taken", function()
    local port = stub.url:match "%d+$"
    local ended = process.run { "lua5.4", "spec/stub/stub.lua", "--serve",
      "normal", "--http", port }
    assert.same({ output = ("stub: port %s: Address already in use\n")
      :format(port), code = 1 }, ended)
  end)

  it("has one behaviour for all, by name or by its fields", function()
    local other = public.start '{"cap":1,"state":"dreaming"}'
    local client = client_of("", { base_url = other.url })
    local tasks = assert(client:tasks { "a", "failed-1" })
    assert.equal("processing", luma.state(tasks[1]))
    assert.equal("failed", luma.state(tasks[2]))
    assert.equal(2, client:stats().requests)
    assert.equal(0, other:stop().code)
  end)

  it("is started by make, with a port and a behaviour", function()
    local words = process.output "make -n stub PORT=1234 BEHAVIOUR=cut"
    assert.matches("stub.lua --serve 'cut' --http 1234\n", words, 1, true)
    words = process.output "make -n stub"
    assert.matches("stub.lua --serve 'normal' --http 5862\n", words, 1, true)
  end)
end)
