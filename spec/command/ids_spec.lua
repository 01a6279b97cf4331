-- SPDX-License-Identifier: MIT
-- The command finds the ids in files and on standard input, in every form they
-- come in. It names anything else, and reads as a stream.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local luma = require "luma"
local found = require "luma_cli.found"
local places = require "luma_cli.places"
local Scanner = require "luma_cli.scanner"

local BIG = "831922345719271433" -- a float would end in 424
local ROW = '{"id":7,"task_id":"%s","status":"SUCCESS","progress":"100%%",'
  .. '"data":{"id":"inner-%s","state":"completed","video":{"url":"x"}}}'
local TASK = '{"id":"%s","state":"completed","request":{"id":"no",'
  .. '"tags":["no",{"id":"no"}],"prompt":"a \\"b\\" ] }"},"results":["no"]}'

local function row(id) return ROW:format(id, id) end
local function task(id) return TASK:format(id) end

local function utf16(s, little)
  local unit = little and "%0%z" or "%z%0"
  return s:gsub("[%z\1-\127]", (unit:gsub("%%z", "\0")))
end

-- Each gives the ids A and B, unless it says so.
local FORMS = {
  { "lines", "A\nB\n" },
  { "lines that end with CR LF", "A\r\n\r\nB\r\n" },
  { "lines that end with CR", "A\rB\r" },
  { "empty lines and blanks", "\n  A \n\n\t\nB" },
  { "a UTF-8 byte order mark", "\239\187\191A\nB\n" },
  { "a mark in the middle, where two files were joined",
    "A\n\239\187\191B\n" },
  { "a mark before JSON", '\239\187\191["A","B"]' },
  { "UTF-16, little end first", "\255\254" .. utf16("A\r\nB\r\n", true) },
  { "UTF-16, big end first", "\254\255" .. utf16('["A",\n"B"]', false) },
  { "UTF-16 beyond ASCII", "\255\254A\0 \0\83\48 \0\61\216\0\222",
    { "A", "\227\129\147", "\240\159\152\128" } },
  { "commas", "A,B" }, { "commas at the end", "A,\nB,\n" },
  { "tabs and blanks between them", "A\tB  " },
  { "an array", '["A","B"]' },
  { "an array in lines", '[\n  "A",\n  "B"\n]\n' },
  { "an array that ends with a comma", '["A","B",]' },
  { "arrays in lines", '["A"]\n["B"]\n' },
  { "objects with an id", '[{"id":"A"},{"id":"B"}]' },
  { "an object with ids", '{"ids":["A","B"]}' },
  { "strings in lines", '"A"\n"B"\n' },
  { "strings with commas", '"A","B"' },
  { "escapes", [=["\u0041"
    ["\u0042", "\ud83d\ude00\u732b\/", "\ud83d"]]=],
    { "A", "B", "\240\159\152\128\231\140\171/", "\239\191\189" } },
  { "tasks in lines", task "A" .. "\n" .. task "B" .. "\n" },
  { "rows in lines", row "A" .. "\n" .. row "B" .. "\n" },
  { "tasks without a line end between them", task "A" .. row "B" },
  { "an array of tasks", "[" .. task "A" .. "," .. row "B" .. "]" },
  { "an envelope", '{"code":"success","message":"","data":['
    .. row "A" .. "," .. task "B" .. "]}" },
  { "an envelope with an id of its own", '{"data":[' .. row "A" .. ","
    .. row "B" .. '],"id":"request-1","status":"ok"}' },
  { "data alone", '{"data":["A","B"]}' },
  { "an envelope of one", '{"code":"success","data":' .. row "A"
    .. '}\n{"code":"success","data":' .. task "B" .. "}" },
  { "a task whose data is a list", '{"data":[{"id":"no"}],"task_id":"A"}\n'
    .. '{"task_id":"B","data":[{"id":"no"}]}' },
  { "a task whose lists come first",
    '{"results":["no"],"items":[{}],"state":"queued","id":"A"} B' },
  { "an empty list", '{"data":[]}\n[]\nA B' },
  { "a list in an envelope without tasks", '{"code":"success","data":'
    .. '{"total":0,"items":[]}}', {} },
  { "all of these at once", 'A, "B"\n["C"]\n' .. task "D" .. "\n{\"ids\":[\n"
    .. '"E"]} F,', { "A", "B", "C", "D", "E", "F" } },
  { "numbers", BIG .. "\n[" .. BIG .. '1,\n-7]\n{"id":' .. BIG
    .. '2,"state":"completed"}\n{"status":"x","data":{"id":' .. BIG .. "3}}",
    { BIG, BIG .. "1", "-7", BIG .. "2", BIG .. "3" } },
  { "ids that look like numbers or words", "1234e567 007 nulls true-1",
    { "1234e567", "007", "nulls", "true-1" } },
  { "a task with a list of its own", '{"id":"A","prompt":"p","items":'
    .. '["http://x/a.png"]}\n{"id":"B","status":null,"list":[1,2]}' },
  { "a list of its own in a task's data", '{"id":"A","code":"success",'
    .. '"data":{"task_id":"D","items":["x"]}} '
    .. '{"data":{"id":"B"},"items":["u"]}' },
  { "a list of objects without ids in a task",
    '{"id":"A","data":[{"url":"u"}]} {"id":"B","items":[{"url":"u"}]}' },
  { "an empty list of its own", '{"id":"A","items":[]} B' },
  { "a list of objects with ids in a task whose state is known",
    '{"id":"A","task_status":"queued","items":[{"id":"no"}]}'
    .. '{"data":{"id":"B","state":"dreaming"},"results":[{"id":"no"}]}' },
  { "an envelope with an id and a number for its state",
    '{"id":"req","status":200,"items":[{"id":"A"},{"id":"B"}]}' },
  { "an envelope with an id and success", '{"id":"req","status":"SUCCESS",'
    .. '"task_status":"Ok","state":"","results":[{"id":"A"},"B"]}' },
  { "an envelope with an id and a list in its data",
    '{"id":"req","code":0,"data":{"status":"ok","list":[{"id":"A"},'
    .. '{"id":"B"}],"tags":["no"]},"items":["no"]}' },
  { "envelopes in an array",
    '[{"id":"req","data":[{"id":"A"}]},{"code":0,"data":["B"]}]' },
  { "an envelope whose own id is none", '{"id":1.5,"items":[{"id":"A"}]} B' },
  { "a row in an envelope that has an id", '{"id":"req","code":0,"data":'
    .. row "A" .. '}{"code":0,"data":{"id":7,"task_id":"B"}}' },
  { "an id after places that say nothing", '{"task_id":null,"id":"A"}'
    .. '{"task_id":"","data":{"id":null,"task_id":"B"},"id":""}' },
  { "the last of members with the same name",
    '{"task_id":"x","id":"A","task_id":null}{"data":{"id":"x"},"data":null,'
    .. '"id":"x","id":"B"}{"data":["x"],"data":["C"]}'
    .. '{"items":[{"id":"x"}],"id":"D","items":["x"]}',
    { "A", "B", "C", "D" } },
  { "blanks that are not ASCII", "A\194\160\227\128\128B\227\128\128" },
  { "blanks that are not ASCII, in JSON",
    '[\194\160"A",\227\128\128"B"\239\187\191]' },
  { "characters that nobody sees",
    "\226\128\139A\226\128\139\n\239\187\191B\226\128\139 \226\128\139" },
  { "letters that begin like such blanks", "\227\129\147\194\161 \195\169",
    { "\227\129\147\194\161", "\195\169" } },
  { "the longest id", ("x"):rep(1024), { ("x"):rep(1024) } },
  { "nothing", "", {} }, { "an empty line", "\n", {} },
}
for _, name in ipairs { "items", "list", "data", "results", "tasks",
  "records" } do
  FORMS[#FORMS + 1] = { "a list under " .. name,
    ('{"%s":[%s,"B"]}'):format(name, task "A") }
  FORMS[#FORMS + 1] = { "a list under data and " .. name,
    ('{"code":0,"data":{"page":1,"%s":["A",%s],"id":5}}')
      :format(name, row "B") }
