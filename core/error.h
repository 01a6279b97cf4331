/* SPDX-License-Identifier: MIT */
/* All errors of luma, in one list: the code that callers compare, whether a
 * retry may help, and the sentence for the message. */
#ifndef LUMA_ERROR_H
#define LUMA_ERROR_H

#include <stdbool.h>

/* What a format may have: mingw's gcc means Microsoft's by "printf". */
#if defined __MINGW32__ && !defined __clang__
#define LUMA_PRINTF gnu_printf
#else
#define LUMA_PRINTF printf
#endif

/* How a failed request may be retried; retry.h has the delays. */
enum retry_class {
    RETRY_CLASS_NEVER,     /* the same request would fail the same way */
    RETRY_CLASS_TRANSIENT, /* a temporary failure; short delay */
    RETRY_CLASS_THROTTLED, /* too many requests, or overload; long delay */
    RETRY_CLASS_ONCE       /* 425: one retry, no more */
};

/* X(enumerator, name, retry, sentence) */
#define LUMA_CODES(X)                                                          \
    X(LUMA_OK, "ok", NEVER, "all is well")                                     \
    X(LUMA_ERR_ARGUMENT, "argument", NEVER, "an argument is not valid")        \
    X(LUMA_ERR_MEMORY, "memory", NEVER, "out of memory")                       \
    X(LUMA_ERR_THREAD, "thread", NEVER, "the I/O thread could not be started") \
    X(LUMA_ERR_PENDING, "pending", NEVER, "the job is still running")          \
    X(LUMA_ERR_CANCELLED, "cancelled", NEVER, "the job was cancelled")         \
    X(LUMA_ERR_DEADLINE, "deadline", NEVER, "the job's deadline passed")       \
    X(LUMA_ERR_RESOLVE, "resolve", TRANSIENT, "the host name was not found")   \
    X(LUMA_ERR_CONNECT, "connect", TRANSIENT, "no connection could be made")   \
    X(LUMA_ERR_TLS, "tls", NEVER, "no trusted TLS connection could be made")   \
    X(LUMA_ERR_NETWORK, "network", TRANSIENT, "the connection broke")          \
    X(LUMA_ERR_CONNECT_TIMEOUT, "connect_timeout", TRANSIENT,                  \
      "no connection was made within timeout.connect")                         \
    X(LUMA_ERR_ATTEMPT_TIMEOUT, "attempt_timeout", TRANSIENT,                  \
      "the response was not complete within timeout.attempt")                  \
    X(LUMA_ERR_STALL_TIMEOUT, "stall_timeout", TRANSIENT,                      \
      "the transfer made no progress within timeout.stall")                    \
    X(LUMA_ERR_AUTH, "auth", NEVER, "the gateway does not accept the token")   \
    X(LUMA_ERR_RATE_LIMIT, "rate_limit", THROTTLED, "too many requests")       \
    X(LUMA_ERR_REDIRECT, "redirect", NEVER,                                    \
      "the gateway redirected the request; check base_url")                    \
    X(LUMA_ERR_REJECTED, "rejected", NEVER,                                    \
      "the gateway rejected the request")                                      \
    X(LUMA_ERR_SERVER, "server", TRANSIENT, "the server failed")               \
    X(LUMA_ERR_GATEWAY, "gateway", NEVER,                                      \
      "the gateway answered with an error")                                    \
    X(LUMA_ERR_UNKNOWN_OUTCOME, "unknown_outcome", NEVER,                      \
      "it is not known whether the gateway has made the task")                 \
    X(LUMA_ERR_REPLY, "reply", TRANSIENT, "unexpected response")               \
    X(LUMA_ERR_TRUNCATED, "truncated", TRANSIENT,                              \
      "the response ended too early")                                          \
    X(LUMA_ERR_TOO_LARGE, "too_large", NEVER, "the response is over a limit")  \
    X(LUMA_ERR_DECODE, "decode", NEVER, "the decode function failed")          \
    X(LUMA_ERR_LINK, "link", NEVER,                                            \
      "the download link does not return the file")                            \
    X(LUMA_ERR_ADDRESS, "address", NEVER,                                      \
      "the link leads to a private address, see allow_private")                \
    X(LUMA_ERR_FILE, "file", NEVER, "the file could not be written")

enum luma_code {
#define CODE_ENUMERATOR(enumerator, name, retry, sentence) enumerator,
    LUMA_CODES(CODE_ENUMERATOR)
#undef CODE_ENUMERATOR
        LUMA_CODE_COUNT
};

/* A failure as a value. Nothing in it is allocated, and it holds no token. */
struct luma_error {
    enum luma_code code;
    long http_status;  /* of the response; 0: there was none */
    const char *phase; /* "connect", "wait", "body", or NULL */
    const char *field; /* which argument or option a LUMA_ERR_ARGUMENT is about,
                          a constant; or NULL */
    unsigned attempts; /* also those that sent nothing; 0: of no request */
    bool retryable;    /* a later try may succeed */
    double retry_after;  /* seconds, as Retry-After says; below 0: none */
    char request_id[80]; /* of the response, or "" */
    char message[640];   /* a complete sentence */
};

/* Any thread may call the functions below. They never fail. */

/* The name of a code, as callers compare it: "rate_limit". */
const char *luma_code_name(enum luma_code code);

/* The sentence of a code, without its end: "the server failed". */
const char *luma_code_sentence(enum luma_code code);

/* The code of an HTTP status other than 2xx: docs/errors.md shows the table. */
enum luma_code code_of_http(long http_status);

/* How to retry. For a status other than 2xx the table says it; for others, and
 * for none (0), the code. */
enum retry_class retry_class_of(enum luma_code code, long http_status);

/* Sets the code and its sentence, and resets all other members. */
void luma_error_set(struct luma_error *error, enum luma_code code);

/* Sets LUMA_ERR_ARGUMENT for `field`, a constant. The message is "FIELD:
 * PROBLEM". */
void luma_error_set_argument(struct luma_error *error, const char *field,
                             const char *problem);

/* Sets LUMA_ERR_CONNECT, for a proxy that has answered with `http_status`
 * itself. */
void luma_error_set_proxy(struct luma_error *error, long http_status);

/* Copies what `from` tells of its exchange: HTTP status, attempts, phase,
 * Retry-After and request id. */
void luma_error_copy_exchange(struct luma_error *error,
                              const struct luma_error *from);

/* Replaces the code and the message ("SENTENCE: DETAIL"; `detail` may be NULL).
 * What the error tells of its exchange stays. */
void luma_error_change(struct luma_error *error, enum luma_code code,
                       const char *detail);

/* Replaces the code, since the job ends with another one. What had failed
 * before stays to be seen: the message ends with it. */
void luma_error_set_after(struct luma_error *error, enum luma_code code);

/* Appends ": " and a detail to the message, cut at the message's end between
 * two characters. */
void luma_error_append(struct luma_error *error, const char *format, ...)
    __attribute__((format(LUMA_PRINTF, 2, 3)));

/* Appends ": ", what failed, and the reason in errno, always in English. */
void luma_error_append_errno(struct luma_error *error, const char *what,
                             int number);

#endif
