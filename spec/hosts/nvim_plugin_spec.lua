-- SPDX-License-Identifier: MIT
-- The plugin for Neovim works as it comes from a plugin manager: it finds its
-- own build of luma, watches and downloads tasks, completes its command, checks
-- its options, and has help and a health check.

local cjson = require "cjson"
local editor = require "spec.support.editor"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"
local pages = require "spec.support.pages"
local process = require "spec.support.process"

local UUID = "4665a07c-7641-4809-a133-10786201bb56"

local obstacle = editor.obstacle()
if not fixture.PLAIN then obstacle = "not with sanitizers" end

-- In Neovim: `notes` has what vim.notify was given.
local INSIDE = [[
  vim.o.columns, vim.o.lines = 200, 50
  notes = {}
  function vim.notify(text, level) notes[#notes + 1] = { text, level } end
  function visible() return table.concat(vim.fn.getline(1, "$"), "\n") end
]]

describe("the plugin for Neovim", function()
  if obstacle then return pending(obstacle) end

  local f, g, ed, dir

  setup(function()
    f = fixture.start { unknown = { "nobody" } }
    g, dir = f.g, folder.new()
    ed = editor.start {
      LUMA_GATEWAY_URL = g.http, LUMA_GATEWAY_TOKEN = "token",
    }
    ed:run(INSIDE)
  end)
  teardown(function()
    ed:stop()
    f:stop()
    dir:remove()
  end)
  after_each(function()
    ed:run [[
      vim.cmd "silent %bwipeout!"
      require("luma_nvim").setup()
      notes = {}
    ]]
    f:tidy()
    dir:empty()
  end)

  local function set(options)
    ed:run("require('luma_nvim').setup " .. options)
  end

  it("loads nothing of its own before its first use", function()
    local other = editor.start {}
    assert.same({ 2, false, false }, other:run [[
      return { vim.fn.exists ":Luma", package.loaded.luma ~= nil,
        package.loaded.luma_nvim ~= nil }
    ]])
    other:stop()
  end)

  it("takes the module that is built in its folder", function()
    local here = process.output("pwd"):match "[^\n]+"
    ed:run "vim.cmd 'Luma get a'"
    ed:wait "visible():find 'completed'"
    assert.equal(here .. "/build/luajit/luma.so", ed:run [[
      return package.searchpath and package.searchpath("luma", package.cpath)
        or package.cpath:match "[^;]*build/luajit/luma?[^;]*"
    ]])
    assert.equal(require "luma"._VERSION,
      ed:run "return require'luma'._VERSION")
  end)

  it("works as a package, with setup in init.lua", function()
    assert(dir:run [[mkdir -p pack/all/start
      ln -s "$OLDPWD" pack/all/start/luma]])
    dir:write("init.lua", ([[
      vim.o.packpath = %q .. ',' .. vim.o.packpath
      require("luma_nvim").setup { watch = { interval = 0.05 } }
    ]]):format(dir.path))
    local ended = process.run {
      "--headless", "-n", "-i", "NONE", "-u", dir:at "init.lua",
      "+Luma watch a",
      "+lua vim.wait(5000, function() return vim.fn.getline(3) "
        .. ":find '^completed' end, 10)",
      "+%print", "+qall!", program = "nvim", seconds = 20,
      unset = { "LUA_CPATH", "LD_PRELOAD" },
      env = { LUMA_GATEWAY_URL = g.http, LUMA_GATEWAY_TOKEN = "token" },
    }
    assert.matches("1 of 1 task .*\ncompleted   a ",
      (ended.output:gsub("\r", "")))
  end)

  it("has the fields that the lines for lazy.nvim name", function()
    local text
    for _, block in ipairs(pages.blocks "docs/hosts.md") do
      if (block.marked or ""):find "lazy.nvim" then text = block.text end
    end
    local what = assert(load("return " .. text))()
    what.opts.download.dir = nil
    assert.is_true(ed:run("require(%q).setup(vim.json.decode(%q)) return true",
      what.main, cjson.encode(what.opts)))
    assert.equal(2, ed:run("return vim.fn.exists(%q)", ":" .. what.cmd))
    local ended = process.run { line = "env -u MAKEFLAGS " .. what.build
      .. " -q --no-print-directory" }
    assert.same({ output = "", code = 0 }, ended)
  end)

  describe("watches tasks", function()
    local MOVES = { moves = { a = {
      '{"id":"a","state":"dreaming","progress":40}',
      '{"id":"a","state":"completed","video":{"url":"https://x/a.mp4"}}',
    } } }

    it("and shows each change", function()
      set "{ watch = { interval = 0.3 } }"
      g:default(MOVES)
      ed:run "vim.cmd 'Luma watch a nobody'"
      ed:wait "visible():find('processing  a       40 %', 1, true)"
      ed:wait "visible():find 'completed   a%s+https://x/a.mp4'"
      assert.same({}, ed:run "return notes")
    end)

    it("and says how they ended", function()
      set "{ watch = { interval = 0.05, missing_grace = 0 } }"
      g:default { states = { sad = "failed" } }
      ed:run "vim.cmd 'Luma watch a b sad nobody'"
      ed:wait "#notes > 0 and visible():find 'missing     nobody'"
      assert.same({ {
        "Luma: watch has ended: 2 completed, 1 failed, 1 missing", 2,
      } }, ed:run "return notes")
      assert.matches("missing     nobody  not known to the gateway",
        ed:run "return visible()")
    end)

    it("and says nothing when it is told to, or the list is closed", function()
      set "{ watch = { interval = 0.05 }, notify = false }"
      ed:run "vim.cmd 'Luma watch a'"
      ed:wait "visible():find 'completed'"
      g:default { stall = "body" }
      ed:run "vim.cmd 'Luma watch b'"
      g:wait("stalled", 1)
      ed:run "vim.cmd 'only | normal q'"
      g:wait("closed", 0)
      assert.same({}, ed:run "return notes")
    end)
  end)

  describe("downloads tasks", function()
    local function download(ids)
      set(("{ download = { dir = %q, allow_private = true } }")
        :format(dir.path))
      local url = g.http .. "/clip.mp4"
      g:default { inner = { video = { url = url, download_url = url } } }
      ed:run("vim.cmd 'Luma download %s'", ids)
      ed:wait [[#notes > 0 and not visible():find "waiting"
        and not visible():find "downloading"]]
      return ed:run "return notes[1]", ed:run "return visible()"
    end

    it("into a folder, and yanks the path", function()
      g:file("/clip.mp4", { size = 3000000 })
      local note, text = download "a b"
      assert.same({ "Luma: 2 of 2 files downloaded", 2 }, note)
      assert.same({ "a.mp4", "b.mp4" }, dir:names())
      assert.matches("^2 of 2 files %(6%.0 MB%)\n\nsaved       a  "
        .. dir:at "a.mp4", text)
      assert.equal(dir:at "b.mp4", ed:run [[
        vim.cmd [=[4 | execute "normal \<CR>"]=]
        return vim.fn.getreg '"'
      ]])
    end)

    it("into a folder below the home of the user", function()
      set "{ download = { dir = '~/clips' } }"
      local home = os.getenv "HOME"
      assert.equal(home .. "/clips",
        ed:run "return require('luma_nvim.options').folder()")
      ed:run "vim.cmd 'Luma download a'"
      ed:wait "visible():find 'error       a'"
      assert.matches(home .. "/clips", ed:run "return visible()", 1, true)
    end)

    it("and shows those that failed", function()
      local note, text = download "c"
      assert.same({ "Luma: 0 of 1 file downloaded", 3 }, note)
      assert.matches("^0 of 1 file, 1 error ", text)
      assert.matches("error       c  %S+", text)
    end)
  end)

  it("shows a floating window where that is asked for", function()
    set "{ window = 'float' }"
    ed:run "vim.cmd 'Luma get a'"
    assert.equal("editor", ed:run
      "return vim.api.nvim_win_get_config(0).relative")
    ed:run "vim.cmd 'normal q'"
    ed:run "vim.cmd 'vertical Luma get a'"
    assert.equal("", ed:run "return vim.api.nvim_win_get_config(0).relative")
  end)

  it("completes subcommands, and ids in the buffer", function()
    ed:run("vim.fn.setline(1, '[\"%s\"]')", UUID)
    assert.same({
      { "download", "get", "watch" }, { "watch" }, { UUID }, { UUID },
    }, ed:run [[
      return vim.tbl_map(function(line)
        return vim.fn.getcompletion(line, "cmdline")
      end, { "Luma ", "Luma w", "Luma get ", "Luma watch x 46" })
    ]])
  end)

  describe("says what is wrong", function()
    local function refusal(options)
      return ed:run("return select(2, pcall(require('luma_nvim').setup, %s))",
        options)
    end

    it("with an option", function()
      assert.matches("luma_nvim.setup: unknown option 'tokn' %(the options are "
        .. "client, download, notify, watch, window%)$",
        refusal "{ tokn = 1 }")
      assert.matches("option 'window' must be \"split\" or \"float\", not 7$",
        refusal "{ window = 7 }")
      assert.matches("option 'client' must be a table, not true$",
        refusal "{ client = true }")
      assert.matches("a table of options is expected$", refusal "7")
      assert.matches("option 'download.dir' must be a string, not true$",
        refusal "{ download = { dir = true } }")
    end)

    it("with a callback, as it would not be called", function()
      for _, name in ipairs { "watch.on_task", "watch.on_update",
        "watch.on_progress", "watch.on_done", "download.on_progress",
        "download.on_done" } do
        local job, callback = name:match "(.*)%.(.*)"
        assert.matches("luma_nvim.setup: option '" .. name
          .. "' is the plugin's own", refusal(
          ("{ %s = { %s = print } }"):format(job, callback)), 1, true)
      end
    end)

    it("with a subcommand", function()
      ed:run "vim.cmd 'Luma' vim.cmd 'Luma fetch a'"
      assert.same({
        { "Luma: say what to do: download, get, watch", 4 },
        { "Luma: there is no 'fetch', only download, get, watch", 4 },
      }, ed:run "return notes")
    end)

    it("with an option of a job, and leaves no window", function()
      set "{ watch = { intervall = 1 } }"
      ed:run "vim.cmd 'Luma watch a'"
      assert.matches("unknown option 'intervall'", ed:run "return notes[1][1]")
      assert.equal(1, ed:run "return vim.fn.winnr '$'")
    end)
  end)

  describe("has a health check", function()
    local function health(before)
      ed:run(before or "")
      return ed:run "vim.cmd 'checkhealth luma' return visible()"
    end

    it("that is content", function()
      local text = health()
      assert.matches("OK:? luma " .. require "luma"._VERSION:gsub("%p", "%%%0"),
        text)
      assert.matches("there is a token", text)
      assert.matches("The gateway is " .. g.http, text, 1, true)
      assert.matches("Downloads go to /", text)
      assert.not_matches("ERROR", text)
    end)

    it("that names what is wrong", function()
      local text = health [[
        vim.env.LUMA_GATEWAY_TOKEN = nil
        require("luma_nvim").setup { download = { dir = "/nowhere" } }
      ]]
      ed:run "vim.env.LUMA_GATEWAY_TOKEN = 'token'"
      assert.matches("ERROR:? token: must be given", text)
      assert.matches("WARNING:? Downloads cannot be written to /nowhere", text)
    end)

    it("that goes on after an option of another type", function()
      local text = health [[
        require("luma_nvim").setup { client = { base_url = {} } }
      ]]
      assert.matches("ERROR:? base_url: string expected, got table", text)
      assert.matches("Downloads go to /", text)
    end)

    it("that says how to build luma where it is missing", function()
      assert(dir:run "mkdir -p plug && cp -r \"$OLDPWD\"/lua plug/")
      local text = process.run {
        "--headless", "--clean", "--cmd",
        "set runtimepath^=" .. dir:at "plug",
        "+checkhealth luma", "+%print", "+qall!", program = "nvim",
        seconds = 20, unset = { "LUA_CPATH", "LD_PRELOAD" },
      }.output
      assert.matches("ERROR:? luma is not built: run `make LUA=luajit` in "
        .. dir:at "plug", text)
    end)
  end)

  it("has help with a tag for each command and option", function()
    assert(dir:run "mkdir -p help/doc && cp \"$OLDPWD\"/doc/luma.txt help/doc/")
    ed:run("vim.o.runtimepath = %q .. ',' .. vim.o.runtimepath", dir:at "help")
    ed:run("vim.cmd 'helptags %s'", dir:at "help/doc")
    for _, tag in ipairs { "luma", ":Luma", ":Luma-get", ":Luma-watch",
      ":Luma-download", "luma-setup", "luma-health", "luma-install" } do
      assert.matches("*" .. tag .. "*", ed:run(
        "vim.cmd 'help %s' return vim.api.nvim_get_current_line()", tag), 1,
        true)
    end
    for line in dir:read "help/doc/luma.txt":gmatch "[^\n]+" do
      assert.is_true(#line <= 80, line)
    end
  end)
end)
