-- SPDX-License-Identifier: MIT
-- What the scenarios of spec/native/oom.c share: clients of the gateway at
-- `url`, what becomes of their jobs, and the list of the scenarios.

local IDS = { "a", "b", "c" }

return function(url)
  local oom = { IDS = IDS, scenarios = {} }

  function oom.new(options)
    options = options or {}
    options.token, options.base_url = "token", url
    options.batch_size = options.batch_size or 2
    return require "luma".client(options)
  end

  -- Everything of the jobs has come: as many events wait.
  function oom.arrived(client, count)
    while client:stats().queue < count do client:wait(1) end
  end

  function oom.finish(client)
    while client:step() > 0 do client:wait(1) end
  end

  function oom.complete(tasks)
    assert(tasks and #tasks == 3, "a task was lost")
    for i, task in ipairs(tasks) do assert(task.id == IDS[i]) end
  end

  -- The client works, and nothing is left in it.
  function oom.works(client)
    oom.finish(client)
    oom.complete(client:tasks(IDS))
    assert(client:stats().queue == 0 and client:stats().undelivered == 0)
    client:close()
  end

  -- Options whose callbacks count in `s`. When they are called, there may be no
  -- memory for anything else.
  function oom.counters(s)
    s.a, s.b, s.c, s.made, s.done, s.progress, s.seen = 0, 0, 0, 0, 0, 0, 0
    return {
      on_task = function(task, id)
        s[id] = s[id] + (task.id == id and 1 or 2)
      end,
      on_progress = function(progress) s.progress = progress.tasks end,
      on_done = function() s.done = s.done + 1 end,
    }
  end

  function oom.counted_once(s)
    assert(s.a == 1 and s.b == 1 and s.c == 1, "an id was not told once")
    assert(s.done == 1, "the end was not told once")
  end

  -- A scenario; `of` has what is not usual.
  function oom.scenario(name, of)
    of.name = name
    of.manner = of.manner or "answers"
    of.prepare = of.prepare or function() return { client = oom.new() } end
    table.insert(oom.scenarios, of)
  end

  -- To prepare a scenario: the events of a job for IDS have come, so many.
  function oom.fetched(events, options)
    return function()
      local s = { client = oom.new() }
      s.job = s.client:fetch(IDS, options and options(s))
      oom.arrived(s.client, events)
      return s
    end
  end

  return oom
end
