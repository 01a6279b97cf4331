/* SPDX-License-Identifier: MIT */
/* Valid JSON texts to begin with: replies as gateways send them, compact and
 * indented, the texts of the corpus, and the sample reply of the stub. The
 * same seed gives the same text. */
#ifndef LUMA_SAMPLE_H
#define LUMA_SAMPLE_H

#include <stdint.h>

#include "base/buf.h"

/* Reads the corpus, and the sample reply if there is one. False: there is no
 * corpus. */
bool sample_load(const char *corpus, const char *reply);

void sample_free(void);

/* Appends a text. It is valid, unless it is one that the corpus refuses. */
void sample_add(struct buf *to, uint64_t *seed);

/* Append one value: any, a number, a string with its quotes. */
void sample_add_value(struct buf *to, uint64_t *seed);
void sample_add_number(struct buf *to, uint64_t *seed);
void sample_add_string(struct buf *to, uint64_t *seed);

/* Appends arrays or objects in each other, about as deep as is allowed. */
void sample_add_nest(struct buf *to, uint64_t *seed);

#endif
