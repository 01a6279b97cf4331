/* SPDX-License-Identifier: MIT */
/* The options of a client. Part of the contract of luma.h. */
#ifndef LUMA_OPTIONS_H
#define LUMA_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LUMA_VERSION  "0.1.0"
#define LUMA_BASE_URL "https://api.winfull.cloud-ip.cc"

/* Limits of one request. Zero means the default, in brackets. */
struct luma_limits {
    size_t attempts;         /* sends, at most 5 [3] */
    int64_t connect_timeout; /* ms until connected [10,000] */
    int64_t attempt_timeout; /* ms for request and response, not for files
                                [30,000] */
    int64_t stall_timeout;   /* ms without data [15,000] */
};

enum { LUMA_HEADERS = 32 }; /* the most in luma_options.headers */

/* Zero means the default, in brackets. */
struct luma_options {
    const char *base_url;       /* of the gateway [LUMA_BASE_URL] */
    const char *token;          /* bearer token; required */
    const char *proxy;          /* URL; the environment is not read [none] */
    const char *ca_file;        /* PEM file of trusted issuers [the system's] */
    const char *user_agent;     /* [luma/VERSION] */
    const char *const *headers; /* more of them, for the gateway alone: lines
                                   "Name: value", ended by NULL [none] */
    size_t batch_size;          /* ids a request [100] */
    size_t connections;         /* most at the same time [8] */
    size_t max_reply;           /* decoded bytes of a response [64 MiB] */
    size_t max_task;            /* JSON bytes of one task [256 KiB] */
    size_t max_undelivered;     /* bytes that wait per job [4 MiB] */
    struct luma_limits limits;
    bool plain_http;     /* allow http beyond this machine */
    bool http2;          /* use HTTP/2 for tasks if the gateway has it */
    bool keep_text;      /* documents keep their JSON text */
    bool wants_attempts; /* LUMA_EVENT_ATTEMPT events */
};

#endif
