-- SPDX-License-Identifier: MIT
-- --exec runs a program for each result, and no shell reads what a gateway has
-- sent.

local cjson = require "cjson"
local cli = require "spec.support.cli"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local EVIL = "a 'cat' $(touch evil) `touch evil` \"x\"; touch evil\n* \\ é"

describe("luma --exec", function()
  local g, dir = fixture.use({ unknown = { "nobody" } }).g, nil

  before_each(function()
    dir = folder.new()
    g:file("/clip", { size = 1000 })
    local texts = {}
    for _, id in ipairs { "a", "b" } do
      texts[id] = cjson.encode { id = id, state = "completed", prompt = EVIL,
        video = { url = g.http .. "/clip" } }
    end
    g:default { texts = texts }
    dir:write("show", '#!/bin/sh\nfor word; do printf "[%s]" "$word"; done\n'
      .. "echo\n")
    assert(dir:run "chmod 755 show")
  end)
  after_each(function() dir:remove() end)

  local function luma(words) return cli.run(g, words) end

  local function line(words)
    return dir.path .. "/show " .. words
  end

  it("gives each value as one argument", function()
    local ended = luma { "watch", "a", "-q", "--format", "{id}", "--exec",
      line "{id} 'x {state}' pre{prompt} ''" }
    assert.same({ 0, "" }, { ended.code, ended.err })
    assert.equal("a\n[a][x completed][pre" .. EVIL .. "][]\n", ended.out)
    assert.is_nil(io.open "evil")
  end)

  it("gives the path of each file that is saved or kept", function()
    for _ = 1, 2 do
      local ended = luma { "download", "--allow-private", "--dir", dir.path,
        "a", "b", "--exec", line "{path}" }
      assert.equal(0, ended.code, ended.err)
      for _, id in ipairs { "a", "b" } do
        assert.truthy(ended.out:find(("[%s/%s.mp4]\n"):format(dir.path, id), 1,
          true), ended.out)
      end
    end
  end)

  it("is for generations as well", function()
    g:route("/luma/generations", { body = '{"id":"a"}' })
    local ended = luma { "generate", "a cat", "-o", dir.path .. "/x.mp4",
      "--allow-private", "--exec", line "{id} {path}" }
    assert.equal(0, ended.code, ended.err)
    assert.truthy(ended.out:find("[a][" .. dir.path .. "/x.mp4]\n", 1, true))
  end)

  it("uses a shell if that is asked for, with quoted values", function()
    local ended = luma { "watch", "a", "--format", "{id}", "--shell", "--exec",
      line "{prompt} | tr a X" }
    assert.equal(0, ended.code, ended.err)
    assert.equal("a\n[" .. EVIL:gsub("a", "X") .. "]\n", ended.out)
    assert.is_nil(io.open "evil")
  end)

  it("leaves the variables of the shell alone, also in quotes", function()
    local ended = luma { "watch", "a", "--format", "{id}", "--shell", "--exec",
      [[my_x=y; printf '%s\n' "${my_x}" "${HOME:+z}" {id}${my_x} "5$" '$' {id}]] }
    assert.equal(0, ended.code, ended.err)
    assert.equal("a\ny\nz\nay\n5$\n$\na\n", ended.out)
  end)

  it("refuses a value in quotes, which would end them", function()
    for _, text in ipairs { [[echo "{prompt}"]], "echo '{prompt}'",
      [[echo "a \" {prompt}"]], [[echo "$(echo {prompt})"]] } do
      local ended = luma { "watch", "a", "--shell", "--exec", text }
      assert.equal(2, ended.code)
      assert.matches("--exec: {prompt} stands in quotes", ended.err, 1, true)
    end
    assert.equal(0, #g:journal())
    assert.is_nil(io.open "evil")
  end)

  it("reports a program that fails", function()
    local ended = luma { "watch", "a", "b", "--exec", "sh -c 'exit 3'" }
    assert.equal(1, ended.code)
    assert.matches("luma: exec: a: the program ended with 3\n", ended.err)
    assert.matches("luma: exec: b: the program ended with 3\n", ended.err)
  end)

  it("says what is wrong before anything is asked", function()
    for text, why in pairs {
      ["show {path}"] = "there is no {path} here",
      ["show {token}"] = "there is no {token} here",
      ["show {created_at}"] = "there is no {created_at} here",
      ["show 'x"] = "a ' is missing", [" "] = "no program",
    } do
      local ended = luma { "watch", "a", "--exec", text }
      assert.equal(2, ended.code)
      assert.truthy(ended.err:find(why, 1, true), ended.err)
    end
    assert.equal(0, #g:journal())
  end)
end)
