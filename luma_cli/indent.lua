-- SPDX-License-Identifier: MIT
-- Formats JSON text for people. Its grammar has been checked.

local PUNCTUATION = { ["{"] = 1, ["["] = 1, ["}"] = -1, ["]"] = -1 }

-- Returns the token at `at` and its last position. A token is a string with its
-- quotes, a number, a word, or one character of punctuation.
local function token(json, at)
  if json:sub(at, at) ~= '"' then
    local _, last = json:find("^[^%s{}%[%],:\"]+", at)
    return json:sub(at, last or at), last or at
  end
  local last = at
  repeat
    last = json:find('["\\]', last + 1)
    local escape = json:sub(last, last) == "\\"
    if escape then last = last + 1 end
  until not escape
  return json:sub(at, last), last
end

return function(screen, json)
  local out, depth, at = {}, 0, json:find "%S"
  local function add(s) out[#out + 1] = s end
  local function break_line() add("\n" .. ("  "):rep(depth)) end
  while at do
    local word, last = token(json, at)
    local next_at = json:find("%S", last + 1)
    local following = next_at and json:sub(next_at, next_at)
    if PUNCTUATION[word] == -1 then
      depth = depth - 1
      if PUNCTUATION[out[#out]] ~= 1 then break_line() end
    end
    add(following == ":" and screen:paint("blue", word) or word)
    if PUNCTUATION[word] == 1 then
      depth = depth + 1
      if PUNCTUATION[following] ~= -1 then break_line() end
    elseif word == "," then
      break_line()
    elseif word == ":" then
      add " "
    end
    at = next_at
  end
  return table.concat(out)
end
