-- SPDX-License-Identifier: MIT
-- The system calls that are let fail: the name, with what it fails, and the
-- codes that a job may then have. `tls`: the handshake makes it as well.
-- `step`: it is made so often that the first times are looked at, and then
-- fewer.

return {
  { "socket", "EMFILE ENOBUFS EACCES", codes = "connect" },
  { "connect", "ECONNREFUSED ENETUNREACH EADDRNOTAVAIL EINTR",
    codes = "connect", tls = true },
  { "sendto", "ECONNRESET EINTR EAGAIN",
    codes = "network unknown_outcome", tls = true },
  { "recvfrom", "ECONNRESET EINTR EAGAIN",
    codes = "network truncated unknown_outcome", tls = true },
  { "poll", "ENOMEM EINTR", codes = "connect network", tls = true },
  { "eventfd2", "EMFILE ENFILE ENOMEM", codes = "thread" },
  { "socketpair", "EMFILE ENFILE", codes = "thread memory" },
  { "fcntl", "EMFILE EINVAL", codes = "thread connect", tls = true },
  { "ioctl", "EINVAL", codes = "", step = true },
  { "getsockopt", "EINVAL ENOBUFS", codes = "connect", tls = true },
  { "setsockopt", "EINVAL ENOMEM", codes = "" },
  { "getsockname", "ENOTCONN ENOBUFS", codes = "" },
  { "getpeername", "ENOTCONN ENOBUFS", codes = "" },
  { "openat", "EMFILE EACCES EINTR", codes = "file tls connect", tls = true },
  { "newfstatat", "EIO ENOMEM", codes = "file", tls = true },
  { "read", "EIO EINTR EAGAIN", codes = "file tls", tls = true },
  { "write", "EIO EINTR EAGAIN", codes = "file" },
  { "close", "EIO EINTR", codes = "file", tls = true },
  { "flock", "EAGAIN ENOLCK EINTR", codes = "file" },
  { "fchmod", "EPERM EIO", codes = "file" },
  { "pwrite64", "ENOSPC EDQUOT EIO EINTR", codes = "file" },
  { "ftruncate", "EIO EINTR", codes = "file" },
  { "fsync", "EIO ENOSPC EINTR", codes = "file" },
  { "linkat", "EPERM EIO ENOSPC", codes = "file" },
  { "renameat", "EACCES ENOSPC EXDEV EIO", codes = "file" },
  { "unlinkat", "EACCES EIO", codes = "file" },
  { "clone3", "EAGAIN ENOMEM", codes = "thread" },
  { "mmap", "ENOMEM", codes = "thread memory", tls = true },
  { "mprotect", "ENOMEM", codes = "thread memory", tls = true },
  { "sched_setscheduler", "EPERM", codes = "" },
  { "rt_sigprocmask", "EINVAL", codes = "" },
  { "getrandom", "EAGAIN EINTR", codes = "", tls = true },
}
