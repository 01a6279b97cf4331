/* SPDX-License-Identifier: MIT */
/* libcurl, once per process. */
#ifndef LUMA_LIBRARY_H
#define LUMA_LIBRARY_H

/* Checks and initialises the libcurl that is loaded, which need not be the one
 * luma was built with. To be called once. NULL, or a sentence why luma cannot
 * work with it, which stays. */
const char *library_init(void);

#endif
