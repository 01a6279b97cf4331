/* SPDX-License-Identifier: MIT */
/* Reads spec/support/json-corpus.txt, whose head says how it is written. */
#ifndef LUMA_CORPUS_H
#define LUMA_CORPUS_H

#include "base/buf.h"

/* What is done with a text. `class` is the first word of its line. The text
 * has an address even if it is empty; all are gone after the call. */
typedef void corpus_take(void *arg, const char *class, const char *name,
                         const struct buf *text);

/* Calls `take` with each text of the file. False: there is no such file. */
bool corpus_read(const char *path, corpus_take *take, void *arg);

#endif
