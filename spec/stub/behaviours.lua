-- SPDX-License-Identifier: MIT
-- The behaviours that people can ask the stub gateway for by name. The stub
-- chooses from these tables, and its page is made from them (public.lua).
--
-- A response has `turns`: the behaviours (fields.lua) of one request after the
-- other, and then from the first again. A task has `steps`: what it is when it
-- is asked for one time after the other, and then the last for good. `false`
-- means that it is left out. A step is a list: the state, the status of a row,
-- its progress, the reason of a failure. `files` are those of its file, in the
-- same way.

local PENDING = { "queued", "QUEUED", "0%" }
local COMPLETED = { "completed", "SUCCESS", "100%" }
local FAILED = { "failed", "FAILURE", "100%", "refused by moderation" }

local function running(progress)
  return { "dreaming", "IN_PROGRESS", progress }
end

local behaviours = {}

behaviours.responses = {
  { name = "normal", says = "a list of tasks", turns = { {} } },
  { name = "rows", says = "rows with status and progress, in an envelope",
    turns = { { shape = "B" } } },
  { name = "shuffled", says = "another order, and a task nobody asked for",
    turns = { { shuffle = true, strangers = 1 } } },
  { name = "few", says = "no more than 2 of the tasks",
    turns = { { cap = 2 } } },
  { name = "slow", says = "nothing for 2 seconds, then the tasks",
    turns = { { delay = 2 } } },
  { name = "drip", says = "the tasks, 200 bytes every 0.1 seconds",
    turns = { { drip = { bytes = 200, seconds = 0.1 } } } },
  { name = "stall", says = "half of the tasks, then silence",
    turns = { { stall = "body" } } },
  { name = "cut", says = "200 bytes of the tasks, then the connection closes",
    turns = { { cut = 200 } } },
  { name = "close", says = "nothing, and the connection closes",
    turns = { { close = true } } },
  { name = "reset", says = "nothing, and the connection is reset",
    turns = { { reset = true } } },
  { name = "flaky", says = "503, then a reset, then the tasks, in turn",
    turns = { { status = 503 }, { reset = true }, {} } },
  { name = "limited", says = "429 with Retry-After: 1, then the tasks, in turn",
    turns = { { status = 429, headers = { ["Retry-After"] = "1" } }, {} } },
  { name = "unauthorized", says = "401, as for a wrong token",
    turns = { { status = 401 } } },
  { name = "overloaded", says = "503 each time", turns = { { status = 503 } } },
  { name = "refused", says = "200 with an envelope that says failure",
    turns = { {
      body = '{"code":"quota","message":"no credits","data":null}',
    } } },
  { name = "html", says = "200 with a page of HTML",
    turns = { { body = "<html><body>Welcome</body></html>",
      content_type = "text/html" } } },
  { name = "garbled", says = "200 with JSON that breaks off",
    turns = { { body = '[{"id":"a","state":' } } },
}

behaviours.tasks = {
  { name = "pending", says = "waits for good", steps = { PENDING } },
  { name = "processing", says = "is at 42 % for good",
    steps = { running "42%" } },
  { name = "growing", says = "is completed when it is asked for a fifth time",
    steps = { PENDING, running "20%", running "50%", running "80%",
      COMPLETED } },
  { name = "new", says = "is completed when it is asked for a second time",
    steps = { running "50%", COMPLETED } },
  { name = "failed", says = "has failed", steps = { FAILED } },
  { name = "doomed", says = "fails when it is asked for a third time",
    steps = { PENDING, running "30%", FAILED } },
  { name = "missing", says = "is not known", steps = { false } },
  { name = "late", says = "is not known before the third time",
    steps = { false, false, COMPLETED } },
  { name = "broken", says = "is completed; its file breaks off the first time",
    steps = { COMPLETED }, files = { { cut = 30000 }, {} } },
  { name = "large", says = "is completed; its file has 5 MB, in 10 seconds",
    steps = { COMPLETED },
    files = { { size = 5000000, drip = { bytes = 50000, seconds = 0.1 } } } },
}

-- Any other id.
behaviours.usual = { steps = { COMPLETED }, files = { {} } }

return behaviours