end

-- The line, and what is said.
local WRONG = {
  { 'A\n{"no":"id"}\n', 2, "an object without an id" },
  { '[\n{"id":"A"},\n\n{\n"x":1}]', 4, "an object without an id" },
  { 'A\r{"id":""}\r', 2, "an object without an id" },
  { 'A\r\n\r\n{"id":8.3e17}', 3, "an object whose id is 8.3e17" },
  { '{"data":[{"id":"A"},\n{"x":1}]}', 2, "an object without an id" },
  { '{"code":"failed","message":"no quota","data":null}', 1,
    "an object without an id" },
  { '\n{"task_id":8.3e17,"id":"A"}', 2, "an object whose id is 8.3e17" },
  { '{"task_id":1.5,"items":[{"id":"A"}]}', 1, "an object whose id is 1.5" },
  { '{"task_id":{"id":"A"},"id":"A"}', 1, "an object whose id is an object" },
  { '{"data":{"id":["A"]},"id":"A"}', 1, "an object whose id is an array" },
  { '{"id":false,"data":{"task_id":"A"}}', 1, "an object whose id is false" },
  { '\n{"id":"req",\n"data":["A","B"]}', 2, "both an id and a list" },
  { '{"ids":["A"],"id":"req"}', 1, "both an id and a list" },
  { '{"id":"req","data":[]}', 1, "both an id and a list" },
  { '[{"id":"req","code":0,"data":{"items":[]}}]', 1, "both an id and a list" },
  { "A\n8.3192234571927e+17\n", 2,
    "'8.3192234571927e+17', a rounded number" },
  { "8E+17", 1, "'8E+17', a rounded number" },
  { "[1.5]", 1, "1.5" }, { "[\ntrue]", 2, "true" }, { "A\nnull", 2, "null" },
  { '[["A"]]', 1, "an array in an array" },
  { '[""]', 1, "an empty string" },
  { "A\n" .. ("x"):rep(1025), 2, "more than 1024 bytes" },
  { '"' .. ("x"):rep(9000) .. '"', 1, "more than 1024 bytes" },
  { '{"id":"' .. ("x"):rep(9000) .. '"}', 1, "more than 1024 bytes" },
  { "A\nB\1\n", 2, "a control character in a word" },
  { "A\n# ids\n", 2, "'#'" }, { "ids: [A]", 1, "'ids:'" },
  { "A\ntask[1]", 2, "'task['" },
  { '"A', 1, "a string without an end" },
  { '"A\nB"', 1, "a string that does not end on its line" },
  { '\n["A",\n"B"', 2, "not JSON: an array without an end" },
  { '{"id":"A"', 1, "not JSON: an object without an end" },
  { "A\n]", 2, "not JSON: unexpected ']'" },
  { '["A" "B"]', 1, "not JSON: unexpected '\"'" },
  { '{"id" "A"}', 1, "not JSON: unexpected '\"'" },
  { '{"x":[1,}', 1, "not JSON: unexpected '}'" },
  { "['A']", 1, "not JSON: \"'A'\"" },
  { '["\\x"]', 1, "not JSON: an invalid escape in a string" },
  { ("["):rep(2000), 1, "an array in an array" },
  { '{"x":' .. ("["):rep(2000), 1, "not JSON: nested too deeply" },
  { "\239\187\191\nA\n\255\254\0", 3, "a control character in a word" },
}

