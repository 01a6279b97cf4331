/* SPDX-License-Identifier: MIT */
/* What the targets share. libFuzzer makes the bytes and calls each with them;
 * a target ends the program where luma breaks a promise. */
#ifndef LUMA_FUZZ_H
#define LUMA_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Ends the program with a crash, unless `ok`. */
void fuzz_insist(bool ok, const char *what);

/* The bytes that are not read yet. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/* The next number from 0 to below - 1; 0 behind the end. */
size_t fuzz_number(struct fuzz_input *in, size_t below);

/* The next line as a text without NUL, the caller's; "" behind the end. */
char *fuzz_line(struct fuzz_input *in);

#endif
