-- SPDX-License-Identifier: MIT
-- Reads the project's pages in Markdown: their code blocks, headings, links.

local pages = {}

-- The pages that the specs check.
function pages.list()
  local paths, pipe = {}, io.popen "ls README.md CONTRIBUTING.md docs/*.md"
  for path in pipe:lines() do paths[#paths + 1] = path end
  pipe:close()
  return paths
end

local function lines_of(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text:gmatch "([^\n]*)\n"
end

-- The code blocks of a page, in order: { language =, text =, line = }. `marked`
-- is the reason in a comment on the line before the block:
--   <!-- not run here: REASON -->
function pages.blocks(path)
  local blocks, block, before, number = {}, nil, "", 0
  for line in lines_of(path) do
    number = number + 1
    if block and line == "```" then
      block.text = table.concat(block, "\n") .. "\n"
      blocks[#blocks + 1], block = block, nil
    elseif block then
      block[#block + 1] = line
    elseif line:find "^```" then
      block = {
        language = line:match "^```(.*)$", line = number,
        marked = before:match "^<!%-%- not run here: (.+) %-%->$",
      }
    end
    before = line
  end
  assert(not block, path .. ": a code block without its end")
  return blocks
end

-- The page outside of its code blocks, line by line.
local function prose(path)
  local lines, inside = {}, false
  for line in lines_of(path) do
    local fence = line:find "^```"
    if fence then inside = not inside end
    if not fence and not inside then lines[#lines + 1] = line end
  end
  return lines
end

-- The capital letters of ASCII made small: in a Turkish locale, `lower` leaves
-- the I as it is.
local function small(text)
  return (text:gsub("[A-Z]", function(c)
    return string.char(c:byte() + 32)
  end))
end

-- The set of a page's anchors, as GitHub makes them from headings.
function pages.anchors(path)
  local anchors = {}
  for _, line in ipairs(prose(path)) do
    local title = line:match "^#+ (.+)$"
    if title then
      title = title:gsub("Ö", "ö"):gsub("[%p]", function(c)
        return (c == "-" or c == "_") and c or ""
      end)
      anchors[small(title):gsub(" ", "-")] = true
    end
  end
  return anchors
end

-- The targets of a page's links to files and headings of the project.
function pages.links(path)
  local links = {}
  for _, line in ipairs(prose(path)) do
    for target in line:gmatch "%]%(([^)]+)%)" do
      if not target:find "^https?:" then links[#links + 1] = target end
    end
  end
  return links
end

return pages
