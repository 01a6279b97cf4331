-- SPDX-License-Identifier: MIT
-- The lines of the core that no test runs: the file, the function, why, and the
-- lines. `make coverage` complains about a line that is not here, and about one
-- that is here and runs or is gone. With `perhaps` a line may run by chance.

local RACE = "only between two steps of another thread or process"
local KERNEL = "a call of the system fails that succeeds for what is open"
local CURL = "libcurl has no memory just then"

return {
  { "core/base/descriptor_posix.c", "descriptor_fill_standard", RACE,
    "close(fd);", perhaps = true },
  { "core/base/descriptor_posix.c", "descriptor_move_up", RACE,
    "close(fd);", perhaps = true },
  { "core/base/queue.c", "mpsc_list_pop", RACE, "return NULL;",
    perhaps = true },
  { "core/base/queue.c", "take_failed", RACE, "raise_fd(queue);",
    perhaps = true },
  { "core/base/random.c", "random_secret", "the system has no random numbers",
    "for (; n > 0; n--)",
    "*at++ = (unsigned char)(random_unit(&seed) * 256);" },
  { "core/file/disk_posix.c", "disk_lock", RACE,
    "continue; /* another process created it: open that one */",
    "errno = EAGAIN;", "return false;", perhaps = true },
  { "core/file/disk_posix.c", "disk_write", KERNEL,
    "continue;", "errno = ENOSPC;" },
  { "core/file/media.c", "media_basename", "a name of a device on Windows",
    "for (i = 0; i < n; i++)", "if (basename[i] == '.') {",
    "basename[i] = '_';", "same = false;" },
  { "core/file/part.c", "lock_part", RACE,
    'return refuse(error, "another process keeps removing its part file");',
    perhaps = true },
  { "core/file/state.c", "state_write", KERNEL, "return false;" },
  { "core/http/file_exchange.c", "add_private_headers", CURL, "return false;",
    perhaps = true },
  { "core/http/file_exchange.c", "add_headers", CURL, "return false;",
    perhaps = true },
  { "core/job/download.c", "file_failed", KERNEL, "return give_up(end);" },
  { "core/loop/transfers.c", "end_transfer", CURL,
    "finish(t, x, CURLE_OUT_OF_MEMORY, LUMA_OK);", perhaps = true },
  { "core/loop/schedule.c", "pause_if_over_limit", RACE,
    "atomic_store(&job->paused, false);", "return false;", perhaps = true },
}
