-- SPDX-License-Identifier: MIT
-- A file is complete and the right one even if others may write to its folder,
-- remove what is there, or put their own files under the names of a download.

local downloads = require "spec.support.downloads"
local errors = require "spec.support.errors"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local gateway = require "spec.support.gateway"
local process = require "spec.support.process"

local CLIP = downloads.CLIP
local SIZE = downloads.SIZE
local OTHER_CLIP = files.content("other", SIZE)
local PART, STATE = "clip.mp4.luma.part", "clip.mp4.luma.state.part"
local ROOT = process.output "id -u" == "0\n"

-- Of users who need not exist; only root can act for them.
local ME, OTHER = 61001, 61002

describe("in a folder that others use, too,", function()
  local d, g, h, dir -- h: another server

  setup(function()
    d, h = downloads.setup(), gateway.start()
    g, dir = d.g, d.dir
  end)
  teardown(function()
    d:teardown()
    h:stop()
  end)
  before_each(function() d:client_of { attempts = 1 } end)
  after_each(function()
    d:tidy()
    h:reset()
  end)

  local function needs_root()
    if not ROOT then pending "needs root, to act for several users" end
    return not ROOT
  end

  -- Runs a shell command in the folder, as that user.
  local function as(user, command)
    return process.output(("cd %s && setpriv --reuid %d --regid %d "
      .. "--clear-groups sh -c %s"):format(dir.path, user, user,
      process.quote(command)))
  end

  -- A download in a process of its own.
  local function bring(before)
    return ("cd '%s'; %s %s spec/programs/bring.lua %s %s/clip %s 1"):format(
      process.output("pwd"):match "[^\n]+", before or "", process.LUA, g.http,
      g.http, dir:at "clip.mp4")
  end

  local function leave_part()
    g:file("/clip", { cut = 40000 })
    assert.equal("truncated", select(2, d:bring "/clip").code)
  end

  describe("a part that somebody removes", function()
    -- A second download to the same name, from another server. Each stands
    -- still in the middle of its file.
    local function two(etag)
      g:file("/clip", { stall = "body", etag = etag })
      h:file("/other", { stall = "body", name = "other" })
      local first = d:start(g.http .. "/clip")
      g:wait("stalled", 1)
      os.remove(dir:at(PART))
      os.remove(dir:at(STATE))
      local second = d:start(h.http .. "/other")
      fixture.wait_until(function()
        return dir:read(STATE) and #(dir:read(PART) or "") > 1000
      end)
      return first, second
    end

    local function is_left_alone(first, second)
      local state = dir:read(STATE)
      assert.is_nil((first:result()))
      assert.is_nil(dir:read "clip.mp4")
      assert.equal(state, dir:read(STATE))
      h:release()
      assert(second:result())
      assert.equal(OTHER_CLIP, dir:read "clip.mp4")
      assert.same({ "clip.mp4" }, dir:names())
    end

    it("does not get the file's name", function()
      g:file("/clip", { stall = "body" })
      local job = d:start(g.http .. "/clip")
      g:wait("stalled", 1)
      os.remove(dir:at(PART))
      g:release()
      local path, err = job:result()
      assert.is_nil(path)
      assert.equal("file", errors.check(err).code)
      assert.truthy(err.message:find("somebody has removed its part", 1, true))
      assert.is_nil(dir:read "clip.mp4")
    end)

    it("does not give another one its name", function()
      local first, second = two()
      g:release()
      is_left_alone(first, second)
    end)

    it("does not take another one away when it is cancelled", function()
      local first, second = two(false)
      first:cancel()
      is_left_alone(first, second)
    end)

    it("does not change the state of another one", function()
      g:file("/clip", { stall = "body" })
      local first = d:start(g.http .. "/clip")
      g:wait("stalled", 1)
      os.remove(dir:at(PART))
      os.remove(dir:at(STATE))
      h:file("/clip", { cut = 40000, name = "other", etag = "v2" })
      assert.is_nil((d:start(h.http .. "/clip"):result()))
      local state = dir:read(STATE)
      g:release()
      assert.is_nil((first:result()))
      assert.equal(state, dir:read(STATE))
      assert.equal(OTHER_CLIP:sub(1, 40000), dir:read(PART))
    end)
  end)

  describe("another user's file", function()
    it("is not believed as a state", function()
      if needs_root() then return end
      leave_part()
      dir:run(("chown %d %s"):format(OTHER, STATE))
      g:reset()
      g:file("/clip", {})
      assert(d:bring "/clip")
      assert.is_nil(g:journal()[1].headers.range)
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.same({ "clip.mp4" }, dir:names())
    end)

    for what, name in pairs { ["the state file"] = STATE,
      ["a part file"] = PART, ["a file"] = "clip.mp4.luma.mode.part" } do
      it("that cannot be removed is named: " .. what, function()
        if needs_root() then return end
        dir:run "chmod 1777 ."
        as(OTHER, "echo mine > " .. name .. "; chmod 666 " .. name)
        g:file("/clip", {})
        local text = as(ME, bring())
        assert.truthy(text:find("^file\t.*: cannot %w+ " .. what .. " in /.*: "
          .. "Operation not permitted\n$"), text)
        assert.equal(0, #g:journal())
        assert.equal("mine\n", dir:read(name))
        assert.same({ name }, dir:names())
      end)
    end

    it("that cannot be removed does not cost the part", function()
      if needs_root() then return end
      dir:run "chmod 1777 ."
      g:file("/clip", { cut = 40000 }, {})
      assert.truthy(as(ME, bring()):find "^truncated\t")
      as(ME, "mv " .. STATE .. " kept")
      as(OTHER, "echo mine > " .. STATE)
      assert.truthy(as(ME, bring()):find "^file\t")
      as(OTHER, "rm " .. STATE)
      as(ME, "mv kept " .. STATE)
      assert.equal(("ok\t%d\n"):format(SIZE), as(ME, bring()))
      assert.equal("bytes=39999-", g:journal()[2].headers.range)
      assert.equal(CLIP, dir:read "clip.mp4")
    end)

    it("that only takes the place of a link is in nobody's way", function()
      if needs_root() then return end
      local name = "clip.mp4.luma.whole.part"
      dir:run "chmod 1777 ."
      as(OTHER, "echo mine > " .. name)
      g:file("/clip", {})
      assert.equal(("ok\t%d\n"):format(SIZE), as(ME, bring()))
      assert.equal(CLIP, dir:read "clip.mp4")
      assert.same({ "clip.mp4", name }, dir:names())
      assert.equal("mine\n", dir:read(name))
    end)

    it("that appears meanwhile makes the part worthless", function()
      if needs_root() then return end
      dir:run "chmod 1777 ."
      g:file("/clip", { stall = "body", etag = "v1" })
      local started = process.start {
        line = ("setpriv --reuid %d --regid %d --clear-groups sh -c %s")
          :format(ME, ME, process.quote(bring())),
      }
      g:wait("stalled", 1)
      -- The head is on its way; luma makes the file when it has come.
      fixture.wait_until(function()
        return process.run { line = "test -e " .. dir:at(STATE) }.code == 0
      end)
      as(ME, "rm " .. STATE)
      as(OTHER, "echo mine > " .. STATE)
      dir:run "mkdir clip.mp4"
      g:release()
      assert.truthy(started:finish().output:find "^file\t")
      assert.same({ "clip.mp4", STATE }, dir:names())
      assert.equal("mine\n", dir:read(STATE))
    end)
  end)

  it("a folder that may be written to, but not read, is enough", function()
    g:file("/clip", { cut = 40000 }, {})
    local function run(line)
      if ROOT then return as(ME, line) end
      return process.output(line)
    end
    dir:run(ROOT and "chmod 1733 ." or "chmod 300 .")
    local first, second = run(bring()), run(bring())
    dir:run "chmod 700 ."
    assert.truthy(first:find "^truncated\t", first)
    assert.equal(("ok\t%d\n"):format(SIZE), second)
    assert.equal(CLIP, dir:read "clip.mp4")
    assert.same({ "clip.mp4" }, dir:names())
  end)

  it("a file has the mode that its last process wants", function()
    local function mode() return process.output("stat -c %a "
      .. dir:at "clip.mp4") end
    for _, masks in ipairs { { "022", "022", 644 }, { "000", "077", 600 },
      { "077", "002", 664 } } do
      g:file("/clip", { cut = 40000 }, {})
      process.output(bring("umask " .. masks[1] .. ";"))
      assert.equal("600\n", process.output("stat -c %a " .. dir:at(PART)))
      assert.equal("600\n", process.output("stat -c %a " .. dir:at(STATE)))
      assert.truthy(process.output(bring("umask " .. masks[2] .. ";"))
        :find "^ok\t")
      assert.truthy(g:journal()[2].headers.range)
      assert.equal(masks[3] .. "\n", mode())
      d:tidy()
    end
  end)
end)
