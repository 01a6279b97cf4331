-- SPDX-License-Identifier: MIT
-- The examples of README.md and docs/ work as they stand there, and every link
-- leads somewhere. Each example runs in a process of its own, on the stub
-- gateway.

local children = require "spec.support.children"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local loops = require "spec.support.loops"
local pages = require "spec.support.pages"

local LUA = os.getenv "LUMA_LUA"
local HERE = cli.shell("pwd").out:match "^[^\n]+"
local SIZE = 100000 -- bytes of each file of the stub
local ID = "4665a07c-7641-4809-a133-10786201bb56"

-- What the text around the examples promises: it stands in front of each. The
-- stub's files have a private address, so downloads may go there.
local PROMISED = [[
local luma = require "luma"
local client = luma.client {}
local ids = { "a", "b", "c" }
local id1, id2, id3 = "a", "b", "c"
local love = {}
local gallery = { add = function(_, id, task) print(id, luma.url(task)) end }
]]
local WITH_TASK = [[
local task = client:tasks("a")[1]
do
  local real = client
  client = { download = function(_, source, path)
    return real:download(source, { path = path, allow_private = true })
  end }
end
]]
local WITH_FILES = [[
do
  local real = client
  client = { generate = function(_, params, options)
    options.allow_private = true
    return real:generate(params, options)
  end }
end
]]
local FETCH = [[
client:fetch(ids, { on_task = function(_, id) print(id) end })
]]
local FRAMES = "while client:wait() do love.update() end\n"

local THREE = "^a\tcompleted\tLINK\nb\tcompleted\tLINK\nc\tcompleted\tLINK\n$"
local PROGRESS = { A = "nil", B = "100" } -- A has no such member
local CLIP = "^clip.mp4\t" .. SIZE .. "\n$"
local GALLERY = "^a\tLINK\nb\tLINK\nc\tLINK\n$"

-- For each ```lua block of a page, in order: code before and after it, and a
-- pattern for what it prints, in which LINK and PROGRESS are replaced.
-- `answers` are for the next requests, `file` is a file that the block makes,
-- `library` is a library that it needs.
local LUA_BLOCKS = {
  ["README.md"] = {
    { name = "get", before = "id2 = 'nobody'",
      prints = "^a\tcompleted\tLINK\nc\tcompleted\tLINK\n"
        .. "nobody\tnot known to the gateway\n$" },
    { name = "watch", after = FRAMES, prints = THREE },
    { name = "download", before = WITH_TASK, prints = CLIP, file = "clip.mp4" },
    { name = "generate", before = WITH_FILES, file = "cat.mp4",
      prints = "^new\tcat.mp4\n$" },
  },
  ["docs/reference.md"] = {
    { name = "a client", after = "print(#tasks, #missing)",
      prints = "^3\t0\n$" },
    { name = "attempts", after = "client:tasks(ids)",
      prints = "^POST 127.0.0.1 200 %d+ bytes, %d+ ms, attempt 1\n$" },
    { name = "each", prints = THREE },
    { name = "a game", after = FRAMES, prints = GALLERY },
    { name = "watch", prints = "^a\tcompleted\tPROGRESS\na\tcompleted\tLINK\n"
        .. "b\tcompleted\tPROGRESS\n.*\nc\tcompleted\tLINK\n$" },
    { name = "generate", before = WITH_FILES, file = "cat.mp4",
      prints = "^new\tpending\nnew\tcompleted\nnew\tcat.mp4\n$" },
    { name = "request", prints = "^new\n$" },
    { name = "download", before = WITH_TASK, prints = CLIP, file = "clip.mp4" },
    { name = "the functions of a task", before = WITH_TASK,
      prints = "^a\tcompleted\tPROGRESS\nLINK\thttp://%S+/thumb.jpg\n"
        .. ("%d+\t%d+\t%d+\n"):rep(25) .. "$" },
    { name = "a webhook", before = "local body = '{\"id\":\"a\",'"
        .. " .. '\"state\":\"failed\"}'", prints = "^a\tfailed\tnil\n$" },
  },
  ["docs/errors.md"] = {
    { name = "what has arrived",
      before = "client = luma.client { batch_size = 1, connections = 1 }",
      answers = { {}, { status = 403 } },
      prints = "^[^\n]+%(auth, HTTP 403[^\n]+\na\tcompleted\nc\tcompleted\n$" },
  },
  ["docs/hosts.md"] = {
    { name = "a frame", after = FRAMES, prints = GALLERY },
    { name = "the collector", lua = "Lua 5.4", prints = "^$" },
    { name = "cqueues", library = "cqueues",
      before = "local cqueues = require 'cqueues'\n"
        .. "local loop = cqueues.new()\n" .. FETCH,
      after = "assert(loop:loop())", prints = "^a\nb\nc\n$" },
    { name = "luv", library = "luv",
      before = "local uv = require 'luv'\n" .. FETCH, after = "uv.run()",
      prints = "^a\nb\nc\n$" },
    { name = "LuaSocket", library = "select",
      before = [[
        local socket = require "socket"
        local server, running = socket.bind("127.0.0.1", 0), true
        client:fetch(ids, {
          on_task = function(_, id) print(id) end,
          on_done = function() running = false end,
        })
      ]], prints = "^a\nb\nc\n$" },
    { name = "a scheduler",
      before = "local turns = 0\n"
        .. "local function run_coroutines() turns = turns + 1 end\n" .. FETCH,
      after = "print(turns > 0)", prints = "^a\nb\nc\ntrue\n$" },
  },
}

-- The same for each ```sh block with the command: how many lines it prints,
-- and the files it makes.
local SHELL_BLOCKS = {
  ["README.md"] = {
    { name = "get", lines = 1, files = {} },
    { name = "watch", lines = 2, files = {} },
    { name = "download", lines = 1, files = { "clips/" .. ID .. ".mp4" } },
    { name = "generate", lines = 1, files = { "cat.mp4" } },
  },
  ["docs/command.md"] = {
    { name = "all commands", lines = 1 + 2 + 2 + 1 + 1,
      files = { "cat.mp4", "clips/a.mp4", "clips/b.mp4" } },
    { name = "output", lines = 2 + 1 + 2, files = {} }, -- links, a title, rows
    { name = "ids", lines = 2 + 1, files = {} },
    { name = "thumbnails", lines = 2,
      files = { "thumbnails/a-thumbnail.jpg", "thumbnails/b-thumbnail.jpg" } },
    { name = "completion", lines = 0, files = { "luma.bash" } },
  },
}

