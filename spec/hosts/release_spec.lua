-- SPDX-License-Identifier: MIT
-- `make release` makes the tag, archive, rocks and checksums of a version that
-- is ready, the same bytes each time, and refuses one that is not.

local folder = require "spec.support.folder"
local process = require "spec.support.process"

local VERSION
for line in io.lines "core/options.h" do
  VERSION = VERSION or line:match '^#define LUMA_VERSION%s+"(.-)"'
end

-- The text with the version where it has @
local function versioned(text) return (text:gsub("@", VERSION)) end

local FILES = versioned [[
SHA256SUMS
luma-@-1.rockspec
luma-@-1.src.rock
luma-@.tar.gz
luma-cli-@-1.rockspec
luma-cli-@-1.src.rock
]]
local TO = versioned "build/release/luma-@"

-- What keeps it from being tried here
local function obstacle()
  if os.getenv "LUMA_ABI" ~= "lua5.4" then return "one Lua is enough" end
  if os.getenv "LUMA_SAN" ~= "" then return "nothing to find" end
  for _, name in ipairs { "git", "luarocks" } do
    if not process.has(name) then return name .. " is not installed" end
  end
  if process.run({ line = "git rev-parse" }).code ~= 0 then
    return "not in a clone"
  end
end

describe("make release", function()
  local why = obstacle()
  if why then return pending(why) end

  local dir
  local function sh(line)
    local ended = process.run {
      line = "cd " .. dir.path .. " && " .. line,
      before = "unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES;",
    }
    return ended.output, ended.code
  end
  local function done(line)
    local output, code = sh(line)
    assert.equal(0, code, output)
    return output
  end
  local function commit() done "git add -A && git commit -qm release" end

  -- A repository of its own with the files as they are now, ready for release
  setup(function()
    dir = folder.new()
    local copied = process.run { line = "git ls-files -co --exclude-standard "
      .. "| tar c --ignore-failed-read -T - 2>/dev/null | tar x -C "
      .. dir.path }
    assert.equal(0, copied.code, copied.output)
    done "git init -q && git config user.name me && git config user.email a@b"
    done(versioned "sed -i 's/^## Unreleased/## @/' CHANGELOG.md")
    commit()
    done "git branch ready"
  end)
  teardown(function() dir:remove() end)
  after_each(function()
    done "git clean -fdq && git reset -q --hard ready && git tag | xargs -r git tag -d"
  end)

  local function refuses(words)
    local tags = done "git tag"
    local output, code = sh "make -s release"
    assert.not_equal(0, code)
    assert.matches("release: " .. words, output, 1, true)
    assert.equal(tags, done "git tag")
  end

  it("makes the files of a version, the same each time", function()
    local said = done "make -s release"
    assert.matches(versioned "v@ is commit ", said, 1, true)
    assert.matches(versioned "\n  git push origin v@\n", said, 1, true)
    assert.equal(FILES, done("LC_ALL=C ls " .. TO))
    assert.equal(5, select(2, done("cd " .. TO .. " && sha256sum -c SHA256SUMS")
      :gsub(": OK\n", "")))
    assert.equal("tag\n", done(versioned "git cat-file -t v@"))
    assert.equal("", done "git status --porcelain")
    local archive = "tar xOf " .. TO .. versioned "/luma-@.tar.gz luma-@/"
    assert.equal(dir:read "Makefile", done(archive .. "Makefile"))
    local installed = done(versioned [[
      mkdir build/empty && LUAROCKS_CONFIG=spec/support/debian-rocks.lua \
      luarocks --lua-version 5.4 --tree build/tree --only-server build/empty \
      install build/release/luma-@/luma-cli-@-1.src.rock --deps-mode none &&
      LUA_PATH="$PWD/build/tree/share/lua/5.4/?.lua;;" build/tree/bin/luma help]])
    assert.matches("\nLUMA(1)", installed, 1, true)

    local sum = "sha256sum " .. TO .. "/*.tar.gz"
    local first = done(sum)
    done "touch Makefile && make -s release"
    assert.equal(first, done(sum))
    dir:write("more", "")
    commit()
    refuses(versioned "the tag v@ exists, for another commit")
  end)

  it("refuses changes that are not committed", function()
    dir:write("core/more.h", "")
    refuses "there are changes that are not committed: git status"
  end)

  it("refuses a changelog without the version", function()
    done(versioned "sed -i 's/^## @/## Unreleased/' CHANGELOG.md")
    commit()
    refuses(versioned
      "CHANGELOG.md begins with Unreleased, core/options.h has @")
  end)

  it("refuses rockspecs of another version", function()
    done(versioned "sed -i '/define LUMA_VERSION/s/@/99.0.0/' core/options.h")
    done(versioned "sed -i 's/^## @/## 99.0.0/' CHANGELOG.md")
    commit()
    refuses "the rockspecs are not ready"
  end)
end)
