-- SPDX-License-Identifier: MIT
-- Colours for the buffers of :Luma: the header, the problem, and the state at
-- the start of each line. They are set here and not in a file of the folder
-- syntax/, so that the plugin needs no such folder.

local colours = {}

local SYNTAX = {
  { "Header", [[\%1l.*]], "Title" },
  { "Problem", [[\%2l.*]], "ErrorMsg" },
  { "Waiting", [[\%>2l^waiting\>]], "Comment" },
  { "Pending", [[\%>2l^pending\>]], "Type" },
  { "Processing", [[\%>2l^\(processing\|downloading\)\>]], "Identifier" },
  { "Completed", [[\%>2l^\(completed\|saved\)\>]], "String" },
  { "Failed", [[\%>2l^\(failed\|missing\|error\)\>]], "WarningMsg" },
  { "Link", [[\<https\?:\/\/\S\+$]], "Underlined" },
}

-- For the buffer of the current window.
function colours.apply()
  for _, group in ipairs(SYNTAX) do
    vim.cmd(("syntax match luma%s /%s/"):format(group[1], group[2]))
    vim.cmd(("highlight default link luma%s %s"):format(group[1], group[3]))
  end
end

return colours
