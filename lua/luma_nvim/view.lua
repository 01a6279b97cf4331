-- SPDX-License-Identifier: MIT
-- A scratch buffer with a line for each id. Updates may arrive in a libuv
-- callback, where Neovim does not allow changes to a buffer. So updates are
-- only stored, and the main loop paints them later. It paints at most sixty
-- times a second and only for a short time, so that typing stays smooth.

local window = require "luma_nvim.window"

local api, uv = vim.api, vim.uv or vim.loop

local FRAME = 16     -- milliseconds between two paintings
local BUDGET = 1e6   -- nanoseconds after which a painting stops
local PAGE = 50      -- lines that are painted together
local TOP = 2        -- lines above the first id: the header and the problem
local WIDEST_ID = 64 -- columns; longer ids make their line longer

local WAITING = { state = "waiting" }

local View = {}
View.__index = View

local function plain(text)
  return (text:gsub("%c", " "))
end

-- Vim's %S counts cells, not bytes. An id is never cut.
local function formats(ids)
  local widest = 0
  for _, id in ipairs(ids) do widest = math.max(widest, #id) end
  local front = ("%%-10s  %%-%dS  "):format(math.min(widest, WIDEST_ID))
  return front .. "%s", front .. "%-11s  %-32.32S  %s"
end

-- Opens a view of `what.ids`, which are distinct. `what.head()` returns the
-- text of the header. `what.on_gone()` is called when the buffer is deleted.
-- `what.window` and `what.mods` are for window.open.
function View.open(what)
  local ids = what.ids
  local self = setmetatable({
    head = what.head, ids = ids, index = {}, rows = {},
    timer = uv.new_timer(), queue = { first = 1, last = 0 }, queued = {},
  }, View)
  self.short, self.long = formats(ids)
  self.buf = window.open(what.window, what.mods, TOP + #ids)
  self.frame = vim.schedule_wrap(function() self:paint(BUDGET) end)
  api.nvim_buf_attach(self.buf, false, {
    on_detach = function()
      self:gone()
      what.on_gone()
    end,
  })
  for i, id in ipairs(ids) do self.index[id] = i end
  for page = 1, math.ceil(#ids / PAGE) do self:enqueue(page) end
  self:paint(0)
  self:map_keys()
  return self
end

-- <CR> yanks the link of the line (the path of a download) into the register
-- "", or into the register that the user named. q closes the window.
function View:map_keys()
  vim.keymap.set("n", "<CR>", function()
    local row = self.rows[self.ids[api.nvim_win_get_cursor(0)[1] - TOP]]
    if row and row.link then
      vim.fn.setreg(vim.v.register, row.link)
      api.nvim_echo({ { "link yanked" } }, false, {})
    end
  end, { buffer = self.buf, desc = "Yank the link of this task" })
  vim.keymap.set("n", "q", "<Cmd>bwipeout<CR>",
    { buffer = self.buf, desc = "Close these tasks" })
end

function View:gone()
  self.timer:close()
  self.timer = nil
end

function View:enqueue(page)
  if self.queued[page] then return end
  self.queued[page] = true
  self.queue.last = self.queue.last + 1
  self.queue[self.queue.last] = page
end

-- Sets the row of an id. It has a state, and either size, prompt and link, or a
-- note instead.
function View:set(id, row)
  self.rows[id] = row
  self:enqueue(math.ceil(self.index[id] / PAGE))
  self:touch()
end

-- Called when the job has ended. `problem` is the error message, if any.
function View:finish(problem)
  self.problem = problem
  self:touch()
end

-- Schedules a painting.
function View:touch()
  if self.due or not self.timer then return end
  self.due = true
  self.timer:start(FRAME, 0, self.frame)
end

function View:line(id)
  local row = self.rows[id] or WAITING
  local text
  if row.size or row.prompt then
    text = vim.fn.printf(self.long, row.state, plain(id), row.size or "",
      plain(row.prompt or ""), plain(row.note or row.link or ""))
  else
    text = vim.fn.printf(self.short, row.state, plain(id),
      plain(row.note or row.link or ""))
  end
  return (text:gsub(" +$", ""))
end

-- The first painting of the pages is in order, so the lines before a page
-- exist.
function View:paint_page(page)
  local first = (page - 1) * PAGE
  local lines = {}
  for i = first + 1, math.min(first + PAGE, #self.ids) do
    lines[#lines + 1] = self:line(self.ids[i])
  end
  api.nvim_buf_set_lines(self.buf, TOP + first, TOP + first + #lines, false,
    lines)
end

function View:paint_next()
  local queue = self.queue
  local page = queue[queue.first]
  if not page then return false end
  queue[queue.first] = nil
  queue.first = queue.first + 1
  self.queued[page] = nil
  self:paint_page(page)
  return true
end

-- Paints the header and at least one page. If a page is updated while it is
-- painted, it is in the queue again.
function View:paint(budget)
  if not self.timer then return end
  self.due = false
  local stop = uv.hrtime() + budget
  vim.bo[self.buf].modifiable = true
  api.nvim_buf_set_lines(self.buf, 0, TOP, false,
    { self.head(), plain(self.problem or "") })
  local more
  repeat more = self:paint_next() until not more or uv.hrtime() >= stop
  vim.bo[self.buf].modifiable = false
  if more then self:touch() end
end

return View
