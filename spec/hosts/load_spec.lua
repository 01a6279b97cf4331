-- SPDX-License-Identifier: MIT
-- Loading luma does nothing that a host can forbid. Where luma cannot work, the
-- error says why.

local fixture = require "spec.support.fixture"
local process = require "spec.support.process"
local program = require "spec.support.program"

-- A folder with a libcurl that has what luma cannot be loaded without. That
-- is less than it needs: one function came with 7.83.
local function fake_libcurl()
  local names, version = {}, ""
  local own = {
    curl_version_info = true, curl_global_init = true, curl_easy_header = true,
  }
  for name, node in program.nm("-D --undefined-only", "luma.so")
    :gmatch " (curl_[%w_]+)@?([%w_.]*)" do
    if not own[name] then names[#names + 1] = name end
    version = node
  end
  assert.is_true(#names > 10)
  return program.library("fakecurl", "libcurl.so.4", version, names)
end

describe("with a libcurl that was built without", function()
  local f = fixture.use()
  local library, away

  setup(function()
    library, away = program.build("cc -o build/less spec/native/lesscurl.c "
      .. "-shared -fPIC -Wl,--no-as-needed "
      .. "$(pkg-config --cflags --libs libcurl) -ldl")
  end)
  teardown(function() away() end)

  local function says(lack, http2, ca)
    local ended = process.run {
      program = process.LUA, "spec/programs/lesser.lua", f.g.https,
      ca or f.g.ca, http2 or "",
      env = { LD_PRELOAD = library, LESS_CURL = lack },
    }
    assert.equal(0, ended.code, ended.output)
    return ended.output
  end

  -- A sanitizer has to be the first that is loaded.
  local function it_says(name, run)
    it(name, function()
      if not fixture.PLAIN then return pending "not with sanitizers" end
      run()
    end)
  end

  it_says("a part that is not needed, works", function()
    for _, lack in ipairs { "", "capath", "quick_exit", "gzip", "http2" } do
      assert.equal("a\n", says(lack), lack)
    end
    assert.equal("identity", (f.g:journal()[4].headers["accept-encoding"]
      or "identity"))
    assert.equal("gzip", f.g:journal()[1].headers["accept-encoding"])
  end)

  it_says("memory or a list of issuers, is loaded", function()
    assert.matches("^the I/O thread could not be started", says "easy")
    assert.matches("^no trusted TLS connection", says("issuers", nil, ""))
  end)

  it_says("HTTP/2, says so where it is wanted", function()
    assert.matches("bad argument.-http2: needs a libcurl with HTTP/2, and this "
      .. "one was built without", says("http2", "http2"))
  end)

  it_says("what luma needs, cannot be loaded", function()
    for lack, what in pairs { proxy = "proxies", plain = "HTTP",
      headers = "functions for headers" } do
      assert.matches("^luma needs a libcurl with " .. what .. ", which this "
        .. "[%d.]+ was built without: install another one\n$", says(lack))
    end
  end)
end)

for kind, flags in pairs { linked = "", loaded = "-DLOADED" } do
  describe("luma, " .. kind .. " into a host,", function()
    local f, host, remove

    setup(function()
      f = fixture.start()
      host, remove = program.host("sandbox", flags)
    end)
    teardown(function()
      f:stop()
      remove()
    end)
    before_each(function() f.g:reset() end)

    -- How a host fares that forbids what that way says.
    local function sandboxed(way)
      local ended = process.run {
        host, "spec/programs/sandboxed.lua", way, f.g.http,
        env = { ASAN_OPTIONS = "detect_leaks=0" }, -- which needs a process
      }
      if ended.output:find "no filters" then
        pending "this system cannot forbid anything"
      end
      return ended
    end

    local function says(words)
      return "require\t0\nclient\t4\n" .. words .. "end\t0\n"
    end

    it("takes no socket, no thread, no process before a job", function()
      assert.same({ output = says "", code = 0 }, sandboxed "load")
      assert.is_true(sandboxed("work").code > 128) -- killed at the first one
      assert.same({}, (f.g:journal()))
    end)

    it("says so when it gets no thread", function()
      assert.same({
        output = says "thread\tthe I/O thread could not be started (thread)\n",
        code = 0,
      }, sandboxed "threads")
    end)

    it("says so when it gets no socket", function()
      local ended = sandboxed "sockets"
      assert.matches("^" .. says "connect\tno connection could be made.-\n"
        .. "$", ended.output)
      assert.equal(0, ended.code)
    end)

    describe("with a libcurl that is no use", function()
      local folder, away

      setup(function() folder, away = fake_libcurl() end)
      teardown(function() away() end)

      local function required(fake)
        return process.run {
          host, "spec/programs/required.lua",
          env = { LD_LIBRARY_PATH = folder, FAKE_CURL = fake },
        }
      end

      local function twice(sentence)
        return { output = sentence .. "\n" .. sentence .. "\n8\n", code = 0 }
      end

      it("says which one it needs, and how to come by it", function()
        assert.same(twice("luma needs libcurl 7.85 or later, and this is "
          .. "7.81.0: install a newer one, or let LD_LIBRARY_PATH name the "
          .. "folder of one"), required "old")
      end)

      it("says what it lacks", function()
        assert.same(twice('luma needs a libcurl with the feature "threadsafe",'
          .. " which this 7.99.1 was built without: install another one"),
          required "unsafe")
        assert.same(twice("luma needs a libcurl with TLS, which this 7.99.3 "
          .. "was built without: install another one"), required "plain")
      end)

      it("says that it does not start", function()
        assert.same(twice "libcurl 7.99.2 could not be initialised",
          required "broken")
      end)
    end)
  end)
end
