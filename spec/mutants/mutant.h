/* SPDX-License-Identifier: MIT */
/* Mutated JSON texts: valid ones (sample.h) of which mostly only a little was
 * changed, so that a reader has to go deep into them. A number stands for a
 * text, always the same one. */
#ifndef LUMA_MUTANT_H
#define LUMA_MUTANT_H

#include <stdint.h>

#include "base/buf.h"

struct mutant {
    struct buf text;
    size_t at;     /* where it was changed last */
    uint64_t seed; /* for what else depends on the number */
};

/* Makes the text of that number. It has an address even if it is empty. */
void mutant_make(struct mutant *mutant, uint64_t number);

void mutant_free(struct mutant *mutant);

#endif
