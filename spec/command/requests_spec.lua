-- SPDX-License-Identifier: MIT
-- --header, --verbose and LUMA_LOG: what is sent, and what is said of it.

local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local LINE = "POST 127%.0%.0%.1 /luma/tasks 200 ok %d+ bytes %d+ ms attempt 1"

describe("the requests of the command", function()
  local g = fixture.use().g
  local dir = folder.new()
  teardown(function() dir:remove() end)
  after_each(function() dir:empty() end)

  it("have the headers of --header, or of the user's file", function()
    cli.run(g, { "get", "--header", "X-A: one two", "--header", "x-b:3", "a" })
    os.execute("mkdir " .. dir:at "luma")
    dir:write("luma/config", "header = X-A: mine\nheader = X-C: 4\n")
    dir:run "chmod 600 luma/config"
    local env = { env = { XDG_CONFIG_HOME = dir.path } }
    cli.run(g, { "get", "a" }, env)
    cli.run(g, { "get", "--header", "X-B: 5", "a" }, env)
    os.execute("rm -r " .. dir:at "luma")
    local sent = {}
    for i, request in ipairs((g:journal())) do
      local headers = request.headers
      sent[i] = { headers["x-a"] or "", headers["x-b"] or "",
        headers["x-c"] or "" }
    end
    assert.same({ { "one two", "3", "" }, { "mine", "", "4" }, { "", "5", "" } },
      sent)
  end)

  it("are not sent with headers of a file that is wrong", function()
    os.execute("mkdir " .. dir:at "luma")
    local env = { env = { XDG_CONFIG_HOME = dir.path } }
    local path = dir:at "luma/config"
    dir:write("luma/config", "header = X-A: mine\n")
    dir:run "chmod 644 luma/config"
    assert.equal(("luma: others can read %s, which has headers: chmod 600 it\n")
      :format(path), cli.run(g, { "get", "a" }, env).err)
    dir:write("luma/config", "\nheader = mine\n")
    assert.equal(("luma: %s:2: header: NAME: VALUE expected\n"):format(path),
      cli.run(g, { "get", "a" }, env).err)
    assert.equal(0, #g:journal())
  end)

  it("are not sent with headers that are wrong", function()
    for given, expected in pairs {
      ["no colon"] = "luma: --header: NAME: VALUE expected\n",
      ["X-A:"] = "luma: --header: 'X-A' must be printable ASCII, and not be "
        .. "empty\n",
      ["Host: b"] = "luma: --header: 'Host' is set by luma itself\n",
      ["max_interval:"] = "luma: --header: 'max_interval' must be printable "
        .. "ASCII, and not be empty\n",
    } do
      local ended = cli.run(g, { "get", "--header", given, "a" })
      assert.same({ 2, expected }, { ended.code, ended.err })
    end
    local ended = cli.run(g, { "get", "--header", "A: b", "--header", "a: c",
      "a" })
    assert.same({ 2, "luma: --header: a is there twice\n" },
      { ended.code, ended.err })
    assert.equal(0, #g:journal())
  end)

  it("are reported with --verbose", function()
    local ended = cli.run(g, { "get", "--verbose", "a" })
    assert.matches("^luma: " .. LINE .. "\n$", ended.err)
    g:queue { status = 503 }
    ended = cli.run(g, { "get", "--verbose", "a" })
    local first, second = ended.err:match "^([^\n]+)\n([^\n]+)\n$"
    assert.matches("^luma: POST 127%.0%.0%.1 /luma/tasks 503 server %d+ bytes "
      .. "%d+ ms attempt 1 retry in %d+ ms$", first)
    assert.matches("attempt 2$", second)
    assert.equal("", cli.run(g, { "get", "a" }).err)
  end)

  it("are reported in the file of LUMA_LOG", function()
    local path = dir:at "log"
    for _ = 1, 2 do
      local ended = cli.run(g, { "get", "a" }, { env = { LUMA_LOG = path } })
      assert.same({ 0, "" }, { ended.code, ended.err })
    end
    local moment = "%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ "
    assert.matches("^" .. (moment .. LINE .. "\n"):rep(2) .. "$",
      dir:read "log")
    local ended = cli.run(g, { "get", "a" },
      { env = { LUMA_LOG = "/nonexistent/log" } })
    assert.equal(2, ended.code)
    assert.matches("^luma: LUMA_LOG: cannot write: /nonexistent/log", ended.err)
  end)

  it("show no secret of the command in any report", function()
    local ended = cli.run(g, { "request", "--verbose", "--header",
      "X-Key: header-secret", "GET", "/x?key=query-secret" },
      { env = { LUMA_GATEWAY_TOKEN = "token-secret", LUMA_LOG = dir:at "log" } })
    for _, text in ipairs { ended.err, dir:read "log" } do
      assert.matches("GET 127%.0%.0%.1 /x ", text)
      assert.is_nil(text:find "secret")
    end
  end)

  it("show in the progress that they wait for a retry", function()
    g:queue { status = 429, headers = { ["Retry-After"] = "2" } }
    local ended = cli.on_terminal(g, 80, { "get", "a" })
    assert.matches("HTTP 429, next attempt in 0:0[12]", ended.screen)
    assert.equal(0, ended.code)
  end)
end)
