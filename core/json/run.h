/* SPDX-License-Identifier: MIT */
/* Reads a run of whole tokens within a row, quickly. It takes only what is
 * plainly right. Where it stops, the reader is as if it had come there byte by
 * byte, so reader.c goes on: with a token that is cut, a name with escapes, a
 * limit, or what is not JSON. So limits and errors are decided in one place.
 *
 * The reader's thread; nothing blocks. */
#ifndef LUMA_RUN_H
#define LUMA_RUN_H

#include <stdbool.h>

struct json_reader;

/* Reads on from *at, where the reader is in a row, before or after a value or
 * behind an opening bracket, and moves *at past the bytes that were used.
 * False: there was no memory to keep their JSON text. */
bool run_read(struct json_reader *reader, const char **at, const char *end);

#endif
