/* SPDX-License-Identifier: MIT */
/* The kind download: a link is requested until its file is complete, through
 * redirects, with a new link from the task where the old one does not work any
 * more. Functions as kind.h says; they wait for the disk, never for the
 * network. */
#ifndef LUMA_JOB_DOWNLOAD_H
#define LUMA_JOB_DOWNLOAD_H

#include "job/job.h"

/* A job with one reference, the caller's; copies what it is given. A link that
 * is relative leads from `base_url`; the blanks around a link are not part of
 * it. NULL: `error` says why. The caller's thread; does not block. */
struct job *download_new(const struct luma_download_options *from,
                         const char *base_url, int64_t deadline, int64_t now,
                         struct luma_error *error);

/* Likewise a job that asks for nothing: whether the file could be written. It
 * has one outcome, which it leaves open. */
struct job *download_new_check(const struct luma_download_options *from,
                               int64_t deadline, int64_t now,
                               struct luma_error *error);

#endif
