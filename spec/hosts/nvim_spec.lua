-- SPDX-License-Identifier: MIT
-- The command :Luma of the plugin shows tasks in Neovim, never blocks
-- the editor, and ends cleanly.

local cqueues = require "cqueues"
local editor = require "spec.support.editor"
local fixture = require "spec.support.fixture"
local pages = require "spec.support.pages"

local KNOWN = "4665a07c-7641-4809-a133-10786201bb56"
local LINK = "https://storage.cdn-luma.com/dream-machine/"
  .. "b0d67582-c6f0-4973-a89c-3fea9d46d5e9/"
  .. "35049450-c008-4607-b1d0-0b025599f15d/"
  .. "video0b6619468da8e409da860706bbf26bbad.mp4"

local MANY = 2000
local ROUNDS = 2 -- the better one counts: other programs run here as well
local BOUND = 5 -- milliseconds that a tick may be late; ten times that here

-- In Neovim: `ticks` has how late each tick of a timer of 10 ms was in the
-- main loop, in milliseconds, until `tock`; `polls` has the poll handles. On
-- Windows new_poll does not take the descriptor, which is a socket there.
local INSIDE = [[
  vim.o.columns, vim.o.lines = 200, 50
  local uv = vim.loop
  function tick()
    local late, timer, last = {}, uv.new_timer(), uv.hrtime()
    timer:start(10, 10, function()
      local due = last + 10e6
      last = uv.hrtime()
      vim.schedule(function() late[#late + 1] = (uv.hrtime() - due) / 1e6 end)
    end)
    ticks = late
    function tock()
      timer:close()
      return late
    end
  end
  local new_poll = uv.new_socket_poll
  polls, uv.new_poll = {}, nil
  function uv.new_socket_poll(fd)
    polls[#polls + 1] = new_poll(fd)
    return polls[#polls]
  end
  function polling()
    for _, poll in ipairs(polls) do
      if not poll:is_closing() then return true end
    end
    return false
  end
  function painted()
    return not polling() and vim.fn.search("^waiting", "nw") == 0
      and not vim.fn.getline(1):find "pending"
  end
  function many(count)
    local ids = {}
    for i = 1, count do ids[i] = "id-" .. i end
    vim.cmd("Luma get " .. table.concat(ids, " "))
  end
]]

local obstacle = editor.obstacle()
if not fixture.PLAIN then obstacle = "not with sanitizers" end

describe("in Neovim", function()
  if obstacle then return pending(obstacle) end

  local f, g, ed

  local function start_editor()
    return editor.start {
      LUMA_GATEWAY_URL = g.http, LUMA_GATEWAY_TOKEN = "token",
    }
  end

  setup(function()
    f = fixture.start { unknown = { "no-such-task" } }
    g = f.g
    ed = start_editor()
    ed:run(INSIDE)
  end)
  teardown(function()
    ed:stop()
    f:stop()
  end)
  after_each(function()
    ed:run [[
      vim.cmd "silent %bwipeout! | messages clear"
      vim.env.LUMA_GATEWAY_TOKEN = "token"
      require("luma_nvim").setup()
    ]]
    ed:wait "not polling()"
    f:tidy()
  end)

  local function lines(from, to)
    return ed:run("return vim.api.nvim_buf_get_lines(0, %d, %d, false)",
      from - 1, to or -1)
  end

  local function command(words)
    return ed:run("vim.cmd(%q)", "Luma get " .. words)
  end

  -- The command, until the job has ended and all is painted.
  local function shown(words)
    command(words)
    ed:wait "painted()"
    return lines(1)
  end

  local function messages() return ed:run "return vim.fn.execute 'messages'" end

  it("shows a line for each id in the order asked for", function()
    g:default {
      states = { late = "processing", sad = "failed" }, shuffle = 1,
      inner = { failure_reason = "no cats" }, extra = {
        request = { prompt = "a\nb 猫" }, failure_reason = "no cats",
      },
    }
    local buffer = shown("late " .. KNOWN .. " no-such-task sad late")
    local task = "%-10s  %-36s  1360 x 752   %-33s  %s"
    assert.matches("^3 of 4 tasks, 1 missing %(%d requests, %d+ kB%)$",
      table.remove(buffer, 1))
    assert.same({
      "",
      task:format("processing", "late", "a b 猫", LINK),
      task:format("completed", KNOWN, "a b 猫", LINK),
      ("%-10s  %-36s  not known to the gateway"):format("missing",
        "no-such-task"),
      task:format("failed", "sad", "a b 猫", "no cats"),
    }, buffer)
  end)

  it("has colours for the states", function()
    g:default { states = { sad = "failed", late = "pending" } }
    shown(KNOWN .. " sad late no-such-task")
    assert.same({
      "lumaHeader", "", "lumaCompleted", "lumaFailed",
      "lumaPending", "lumaFailed",
    }, ed:run [[
      return vim.tbl_map(function(line)
        return vim.fn.synIDattr(vim.fn.synID(line, 1, 1), "name")
      end, vim.fn.range(1, 6))
    ]])
  end)

  it("is a scratch buffer that nobody can change", function()
    g:default { stall = "request" }
    command "a b"
    assert.same({
      "luma://tasks/", "nofile", "wipe", false, false, false,
    }, ed:run [[return {
      vim.fn.bufname():match "^%D+", vim.bo.buftype, vim.bo.bufhidden,
      vim.bo.modifiable, vim.bo.swapfile, vim.bo.buflisted,
    }]])
    assert.same({ "", "waiting     a", "waiting     b" }, lines(2))
    assert.matches("^0 of 2 tasks, 2 pending", lines(1, 1)[1])
  end)

  it("takes the ids that stand in a range", function()
    local other = "00000000-0000-4000-8000-000000000002"
    ed:run([[vim.fn.setline(1, { '["%s",', ' "%s"]', '%s/%s', '%s' })
      vim.cmd "1,3Luma get"]], KNOWN, other, LINK, other, "not-" .. other)
    ed:wait "not polling()"
    assert.same({ KNOWN, other }, g:journal()[1].ids)
  end)

  it("yanks the link of a line with <CR>", function()
    shown(KNOWN .. " no-such-task")
    assert.equal(LINK, ed:run [[
      vim.cmd [=[3 | execute "normal \<CR>" | 4 | execute "normal \<CR>"]=]
      return vim.fn.getreg '"'
    ]])
  end)

  it("shows several lists at once", function()
    g:default { delay = 0.05 }
    command "a b"
    command "c"
    ed:wait "not polling()"
    ed:wait [[vim.fn.getline(1):find "^1 of 1 task "]]
    assert.matches("^completed   c ", lines(3)[1])
    ed:run "vim.cmd 'wincmd p'"
    assert.matches("^2 of 2 tasks ", lines(1)[1])
  end)

  it("takes tasks also while the main loop does not run", function()
    assert.is_true(ed:run [[
      vim.cmd "Luma get a"
      return (vim.wait(5000, function() return not polling() end, 5, true))
    ]])
    ed:wait [[vim.fn.getline(3):find "^completed   a "]]
  end)

  it("gives the client the options of setup", function()
    ed:run("require('luma_nvim').setup { client = { base_url = %q, ca_file = %q } }",
      g.https, g.ca)
    assert.matches("^1 of 1 task ", shown(KNOWN)[1])
    assert.is_true(g:journal()[1].tls)
  end)

  describe("while " .. MANY .. " tasks arrive", function()
    -- Sorted, and with the figures of what a user would notice.
    local function judge(what, late)
      table.sort(late)
      print(("  %-15s %3d ticks, median %.1f ms late, worst %.1f ms"):format(
        what, #late, late[math.ceil(#late / 2)], late[#late]))
      return late[#late]
    end

    local function control()
      ed:run "tick()"
      cqueues.sleep(0.3)
      judge("nothing fetched", ed:run "return tock()")
    end

    local function round(what)
      ed:run "vim.cmd 'silent %%bwipeout!'"
      g:wait("closed", 0)
      ed:run "tick()"
      ed:wait "#ticks > 0"
      ed:run("many(%d)", MANY)
      ed:wait(("vim.fn.line '$' == %d and painted()"):format(MANY + 2))
      return judge(what, ed:run "return tock()")
    end

    local function never_late(what, behaviour)
      shown "warm-up" -- loads the module, once in an editor's life
      print()
      local worst = math.huge
      for _ = 1, ROUNDS do
        control()
        g:reset()
        g:default(behaviour)
        worst = math.min(worst, round(what))
      end
      assert.is_true(worst < 10 * BOUND, worst)
    end

    -- Each id once, in as few requests as can be.
    local function check_journal()
      local requests, count, seen = g:journal(), 0, {}
      for _, request in ipairs(requests) do
        for _, id in ipairs(request.ids) do
          assert.is_nil(seen[id])
          seen[id] = true
          count = count + 1
        end
      end
      assert.same({ 20, MANY }, { #requests, count })
    end

    it("is never late, and shows them all", function()
      never_late("all at once", {})
      check_journal()
      local buffer = lines(1)
      assert.equal(MANY + 2, #buffer)
      assert.matches("^2000 of 2000 tasks %(20 requests, %d+ kB%)$", buffer[1])
      for i = 1, MANY do
        assert.matches("^completed   id%-" .. i .. " .* cat dance  .*%.mp4$",
          buffer[i + 2])
      end
    end)

    it("is never late where they trickle in", function()
      never_late("trickling", { drip = { bytes = 20000, seconds = 0.005 } })
      check_journal()
    end)
  end)

  describe("says what is wrong", function()
    -- What a user reads who types the command.
    local function complaint(words)
      ed:run("vim.api.nvim_input(':Luma %s<CR>')", words)
      ed:wait "vim.fn.execute 'messages' ~= ''"
      return messages()
    end

    it("where there is no token", function()
      ed:run "vim.env.LUMA_GATEWAY_TOKEN = nil"
      assert.equal("\nLuma: token: must be given, here or as"
        .. " LUMA_GATEWAY_TOKEN in the environment", complaint "get a")
      assert.equal("", ed:run "return vim.fn.bufname()")
    end)

    it("where there are no ids", function()
      assert.equal("\nLuma: no ids given", complaint "get")
    end)

    it("where an option is", function()
      ed:run "require('luma_nvim').setup { client = { tokn = 'x' } }"
      assert.equal("\nLuma: unknown option 'tokn', did you mean 'token'?",
        complaint "get a")
    end)

    it("when the gateway refuses", function()
      g:default { status = 401 }
      local buffer = shown "a b"
      assert.matches("^0 of 2 tasks, 2 errors ", buffer[1])
      assert.matches("^2 of 2 ids failed: .*stub answers 401", buffer[2])
      assert.matches("^error       a  .*stub answers 401", buffer[3])
      assert.matches("^error       b  .*stub answers 401", buffer[4])
      assert.equal("", messages())
    end)

    it("when the gateway refuses a part", function()
      ed:run "require('luma_nvim').setup { client = { batch_size = 1, connections = 1 } }"
      g:queue({}, { status = 403 })
      local buffer = shown "a b no-such-task"
      assert.matches("^1 of 3 tasks, 1 missing, 1 error ", buffer[1])
      assert.matches("^1 of 3 ids failed: ", buffer[2])
      assert.matches("^completed   a ", buffer[3])
      assert.matches("^error       b .*stub answers 403", buffer[4])
      assert.matches("^missing     no%-such%-task ", buffer[5])
    end)
  end)

  describe("the few lines in docs/hosts.md", function()
    local function snippet()
      for _, block in ipairs(pages.blocks "docs/hosts.md") do
        if (block.marked or ""):find "nvim_spec" then return block.text end
      end
    end

    -- The page's own text is run as it stands; only `ids` is ours. The client
    -- and the handle are local to it.
    local function run(ids, after)
      return ed:run("ids = vim.split(%q, ' ')\n%s\n%s", ids, snippet(),
        after or "")
    end

    it("show tasks in a buffer, each once, and end", function()
      g:default { delay = 0.02, drip = { bytes = 2000, seconds = 0.005 } }
      local ids = fixture.list(300)
      run(table.concat(ids, " "))
      ed:wait "#polls > 0 and not polling()"
      local expected = { "" }
      for i, id in ipairs(ids) do expected[i + 1] = id .. "  completed" end
      local shown_lines = lines(1)
      table.sort(shown_lines)
      table.sort(expected)
      assert.same(expected, shown_lines)
      assert.equal("", messages())
    end)

    it("wait for the main loop while Neovim asks a question", function()
      assert.same({ true, { "" } }, run("a b c", [[
        vim.wait(500, function() return not polling() end, 5, true)
        return { polling(), vim.fn.getline(1, "$") }
      ]]))
      ed:wait "not polling()"
      assert.equal(4, #lines(1))
      assert.equal("", messages())
    end)
  end)

  describe("ends", function()
    it("its work when the buffer is wiped", function()
      g:default { stall = "body" }
      ed:run("many(%d)", MANY)
      g:wait("stalled", 8)
      assert.is_true(ed:run "return polling()")
      ed:run "vim.cmd 'bwipeout'"
      ed:wait "not polling()"
      g:wait("closed", 0)
      assert.equal(8, #g:journal())
      assert.equal("", messages())
    end)

    it("cleanly when Neovim is left in the middle", function()
      for _, leave in ipairs { "qall!", "cquit 3" } do
        g:default { stall = "body" }
        local other = start_editor()
        other:run "vim.cmd 'Luma get a b c'"
        g:wait("stalled", 1)
        local said, code = fixture.within(0.2, other.stop, other,
          ("vim.cmd %q"):format(leave))
        assert.same({ "", leave == "qall!" and 0 or 3 }, { said, code })
        g:wait("closed", 0)
        g:reset()
      end
    end)
  end)
end)
