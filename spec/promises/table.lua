-- SPDX-License-Identifier: MIT
-- What luma promises, and what shows it. Each row: its number, the promise, what
-- is looked at, and the lines of a shell that look. `fast` is for a run of
-- seconds: other lines, or true for the same; a row without it is left out
-- there. `figure` is a pattern of their output; else the checks that they count
-- are added up.

local function specs(...)
  local files = {}
  for i, name in ipairs { ... } do files[i] = ("spec/%s_spec.lua"):format(name) end
  return ("make -s specs SPECS='%s'"):format(table.concat(files, " "))
end

local function c_tests(...)
  local lines = {}
  for i, name in ipairs { ... } do
    lines[i] = ("make -s c-test TEST=%s"):format(name)
  end
  return table.concat(lines, " && ")
end

return {
  { "P1", "Each id has exactly one outcome, whatever the gateway and the network "
    .. "do.", "a million simulated worlds, a step at a time",
    "make -s sim", fast = "make -s sim WORLDS=100000",
    figure = "%d+ worlds.-ends" },
  { "P2", "Memory that runs out crashes nothing, leaks nothing and loses no id.",
    "each allocation of the core, of libcurl and of Lua that fails, once and "
    .. "for ever, under AddressSanitizer",
    "make -s SAN=address,undefined oom", fast = "make -s oom EVERY=31",
    figure = "%d+ points of.-Lua" },
  { "P3", "System calls that fail crash nothing, stop nothing for good and lose "
    .. "no id.", "32 calls, each at its first time, its second and so on, and for "
    .. "ever", "make -s syscalls", fast = "make -s syscalls FAST=1" },
  { "P4", "A process may exit, close its Lua state, get a signal or fork at any "
    .. "moment.", "200 of each end, 1,000 forks during handshakes",
    "make -s torture && make -s forks", fast = specs "hosts/exit" },
  { "P5", "A client ends within 100 ms, with a hundred transfers in flight.",
    "600 ends: dead names, full backlogs, TLS that stalls, servers that drip",
    "make -s close-bound && " .. specs "hosts/names", fast = specs "hosts/close",
    figure = "worst %d+ ms of %d+ runs" },
  { "P6", "No call in a frame waits for the network, DNS, TLS or the disk.",
    "5,000 calls while no server answers, short steps while tasks arrive, a "
      .. "disk whose writes take seconds",
    "make -s calls && " .. specs("hosts/frame", "module/disk"),
    fast = "make -s calls && " .. specs "hosts/frame",
    figure = "the worst of %d+ calls took [%d.]+ ms" },
  { "P7", "An outcome comes no later than 50 ms after its deadline.",
    "163 faults: 8 phases of an exchange, 6 ways to break it, 3 transports, and "
      .. "31 ways of HTTP/2; a test allows ten times that",
    "LUMA_FIGURES=1 " .. specs "module/faults", fast = true,
    figure = "%d+ faults, no outcome later than %-?%d+ ms" },
  { "P8", "A request is not sent more often than `attempts` says.",
    "the journal of the stub gateway", specs("module/retries", "module/wire"),
    fast = true },
  { "P9", "No response takes more memory than the limits allow.",
    "gzip bombs, floods of headers, pages without an end",
    specs("module/limits", "hosts/memory"),
    fast = specs "module/limits" },
  { "P10", "In an outage, retries add less than a tenth to the traffic.",
    "1,000 requests that all fail", c_tests "outage",
    fast = true },
  { "P11", "`Retry-After` neither stops a client for long nor makes it hurry.",
    "hostile values and dates", c_tests "retry_after",
    fast = true },
  { "P12", "Token, passwords and headers of the caller go to their own host "
    .. "only. No message shows one of 8 bytes or more. When a client is gone, "
    .. "memory of luma's own holds none; what Lua and libcurl have copied may "
    .. "stay.",
    "redirects, proxies, errors, files, the command, freed blocks, the memory "
    .. "of a process",
    specs("module/canary", "module/secrets", "module/attempts",
      "module/redirect") .. " && " .. c_tests("secrets", "proxy"),
    fast = true },
  { "P13", "An https request goes over TLS 1.2 or later, and only to a server "
    .. "whose certificate is trusted and has its name. Nothing turns that off.",
    "48 bad certificates, handshakes that break at each record, old versions",
    "make -s tls", fast = true },
  { "P14", "A file with its final name is complete, and is the one that was "
    .. "asked for.", "300 kills, files that change, servers that lie",
    "make -s kills && " .. specs("module/download_whole", "module/resume",
      "module/download_reply", "module/disk"),
    fast = specs("module/download_whole", "module/resume",
      "module/download_reply", "module/disk") },
  { "P15", "No byte of a server becomes a path.",
    "names that try to", c_tests "path" .. " && " .. specs "module/download_target",
    fast = true },
  { "P16", "No undefined behaviour, race or leak is found.",
    "C tests and specs under ASan, UBSan, LSan, TSan and memcheck",
    "make -s sanitize && make -s tsan && make -s valgrind" },
  { "P17", "No bytes from outside crash what reads them, or are read in two ways.",
    "JSON (also as lua-cjson reads it), bytes of a server through the whole core, "
      .. "Retry-After, URLs, headers, names of files, any calls of the module",
    "make -s fuzz T=600 CHECKED=yes", fast = "make -s fuzz T=3" },
  { "P18", "Each line of the core has run in a test, but for those that a list "
    .. "excuses.", "coverage of C tests, specs and sweeps",
    "make -s coverage",
    figure = "core %d+ of %d+ lines.-branches" },
  { "P19", "luma works with a collector that runs all the time, and calls Lua "
    .. "as it may.", "the specs in a Lua that checks each call; each function with "
    .. "a collection at each allocation",
    "make -s gcstress" },
  { "P20", "Nothing grows in long use, and each id still has one outcome.",
    "ten minutes of all kinds of jobs on a gateway of which a fifth of the "
    .. "responses goes wrong (`make soak H=24` for a day)",
    "make -s soak", figure = "%d+ ids.-a second" },
  { "P21", "The same bytes give the same result, however they are cut.",
    "texts at each cut, and mutated ones", c_tests("reader", "rows", "reply")
      .. " && " .. specs "module/mutants",
    fast = c_tests("reader", "rows", "reply") },
  { "P22", "Ids are exact, however long.", "beyond 2^53, 2^64 and 100 digits",
    specs("module/ids", "module/integers"),
    fast = true },
  { "P23", "libcurl is told only what a list has, with the reason for each "
    .. "option.", "what a process tells it, and the source",
    "sh spec/support/fences.sh && " .. specs "hosts/setopt", fast = true },
  { "P24", "Each failure has a code, a sentence and what is known of the "
    .. "exchange.", "failures of each phase and status",
    specs("module/failures", "module/timeouts", "module/answers"),
    fast = true },
}
