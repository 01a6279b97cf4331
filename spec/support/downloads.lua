-- SPDX-License-Identifier: MIT
-- What specs of downloads share: a stub, a folder, a client, and ways to bring
-- a file from one to the other.

local assert = require "luassert"
local busted = require "busted"
local errors = require "spec.support.errors"
local files = require "spec.stub.files"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local downloads = { SIZE = 100000 }

-- What lies at a path of the stub when nothing else is said.
downloads.CLIP = files.content("clip", downloads.SIZE)

local Downloads = {}
Downloads.__index = Downloads

-- Adds `more` to the options.
function downloads.with(options, more)
  for key, value in pairs(more or {}) do options[key] = value end
  return options
end

function downloads.setup()
  local f = fixture.start { unknown = { "nobody" } }
  return setmetatable({ f = f, g = f.g, dir = folder.new() }, Downloads)
end

-- For use in a `describe`: its specs have one stub and folder, which are as new
-- for each of them, and a client with these options.
function downloads.use(options)
  local d = setmetatable({
    f = fixture.use { unknown = { "nobody" } }, dir = folder.new(),
  }, Downloads)
  d.g = d.f.g
  busted.before_each(function()
    d:client_of(downloads.with({}, options))
  end)
  busted.after_each(function() d.dir:empty() end)
  busted.teardown(function() d.dir:remove() end)
  return d
end

-- A client that `start` and `bring` use from now on.
function Downloads:client_of(options)
  options.timeout = options.timeout or { stall = 5, connect = 5 }
  self.client = self.f:new(options)
  return self.client
end

function Downloads:tidy()
  self.f:tidy()
  self.dir:empty()
end

function Downloads:teardown()
  self.f:stop()
  self.dir:remove()
end

-- A job that brings a link or task to clip.mp4, if not told otherwise.
function Downloads:start(source, options)
  return self.client:download(source, downloads.with({
    path = not (options and options.dir) and self.dir:at "clip.mp4" or nil,
    allow_private = true,
  }, options))
end

-- What comes of a path of the stub.
function Downloads:bring(path, options)
  return self:start(self.g.http .. path, options):result()
end

-- The error of a download that left nothing at all.
function Downloads:refused(code, path, options)
  local result, err = self:bring(path, options)
  assert.is_nil(result)
  errors.check(err)
  assert.equal(code, err.code, tostring(err))
  assert.same({}, self.dir:names())
  return err
end

return downloads