-- Feeds the pieces to a scanner: the ids, and the problem.
local function scan(pieces)
  local scanner = Scanner.new()
  for _, piece in ipairs(pieces) do scanner:feed(piece) end
  scanner:finish()
  return { ids = scanner.ids, problem = scanner.problem }
end

describe("ids in a text", function()
  local function each_cut(text, check)
    check(scan { text })
    if #text > 500 then return end
    for at = 1, #text - 1 do
      check(scan { text:sub(1, at), text:sub(at + 1) })
    end
    local bytes = {}
    for at = 1, #text do bytes[at] = text:sub(at, at) end
    check(scan(bytes))
  end

  it("are the same wherever the text is cut", function()
    for _, form in ipairs(FORMS) do
      local what, text, expected = form[1], form[2], form[3] or { "A", "B" }
      if not what:find "UTF%-16" then
        each_cut(text, function(got)
          assert.is_nil(got.problem, what)
          assert.same(expected, got.ids, what)
        end)
      end
    end
  end)

  it("so are the line and the words for what is none", function()
    for _, wrong in ipairs(WRONG) do
      each_cut(wrong[1], function(got)
        assert.same({ line = wrong[2], what = wrong[3] }, got.problem)
      end)
    end
  end)

  it("of a list that is larger than any task come before its end", function()
    local scanner = Scanner.new()
    scanner:feed '{"id":"request-1","data":['
    local fed = 0
    while #scanner.ids == 0 and fed < 2000 do
      scanner:feed(row("id-" .. fed) .. ("\n"):rep(1000) .. ",")
      fed = fed + 1
    end
    assert.is_true(fed > 100 and fed < 1000, fed)
    assert.equal("id-0", scanner.ids[1])
    assert.equal(fed, #scanner.ids)
    scanner:feed(row "last" .. "]}")
    scanner:finish()
    assert.is_nil(scanner.problem)
    assert.equal(fed + 1, #scanner.ids)
    assert.equal("last", scanner.ids[fed + 1])
  end)

  describe("of an object that is larger than any task", function()
    local FILL = '"x":"' .. ("x"):rep(2 ^ 20) .. '"'
    local ROWS = {}
    for i = 1, 20000 do ROWS[i] = ('{"id":"id-%05d","x":"%s"}')
      :format(i, ("x"):rep(80)) end
    local LIST = table.concat(ROWS, ",")
    local WORDS = '"' .. ("w"):rep(60) .. ('","' .. ("w"):rep(60)):rep(30000)
      .. '"'

    local function scan_large(text)
      local pieces = {}
      for at = 1, #text, 65536 do
        pieces[#pieces + 1] = text:sub(at, at + 65535)
      end
      return scan(pieces)
    end

    it("are held back while it is certainly a task", function()
      for _, text in ipairs {
        '{"id":"T","state":"dreaming","items":[{"id":"no"}],' .. FILL .. "}",
        '{"id":"T","state":"dreaming",' .. FILL .. ',"items":[{"id":"no"}]}',
        '{"task_id":"T","items":[{"id":"no"}],' .. FILL .. "}",
        '{"id":"T","state":"dreaming","items":[' .. LIST .. "]}",
        '{"id":"T","items":[' .. WORDS .. "]}",
        '{"items":[{"url":"u"}],' .. FILL .. ',"id":"T"}',
      } do
        assert.same({ ids = { "T" } }, scan_large(text))
      end
    end)

    it("go out where it is an envelope", function()
      for _, text in ipairs {
        '{"id":"T","items":[' .. LIST .. "]}",
        '{"items":[' .. LIST .. '],"id":"T","status":"ok"}',
      } do
        local got = scan_large(text)
        assert.is_nil(got.problem)
        assert.same({ 20000, "id-00001", "id-20000" },
          { #got.ids, got.ids[1], got.ids[20000] })
      end
    end)

    it("stop with its line where its end says that it was a task", function()
      for _, text in ipairs {
        '{"items":[' .. LIST .. '],"task_id":"T"}',
        '{"items":[' .. LIST .. '],"id":"T","state":"dreaming"}',
        '{"items":[' .. WORDS .. '],"id":"T"}',
        '{"items":[' .. LIST .. '],"id":"T","items":["x"]}',
        '{"id":"T","items":[' .. WORDS .. ',{"id":"A"}]}',
        '{"id":"T","data":[' .. WORDS .. "]}",
      } do
        local got = scan_large("\n" .. text)
        assert.same({ line = 2, what = "both an id and a list" }, got.problem)
        for _, id in ipairs(got.ids) do assert.not_equal("T", id) end
      end
    end)
  end)

  it("stand where the page of the gateways says", function()
    local file = assert(io.open "docs/gateways.md")
    local page = file:read "*a"
    file:close()
    for title, ours in pairs {
      ["the list of tasks"] = places.list, ["a task's id"] = places.id,
      ["a task's state"] = places.state,
    } do
      local line = page:match("\n| " .. title .. " | ([^\n]*) |\n")
      local theirs = {}
      for place in line:gmatch "`([^`]+)`" do theirs[#theirs + 1] = place end
      assert.same(theirs, ours, title)
    end
  end)

  -- Each place of an id is absent, says nothing, or has an id, in both orders.
  it("of a task are those that luma.id gives", function()
    local function member(name, value)
      return value ~= "" and ('"%s":%s'):format(name, value) or nil
    end
    local function object(...)
      local members = {}
      for i = 1, select("#", ...) do
        members[#members + 1] = (select(i, ...))
      end
      return "{" .. table.concat(members, ",") .. "}"
    end
    local values, tried = { "", "null", '""', "12" }, 0
    local function check(text)
      local got, id = scan { text }, luma.id(cjson.decode(text))
      assert.same({ id }, got.ids, text)
      assert.equal(not id and "an object without an id" or nil,
        got.problem and got.problem.what, text)
      tried = tried + 1
    end
    for n = 0, 4 ^ 4 - 1 do
      local function value(i, name)
        local digit = math.floor(n / 4 ^ i) % 4
        return values[digit + 1] == "12" and '"' .. name .. '"'
          or values[digit + 1]
      end
      local task_id = member("task_id", value(0, "one"))
      local id = member("id", value(1, "two")) or '"a":1'
      local inner_id = member("id", value(2, "three")) or '"a":1'
      local inner_task = member("task_id", value(3, "four"))
      for _, state in ipairs {
        '"b":1', '"state":"dreaming"', '"status":200',
      } do
        for _, data in ipairs { object(inner_id, inner_task),
          inner_task and object(inner_task, inner_id) or "null", "7" } do
          data = member("data", data)
          check(object(state, id, data, task_id))
          check(task_id and object(task_id, data, state, id)
            or object(data, state, id))
        end
      end
    end
    assert.equal(4 ^ 4 * 18, tried)
  end)

  it("are as long as they may be, wherever a mark and a cut are", function()
    local id = ("z"):rep(1024)
    for _, text in ipairs { "\239\187\191" .. id,
      "\226\128\139" .. id .. "\239\187\191" } do
      for _, at in ipairs { 1, 2, 3, 4, 1022, 1023, 1024, 1025, 1026, 1027 } do
        local got = scan { text:sub(1, at), text:sub(at + 1), "\nB\n" }
        assert.same({ ids = { id, "B" } }, got, at)
      end
      local got = scan { text:sub(1, 1025), text:sub(1026) .. "z", "\nB\n" }
      assert.same({ line = 1, what = "more than 1024 bytes" }, got.problem)
    end
  end)

  -- Four times the text takes about four times as long; sixteen times, if each
  -- piece were to be looked at again with the next.
  it("take time in proportion to it", function()
    local function cpu(pieces, expected)
      local start = os.clock()
      local got = scan(pieces)
      assert.same(expected, got.ids)
      return os.clock() - start
    end
    local function check(make, size)
      local few, expected = make(size)
      local many, all = make(4 * size)
      local once = math.min(cpu(few, expected), cpu(few, expected))
      assert.is_true(cpu(many, all) < 10 * once + 0.1)
    end
    for _, between in ipairs { "\n", ",", '","', "\194\160" } do
      check(function(size)
        local ids = fixture.list(size)
        local text = table.concat(ids, between)
        if between == '","' then text = '["' .. text .. '"]' end
        return { text }, ids
      end, 10000)
    end
    check(function(size)
      local long = '{"x":"' .. ("\\n"):rep(size) .. '","id":"A"}'
      local pieces = {}
      for at = 1, #long, 100 do pieces[#pieces + 1] = long:sub(at, at + 99) end
      return pieces, { "A" }
    end, 50000)
  end)

  it("may be as long as the gateway takes them", function()
    assert.equal(1024, found.LONGEST)
  end)
end)

describe("the command line reads ids", function()
  local g, path = fixture.use().g, nil
  setup(function() path = os.tmpname() end)
  teardown(function() os.remove(path) end)

  local function save(text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
  end

  -- What the stub was asked for.
  local function asked()
    local all = {}
    for _, request in ipairs(g:journal()) do
      for _, id in ipairs(request.ids) do all[#all + 1] = id end
    end
    return all
  end

  -- The ids of the tasks that were printed, in their order.
  local function printed(ended)
    local all = {}
    for line in ended.out:gmatch "[^\n]+" do
      all[#all + 1] = cjson.decode(line).id
    end
    table.sort(all)
    return all
  end

  -- As a file, as standard input that is a file, and from a pipe.
  local WAYS = {
    function() return cli.run(g, { "get", "--file", path }) end,
    function() return cli.run(g, { "get", "-" }, { after = "<" .. path }) end,
    function()
      return cli.run(g, { "get", "-" }, { before = "cat " .. path .. " |" })
    end,
  }

  local NO_IDS = "luma: no ids in %s\n"

  it("in every form, whole or not, from files and pipes", function()
    local names = { path, "standard input", "standard input" }
    for i, form in ipairs(FORMS) do
      save(form[2])
      local expected = form[3] or { "A", "B" }
      for way, run in ipairs(WAYS) do
        if way == 1 + i % #WAYS or form[1]:find "UTF%-16" then
          g:reset()
          local ended = run()
          assert.equal(#expected == 0 and NO_IDS:format(names[way]) or "",
            ended.err, form[1])
          assert.equal(0, ended.code)
          assert.same(expected, asked())
        end
      end
    end
  end)

  it("and names the file and the line of anything else, whose ids before it "
    .. "are not lost", function()
    save "A\nB\n\nnull\nC\n"
    local names = { path, "standard input", "standard input" }
    for way, run in ipairs(WAYS) do
      local ended = run()
      assert.equal(("luma: %s:4: not an id: null\n"):format(names[way]), ended.err)
      assert.equal(2, ended.code)
      assert.same({ "A", "B" }, asked())
      assert.same({ "A", "B" }, printed(ended))
      g:reset()
    end
  end)

  it("and gets those of every window before a bad line", function()
    save "A\nB\nC\n{bad"
    for _, size in ipairs { "1", "2", "3", "4" } do
      g:reset()
      local ended = cli.run(g, { "get", "--window", size, "--file", path })
      assert.equal(2, ended.code)
      assert.equal(("luma: %s:4: not an id: not JSON: 'bad'\n"):format(path), ended.err)
      assert.same({ "A", "B", "C" }, printed(ended))
    end
    g:reset()
    g:default { status = 500 }
    local ended = cli.run(g, { "watch", "--interval", "0.1", "--max-interval",
      "0.1", "--file", path })
    assert.equal(1, ended.code) -- the more serious one
    assert.matches("^luma: [^\n]+:4: not an id: [^\n]+\nluma: 3 of 3 ids",
      ended.err)
  end)

  it("in little time, however many are arguments", function()
    if not fixture.PLAIN then return pending "time of a sanitizer" end
    -- Lua 5.1 takes no more than 8,000 arguments.
    local many = _VERSION == "Lua 5.1" and 7000 or 60000
    g:record(false)
    local start = fixture.now()
    local ended = cli.run(g, { "get" }, { before =
      ("seq %d | xargs -x -s 1000000 -n %d"):format(many, many) })
    local took = fixture.now() - start
    assert.equal(many, #printed(ended))
    assert.is_true(took < 10, tostring(took))
  end)

  it("and says where there are none, unless it is to be quiet", function()
    for _, command in ipairs { "get", "watch", "download" } do
      local ended = cli.run(g, { command, "-" })
      assert.same({ 0, "", NO_IDS:format "standard input" },
        { ended.code, ended.out, ended.err })
      ended = cli.run(g, { command, "-q", "-" })
      assert.same({ 0, "", "" }, { ended.code, ended.out, ended.err })
    end
    local ended = cli.run(g, { "get", "a", "--file", "/dev/null" })
    assert.same({ 0, NO_IDS:format "/dev/null" }, { ended.code, ended.err })
    assert.same({ "a" }, asked())
  end)

  it("and never joins what a NUL byte divides", function()
    for text, case in pairs {
      ["A1\nB1\0C1\nD1\n"] = { 2, { "A1" } }, ["A1\0B1\0C1\0"] = { 1, {} },
    } do
      save(text)
      for _, run in ipairs(WAYS) do
        local ended = run()
        assert.matches((":%d: not an id: a control character in a word\n")
          :format(case[1]), ended.err, 1, true)
        assert.equal(2, ended.code)
        assert.same(case[2], asked())
        g:reset()
      end
    end
  end)

  it("and says where UTF-16 has no mark, or ends too early", function()
    for text, said in pairs {
      [utf16("A\n", true)] = "1: not an id: a NUL byte (UTF-16 needs a byte "
        .. "order mark)",
      [utf16("A\n", false)] = "1: not an id: a NUL byte (UTF-16 needs a byte "
        .. "order mark)",
      ["\255\254" .. utf16("A\nB", true) .. "C"] =
        "2: not an id: damaged characters",
      ["\255\254" .. utf16("A", true) .. "\61\216"] =
        "1: not an id: damaged characters",
    } do
      save(text)
      local names = { path, "standard input", "standard input" }
      for way, run in ipairs(WAYS) do
        local ended = run()
        assert.equal(("luma: %s:%s\n"):format(names[way], said), ended.err)
        assert.equal(2, ended.code)
      end
    end
  end)

  it("that are numbers by their digits, in and out", function()
    g:default { numeric = true }
    local first = cli.run(g, { "get", BIG, BIG .. "99" })
    g:reset()
    g:default { numeric = true, shape = "B" }
    local second = cli.run(g, { "get", "-" }, { stdin = first.out })
    assert.same({ BIG, BIG .. "99" }, asked())
    g:reset()
    g:default { numeric = true }
    local third = cli.run(g, { "get", "--table", "-" }, { stdin = second.out })
    assert.same({ BIG, BIG .. "99" }, asked())
    assert.matches("completed   " .. BIG .. "  ", third.out)
    assert.matches("completed   " .. BIG .. "99 ", third.out)
  end)

  it("as soon as their line is there", function()
    local write, close = cli.feed(g, { "get", "--window", "1", "-" })
    for i, line in ipairs { "A\n", task "B" .. "\n", '["C"]\n', '"D"\n' } do
      write(line)
      g:wait("requests", i)
    end
    assert.equal(0, close())
    assert.same({ "A", "B", "C", "D" }, asked())
  end)

  it("in no more memory where one line has them all", function()
    if not fixture.PLAIN then return pending "memory of a sanitizer" end
    g:record(false)
    local function peak(count)
      save('{"data":["' .. table.concat(fixture.list(count), '","') .. '"]}')
      local ended = cli.shell(("env LUMA_GATEWAY_URL=%s LUMA_GATEWAY_TOKEN=t "
        .. "%s spec/programs/peak.lua get --file %s 2>&1 >/dev/null")
        :format(g.http, os.getenv "LUMA_LUA", path))
      return tonumber(ended.out)
    end
    local few, many = peak(120000), peak(300000)
    assert.is_true(many < few + 16384, ("%d kB, then %d"):format(few, many))
  end)
end)
