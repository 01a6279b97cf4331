-- SPDX-License-Identifier: MIT
-- luma get prints the tasks of ids from arguments, files and stdin. All
-- commands share its streams, exit codes and the end by Ctrl-C.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"

local ID = "4665a07c-7641-4809-a133-10786201bb56"
local DEAD = { http = "http://127.0.0.1:1" }

local function lines_of(s)
  local lines = {}
  for line in s:gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

local function ids_in(s)
  local found = {}
  for i, line in ipairs(lines_of(s)) do found[i] = cjson.decode(line).id end
  table.sort(found)
  return found
end

local function slurp(path)
  local file = assert(io.open(path, "rb"))
  local content = file:read "*a"
  file:close()
  return content
end

describe("the command line", function()
  local g = fixture.use({ unknown = { "nobody" } }).g

  local function luma(words, more) return cli.run(g, words, more) end

  describe("in a pipe", function()
    it("prints the gateway's own tokens, an object a line", function()
      local ended = luma { "get", ID }
      local sample = slurp "spec/stub/tasks-200.json"
      -- No string of the sample has a space next to punctuation.
      local object = sample:match "^%[%s*(.*)%s*%]%s*$"
        :gsub("\n%s*", ""):gsub('": ', '":')
      assert.equal(object .. "\n", ended.out)
      assert.equal("", ended.err)
      assert.equal(0, ended.code)
    end)

    it("says on stderr what is missing", function()
      local ended = luma { "get", "a", "nobody", "b" }
      assert.same({ "a", "b" }, ids_in(ended.out))
      assert.equal("luma: missing: nobody\n", ended.err)
      assert.equal(4, ended.code)
    end)

    it("has a table when asked", function()
      local ended = luma { "get", "a", "b", "--table" }
      assert.equal([[
       STATE       ID   LENGTH      SIZE  PROMPT
 5.0s  completed   a    5.0 s  1360x752  cat dance
 5.0s  completed   b    5.0 s  1360x752  cat dance
]], ended.out)
      assert.equal("", ended.err)
    end)

    it("keeps the order asked for in a table", function()
      g:default { shuffle = 7 }
      local ended = luma { "get", "--table", "d", "c", "b", "a" }
      assert.equal("dcba", ended.out:gsub("^.-\n", "")
        :gsub(" 5.0s  completed   (.)[^\n]*\n", "%1"))
    end)

    it("ends quietly when its reader has", function()
      local ended = luma({ "get", "-" }, {
        stdin = table.concat(fixture.list(5000), "\n"), after = "| head -n 1",
      })
      assert.equal(1, #lines_of(ended.out))
      assert.equal("", ended.err)
    end)

    it("ends quietly where the pipe's signal is ignored as well", function()
      local code = os.tmpname()
      local ended = luma({ "get", "-" }, {
        stdin = table.concat(fixture.list(5000), "\n"),
        before = "trap '' PIPE; {",
        after = "; echo $? >" .. code .. "; } | head -n 1",
      })
      assert.equal(1, #lines_of(ended.out))
      assert.equal("", ended.err)
      assert.equal("141\n", slurp(code))
      os.remove(code)
    end)

    it("does not hide that the disk is full", function()
      local ended = luma({ "get", "a" }, { after = ">/dev/full" })
      assert.equal(1, ended.code)
      assert.equal("luma: cannot write: No space left on device\n", ended.err)
    end)
  end)

  describe("ids", function()
    it("come from arguments, files and standard input", function()
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write "c\n\n  d\r\n"
      file:close()
      local ended = luma({ "get", "a", "-", "--file", path },
        { stdin = "b\n" })
      os.remove(path)
      assert.same({ "a", "b", "c", "d" }, ids_in(ended.out))
      assert.equal(0, ended.code)
    end)

    it("are taken out of tasks that luma printed", function()
      local first = luma { "get", "a", "b" }
      g:default { shape = "B" }
      local second = luma({ "get", "-" }, { stdin = first.out })
      local third = luma({ "get", "-" }, { stdin = second.out })
      assert.equal(2, #lines_of(third.out))
      assert.same({ "a", "b" }, g:journal()[3].ids)
    end)

    it("stream through in windows, each once", function()
      local ids = fixture.list(25000)
      local ended = luma({ "get", "-" },
        { stdin = table.concat(ids, "\n") .. "\n" })
      assert.equal(0, ended.code)
      assert.equal("", ended.err)
      local seen, asked = {}, {}
      for _, id in ipairs(ids_in(ended.out)) do
        assert.is_nil(seen[id])
        seen[id] = true
      end
      for _, request in ipairs(g:journal()) do
        for _, id in ipairs(request.ids) do
          asked[id] = (asked[id] or 0) + 1
        end
      end
      for _, id in ipairs(ids) do
        assert.is_true(seen[id])
        assert.equal(1, asked[id])
      end
    end)

    it("take no memory in proportion", function()
      if not fixture.PLAIN then return pending "memory of a sanitizer" end
      local function peak(count)
        g:record(false)
        local ended = cli.shell(("seq %d | env LUMA_GATEWAY_URL=%s "
          .. "LUMA_GATEWAY_TOKEN=t %s spec/programs/peak.lua get - 2>&1 "
          .. ">/dev/null")
          :format(count, g.http, os.getenv "LUMA_LUA"))
        return tonumber(ended.out)
      end
      local few, many = peak(20000), peak(80000)
      assert.is_true(many < few + 16384, ("%d kB, then %d"):format(few, many))
    end)

    it("must be there", function()
      local ended = luma { "get" }
      assert.equal(2, ended.code)
      assert.equal("", ended.out)
      assert.matches("^luma: no ids", ended.err)
    end)

    it("of a file that is not there", function()
      local ended = luma { "get", "--file", "/nowhere/ids" }
      assert.equal(2, ended.code)
      assert.equal("luma: cannot read /nowhere/ids: "
        .. "No such file or directory\n", ended.err)
    end)

    it("whose tasks are not UTF-8 are printed in valid JSON", function()
      g:default { body = '[{"id":"a","p":"\128x\255"}]' }
      local ended = luma { "get", "a" }
      assert.equal('{"id":"a","p":"\239\191\189x\239\191\189"}\n', ended.out)
      g:route("/x", { body = '"\128"' })
      ended = luma { "request", "GET", "/x" }
      assert.equal('"\239\191\189"\n', ended.out)
    end)

    it("that are none are named by their line", function()
      local ended = luma({ "get", "-" }, { stdin = 'a\n{"no":"id"}\n' })
      assert.equal(2, ended.code)
      assert.equal("luma: standard input:2: not an id: an object without an id\n",
        ended.err)
      assert.equal("a", cjson.decode(ended.out).id)
      assert.same({ { "a" } }, { g:journal()[1].ids })
    end)
  end)

  describe("the body of a request", function()
    local CAT = '{"a":"\231\140\171"}' -- U+732B
    before_each(function() g:route("/x", { body = "{}" }) end)

    local function post(body, input)
      return luma({ "request", "POST", "/x", body }, { stdin = input })
    end

    it("may have a byte order mark, also of UTF-16", function()
      local LITTLE = '\255\254{\0"\0a\0"\0:\0"\0+s"\0}\0'
      local BIG = '\254\255\0{\0"\0a\0"\0:\0"s+\0"\0}'
      for i, input in ipairs { CAT, "\239\187\191" .. CAT, LITTLE, BIG } do
        local ended = post("-", input)
        assert.same({ 0, "{}\n" }, { ended.code, ended.out })
        assert.equal(CAT, g:journal()[i].body)
      end
    end)

    it("is not sent if it is not UTF-8", function()
      local ended = post '{"a":"f\252r"}'
      assert.same({ 2, "luma: the body is not UTF-8; use - to read it from "
        .. "standard input\n" }, { ended.code, ended.err })
      ended = post("-", '{"a":"f\252r"}')
      assert.same({ 2, "luma: standard input is not UTF-8\n" },
        { ended.code, ended.err })
      assert.equal(0, #g:journal())
    end)
  end)

  describe("exit codes", function()
    it("1: nobody there", function()
      local ended = cli.run(DEAD, { "get", "a", "b" })
      assert.equal(1, ended.code)
      assert.equal("", ended.out)
      assert.matches("^luma: 2 of 2 ids failed: no connection", ended.err)
      assert.equal(1, #lines_of(ended.err))
    end)

    it("1: a token that is not accepted, which is not shown", function()
      g:default { status = 401 }
      local ended = luma({ "get", "a" },
        { env = { LUMA_GATEWAY_TOKEN = "sesame-12345" } })
      assert.equal(1, ended.code)
      assert.matches("401", ended.err)
      assert.is_nil(ended.err:find("sesame", 1, true))
    end)

    it("1: some ids failed, each is named", function()
      g:queue({}, { status = 400 })
      local ended = luma { "get", "--connections", "1", "--batch-size", "1",
        "a", "b", "c" }
      assert.equal(1, ended.code)
      assert.same({ "a", "c" }, ids_in(ended.out))
      assert.matches("^luma: failed: b: [^\n]*400[^\n]*\n$", ended.err)
    end)

    it("1: and what comes after a window without answer is not asked",
      function()
        g:default { status = 401 }
        local ended = luma({ "get", "--window", "10", "-" },
          { stdin = table.concat(fixture.list(100), "\n") })
        assert.equal(1, ended.code)
        assert.matches("later ids were not requested\n$", ended.err)
        assert.equal(1, #g:journal())
      end)

    it("2: usage", function()
      for _, words in ipairs {
        {}, { "fetch" }, { "get", "--nonsense", "a" },
        { "get", "--window", "0", "a" }, { "get", "--window", "1e9", "a" },
        { "get", "--deadline", "soon", "a" }, { "get", "--color", "a" },
        { "get", "--json", "--table", "a" }, { "get", "" },
        { "get", ("x"):rep(1025) }, { "get", "--url", "gopher://x", "a" },
        { "request" }, { "request", "GET" },
      } do
        local ended = luma(words)
        assert.equal(2, ended.code, table.concat(words, " "))
        assert.equal("", ended.out)
        assert.matches("^luma: ", ended.err)
      end
      assert.equal(0, #g:journal())
    end)

    it("2: usage, with the option and where to read more", function()
      for said, words in pairs {
        ["--deadline: 'soon' is not a number above 0, at most 1000000000\n"
          .. "Try: luma get --help"] = { "get", "--deadline", "soon", "a" },
        ["--deadline: '1e10' is not a number above 0, at most 1000000000\n"
          .. "Try: luma get --help"] = { "get", "--deadline", "1e10", "a" },
        ["--deadline: '1000000001' is not a number above 0, at most "
          .. "1000000000\nTry: luma request --help"] =
          { "request", "--deadline", "1000000001", "GET", "/" },
        ["--missing-grace: 'none' is not a number from 0 to 1000000000\n"
          .. "Try: luma watch --help"] =
          { "watch", "--missing-grace", "none", "a" },
        ["--interval: '0' is not a number above 0, at most 1000000000\n"
          .. "Try: luma watch --help"] = { "watch", "--interval", "0", "a" },
        ["--max-interval: 'nan' is not a number above 0, at most 1000000000\n"
          .. "Try: luma download --help"] =
          { "download", "--max-interval", "nan", "a" },
        ["--window: '0' is not a whole number from 1 to 10000\n"
          .. "Try: luma get --help"] = { "get", "--window", "0", "a" },
        ["--jobs: '65' is not a whole number from 1 to 64\n"
          .. "Try: luma download --help"] = { "download", "--jobs", "65", "a" },
        ["unknown command 'fetch'\nTry: luma --help"] = { "fetch", "a" },
      } do
        local ended = luma(words)
        assert.equal("luma: " .. said .. "\n", ended.err)
        assert.equal(2, ended.code)
      end
    end)

    it("0: the longest times that there may be, and one interval alone",
      function()
        for _, words in ipairs {
          { "watch", "--deadline", "1e9", "a" },
          { "watch", "--interval", "1e9", "a" },
          { "watch", "--interval", "30", "a" },
          { "watch", "--max-interval", "2", "a" },
          { "watch", "--missing-grace", "1000000000", "a" },
        } do
          local ended = luma(words)
          assert.same({ "", 0 }, { ended.err, ended.code })
        end
      end)

    it("2: usage, in the words of the command", function()
      for said, words in pairs {
        ["--max-interval: must not be below --interval"] =
          { "watch", "--interval", "20", "--max-interval", "10", "a" },
        ["--ca-file: cannot be read"] = { "get", "--ca-file", "/nowhere", "a" },
        ["--url or LUMA_GATEWAY_URL: plain http would send the token "
          .. "unencrypted; use https, or give --plain-http"] =
          { "get", "--url", "http://192.0.2.1", "a" },
      } do
        local ended = luma(words)
        assert.same({ 2, "luma: " .. said .. "\n" }, { ended.code, ended.err })
      end
    end)

    it("2: no token", function()
      local ended = cli.run(g, { "get", "a" },
        { env = { LUMA_GATEWAY_TOKEN = "" } })
      assert.equal(2, ended.code)
      assert.matches("^luma: .*token", ended.err)
    end)

    it("3: a task failed", function()
      g:default { states = { b = "failed" } }
      local ended = luma { "get", "a", "b" }
      assert.equal(3, ended.code)
      assert.equal("", ended.err)
    end)

    it("5: out of time", function()
      g:default { stall = "head" }
      local ended = luma { "get", "a", "b", "--deadline", "0.2" }
      assert.equal(5, ended.code)
      assert.equal("luma: out of time: a\nluma: out of time: b\n", ended.err)
    end)

    it("the graver one counts", function()
      g:default { states = { b = "failed" } }
      assert.equal(4, luma({ "get", "a", "b", "nobody" }).code)
      g:queue({}, { status = 400 })
      assert.equal(1, luma({ "get", "--connections", "1", "--batch-size", "1",
        "b", "x", "nobody" }).code)
    end)
  end)

  describe("Ctrl-C", function()
    local function interrupt(seconds, words, ready)
      local pid, finish = cli.start(g, words)
      ready()
      local start = fixture.now()
      os.execute("kill -INT " .. pid)
      local ended = finish()
      local took = fixture.now() - start
      assert.equal(130, ended.code)
      assert.equal("", ended.err)
      if fixture.PLAIN then assert.is_true(took < 10 * seconds) end
    end

    it("ends it at once with 130", function()
      g:default { stall = "head" }
      interrupt(0.2, { "get", "a", "b" },
        function() g:wait("stalled", 1) end)
    end)

    it("wherever it is among many ids", function()
      g:record(false)
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(table.concat(fixture.list(50000), "\n"))
      file:close()
      for round = 1, 10 do
        local before = round * 7
        g:reset()
        interrupt(0.2, { "get", "--file", path },
          function() g:wait("requests", before) end)
      end
      os.remove(path)
    end)
  end)

  it("scales out under GNU parallel, each id handled once", function()
    if cli.shell("command -v parallel >/dev/null").code ~= 0 then
      return pending "no GNU parallel"
    end
    local ids = fixture.list(5000)
    local ended = cli.workers(g, table.concat(ids, "\n") .. "\n")
    assert.equal(0, ended.code)
    local asked = {}
    for _, request in ipairs(g:journal()) do
      for _, id in ipairs(request.ids) do asked[id] = (asked[id] or 0) + 1 end
    end
    for _, id in ipairs(ids) do assert.equal(1, asked[id]) end
    table.sort(ids)
    assert.same(ids, ids_in(ended.out))
    g:default { unknown = { "id-7" } }
    assert.equal(1, cli.workers(g, "id-6\nid-7\n").code)
  end)

  describe("about itself", function()
    it("tells its version", function()
      local ended = luma { "--version" }
      assert.equal("luma " .. require "luma"._VERSION .. "\n", ended.out)
      assert.equal(0, ended.code)
    end)

    it("helps, with examples and exit codes, in 80 columns", function()
      local commands = { {}, { "get" }, { "watch" }, { "download" },
        { "request" } }
      for _, words in ipairs(commands) do
        local name = words[1]
        words[#words + 1] = "--help"
        local ended = luma(words)
        assert.equal(0, ended.code)
        assert.matches(name and "\n  luma " .. name or "Exit codes",
          ended.out)
        for _, line in ipairs(lines_of(ended.out)) do
          assert.is_true(#line <= 80, line)
        end
      end
    end)

    it("writes completions that the shells can read", function()
      for _, shell in ipairs { "bash", "zsh", "fish" } do
        local ended = luma { "completion", shell }
        assert.equal(0, ended.code)
        assert.matches("download", ended.out)
        if os.execute(("command -v %s >/dev/null"):format(shell)) == true then
          local path = os.tmpname()
          local file = assert(io.open(path, "w"))
          file:write(ended.out)
          file:close()
          assert.equal(0, cli.shell(shell .. " -n " .. path).code)
          if shell == "zsh" then
            assert.equal("_luma\n", cli.shell("zsh -fc 'autoload -Uz compinit"
              .. "; compinit -D; source " .. path .. "; echo $_comps[luma]'")
              .out)
          end
          os.remove(path)
        end
      end
    end)

    it("has a page in the manual without mistakes", function()
      if cli.shell("command -v mandoc >/dev/null").code ~= 0 then
        return pending "no mandoc"
      end
      assert.equal("", cli.shell "mandoc -T lint -W warning man/luma.1".out)
    end)
  end)
end)