-- The blocks of a page that are to be run: in Lua, or the command's.
local function examples(path, language)
  local list = {}
  for _, block in ipairs(pages.blocks(path)) do
    local ours = language == "lua" or ("\n" .. block.text):find "\nluma "
    if block.language == language and ours and not block.marked then
      list[#list + 1] = block
    end
  end
  return list
end

describe("the pages", function()
  local f, g, dir

  setup(function()
    f = fixture.start { unknown = { "nobody" } }
    g, dir = f.g, folder.new()
  end)
  teardown(function()
    f:stop()
    dir:remove()
  end)
  after_each(function() f:tidy() end)

  -- Tasks whose files are on the stub, in either shape of reply.
  local function prepare(shape)
    local video, image = g.http .. "/clip.mp4", g.http .. "/thumb.jpg"
    local grid = "em9csKqXYUgqdHVmmqeZLB8YaFpLjVw2bmFTTElBHhMNTzgodD8eVzUeTDor"
      .. "RSkYYEQymV80e1M0ck0ugWVRwKCApWk0hF1BgmVP"
    g:default { shape = shape, inner = {
      video = { url = video, download_url = video },
      thumbnail = { url = image, palette = { grid = grid } },
    } }
    g:file("/clip.mp4", { size = SIZE })
    g:file("/thumb.jpg", { size = SIZE, type = "image/jpeg" })
    g:route("/luma/generations", { body = '{"id":"new","state":"pending"}' })
    dir:empty()
  end

  local function run_lua(block, case)
    if case.answers then g:queue(table.unpack(case.answers)) end
    dir:write("block.lua", table.concat({
      PROMISED, case.before or "", block.text, case.after or "",
    }, "\n"))
    return children.finish(children.start {
      "block.lua", seconds = 60, before = "cd " .. dir.path .. " &&",
      env = { LUMA_GATEWAY_TOKEN = "token", LUMA_GATEWAY_URL = g.http },
    })
  end

  local function check_lua(block, case, shape)
    prepare(shape)
    local ended = run_lua(block, case)
    assert.same({ "exit", 0 }, { ended.kind, ended.code }, ended.output)
    local prints = case.prints:gsub("%u%u%u%u+", {
      LINK = "http://%S+/clip.mp4", PROGRESS = PROGRESS[shape],
    })
    assert.matches(prints, ended.output)
    local names = { "block.lua", case.file }
    assert.same(names, dir:names())
    if case.file then assert.equal(SIZE, #dir:read(case.file)) end
  end

  -- What keeps a block from being run on this Lua, if anything does.
  local function obstacle(case)
    if case.lua and case.lua ~= _VERSION then return "not for this Lua" end
    local there, library = true, nil
    if case.library then there, library = loops.load(case.library) end
    if not there then return "this Lua has no " .. library end
  end

  for path, cases in pairs(LUA_BLOCKS) do
    describe(path .. " has Lua that runs:", function()
      local blocks = examples(path, "lua")
      for i, case in ipairs(cases) do
        for _, shape in ipairs { "A", "B" } do
          it(("%s (reply of shape %s)"):format(case.name, shape), function()
            local why = obstacle(case)
            if why then return pending(why) end
            check_lua(blocks[i], case, shape)
          end)
        end
      end
    end)
  end

  -- The command as the pages call it.
  local WRAPPER = [[
#!/bin/sh
command=$1
shift
case $command in download | generate) set -- --allow-private "$@" ;; esac
exec %s '%s/bin/luma' "$command" "$@"
]]

  local GIVEN = { ["ids.txt"] = true, ["tasks.jsonl"] = true }

  local function files_made()
    local names = {}
    local found = cli.shell(("cd %s && find . -type f | LC_ALL=C sort")
      :format(dir.path)).out
    for name in found:gmatch "%./([^\n]+)" do
      if not (GIVEN[name] or name:find "^bin/") then
        names[#names + 1] = name
      end
    end
    return names
  end

  local function run_shell(block)
    assert(dir:run "mkdir bin")
    dir:write("bin/luma", WRAPPER:format(LUA, HERE))
    dir:write("bin/block", "set -e\n" .. block.text)
    dir:write("ids.txt", "a\nb\n")
    dir:write("tasks.jsonl", '{"id":"a","state":"completed"}\n')
    assert(dir:run "chmod 755 bin/luma")
    return cli.run(g, { "bin/block" }, {
      program = "sh", before = "cd " .. dir.path .. " &&",
      env = { PATH = dir:at "bin" .. ":" .. os.getenv "PATH" },
    })
  end

  for path, cases in pairs(SHELL_BLOCKS) do
    describe(path .. " has commands that run:", function()
      local blocks = examples(path, "sh")
      for i, case in ipairs(cases) do
        it(case.name, function()
          prepare "A"
          local ended = run_shell(blocks[i])
          assert.same({ "", 0 }, { ended.err, ended.code })
          assert.equal(case.lines, select(2, ended.out:gsub("\n", "")),
            ended.out)
          assert.same(case.files, files_made())
        end)
      end
    end)
  end

  it("have no other examples, but those marked as not run", function()
    local marked = {}
    for _, path in ipairs(pages.list()) do
      assert.equal(#(LUA_BLOCKS[path] or {}), #examples(path, "lua"), path)
      assert.equal(#(SHELL_BLOCKS[path] or {}), #examples(path, "sh"), path)
      for _, block in ipairs(pages.blocks(path)) do
        if block.marked then
          marked[#marked + 1] = path .. ": " .. block.marked
        end
      end
    end
    assert.same({
      "docs/hosts.md: needs lazy.nvim; spec/hosts/nvim_plugin_spec.lua reads it",
      "docs/hosts.md: needs Neovim; spec/hosts/nvim_spec.lua runs it",
      "docs/hosts.md: needs mpv; spec/hosts/mpv_spec.lua runs such a script",
      "docs/hosts.md: needs LÖVE; spec/hosts/ship_spec.lua runs it",
    }, marked)
  end)

  it("have links that lead to files and headings", function()
    local count = 0
    for _, path in ipairs(pages.list()) do
      local base = path:match "^.*/" or ""
      for _, link in ipairs(pages.links(path)) do
        local target, anchor = link:match "^([^#]*)#?(.*)$"
        target = target == "" and path or base .. target
        local what = path .. ": " .. link
        assert.equal(0, cli.shell("test -e " .. target).code, what)
        if anchor ~= "" then
          assert.is_true(pages.anchors(target)[anchor], what)
        end
        count = count + 1
      end
    end
    assert.is_true(count > 20, count)
  end)
end)
