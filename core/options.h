/* SPDX-License-Identifier: MIT */
/* What can be set about a client. Part of the contract of luma.h. */
#ifndef LUMA_OPTIONS_H
#define LUMA_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LUMA_VERSION  "0.1.0"
#define LUMA_BASE_URL "https://api.winfull.cloud-ip.cc"

/* Zero means the default, which is in brackets. */
struct luma_options {
    const char *base_url;    /* of the gateway [LUMA_BASE_URL] */
    const char *token;       /* bearer token; must be given */
    const char *proxy;       /* URL; never taken from the environment [none] */
    const char *ca_file;     /* PEM file of trusted issuers [the system's] */
    const char *user_agent;  /* [luma/VERSION] */
    size_t batch_size;       /* ids a request [100] */
    size_t connections;      /* at the same time [8] */
    size_t attempts;         /* sends per request, at most 5 [3] */
    size_t max_reply;        /* decoded bytes of one reply [64 MiB] */
    size_t max_task;         /* JSON bytes of one task [256 KiB] */
    size_t max_undelivered;  /* bytes a job may have waiting [4 MiB] */
    int64_t connect_timeout; /* ms until connected [10,000] */
    int64_t attempt_timeout; /* ms for one whole exchange [30,000] */
    int64_t stall_timeout;   /* ms without a byte [15,000] */
    bool plain_http;         /* allow http to other hosts than loopback */
    bool http2;              /* speak HTTP/2 where the gateway can */
    bool keep_text;          /* documents carry their JSON text */
};

#endif
