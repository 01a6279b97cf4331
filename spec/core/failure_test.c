/* SPDX-License-Identifier: MIT */
/* Tests of failure.h: what libcurl's results mean. A break is the network's, a
 * refusal of TLS is not, and a lack of memory is neither. */
#include "http/failure.h"

#include <errno.h>
#include <string.h>

#include "alloc.h"
#include "check.h"

#ifdef _WIN32 /* where sockets have numbers of their own */
#undef ECONNRESET
#define ECONNRESET 10054 /* WSAECONNRESET */
#undef EPIPE
#define EPIPE 10053 /* WSAECONNABORTED, which stands for it */
#endif

#define OPENSSL "OpenSSL SSL_connect: "
#define ROUTINE "error:0A000086:SSL routines::"

enum moment { UNSENT, SENT, ANSWERED, OVERTIME };

static const struct {
    CURLcode result;
    enum moment moment;
    const char *text;
    enum luma_code code;
} rows[] = {
    /* the handshake broke off; the system's words are in any language */
    {CURLE_SSL_CONNECT_ERROR, UNSENT,
     OPENSSL "SSL_ERROR_SYSCALL in connection to a.example:443 ",
     LUMA_ERR_NETWORK},
    {CURLE_SSL_CONNECT_ERROR, UNSENT,
     OPENSSL "Connexion r\xC3\xA9initialis\xC3\xA9"
             "e in connection to a.example:443 ",
     LUMA_ERR_NETWORK},
    {CURLE_SSL_CONNECT_ERROR, UNSENT, "Recv failure: Connection reset by peer",
     LUMA_ERR_NETWORK},
    {CURLE_SSL_CONNECT_ERROR, UNSENT, "Send failure: Broken pipe",
     LUMA_ERR_NETWORK},
    {CURLE_SSL_CONNECT_ERROR, UNSENT,
     "TLS connect error: " ROUTINE "unexpected eof while reading",
     LUMA_ERR_NETWORK},
    {CURLE_SSL_CONNECT_ERROR, UNSENT,
     "GnuTLS, handshake failed: Error in the pull function.", LUMA_ERR_NETWORK},
    /* it was refused */
    {CURLE_SSL_CONNECT_ERROR, UNSENT, ROUTINE "wrong version number",
     LUMA_ERR_TLS},
    {CURLE_SSL_CONNECT_ERROR, UNSENT, ROUTINE "sslv3 alert handshake failure",
     LUMA_ERR_TLS},
    {CURLE_SSL_CONNECT_ERROR, UNSENT, "", LUMA_ERR_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, UNSENT,
     "SSL certificate problem: self-signed certificate", LUMA_ERR_TLS},
    {CURLE_SSL_CLIENTCERT, SENT, "", LUMA_ERR_TLS},
    {CURLE_RECV_ERROR, SENT,
     "OpenSSL SSL_read: " ROUTINE "tlsv13 alert certificate required, errno 0",
     LUMA_ERR_TLS},
    {CURLE_RECV_ERROR, SENT,
     "OpenSSL SSL_read: " ROUTINE "tlsv1 alert unknown ca, errno 0",
     LUMA_ERR_TLS},
    {CURLE_RECV_ERROR, SENT,
     "OpenSSL SSL_read: " ROUTINE "tlsv1 alert internal error, errno 0",
     LUMA_ERR_TLS},
    {CURLE_RECV_ERROR, SENT,
     "GnuTLS recv error (-12): A TLS fatal alert has been received.",
     LUMA_ERR_TLS},
    {CURLE_RECV_ERROR, SENT, "", LUMA_ERR_NETWORK},
    {CURLE_RECV_ERROR, ANSWERED,
     "OpenSSL SSL_read: " ROUTINE "sslv3 alert bad certificate, errno 0",
     LUMA_ERR_TRUNCATED},
    /* there was no memory: words alone do not say so */
    {CURLE_SSL_CONNECT_ERROR, UNSENT, ROUTINE "malloc failure", LUMA_ERR_TLS},
    {CURLE_OUT_OF_MEMORY, SENT, "", LUMA_ERR_MEMORY},
    /* the connection broke: before the response, or in it */
    {CURLE_GOT_NOTHING, SENT, "Empty reply from server", LUMA_ERR_NETWORK},
    {CURLE_PARTIAL_FILE, SENT, "HTTP/2 stream 1 was not closed cleanly",
     LUMA_ERR_NETWORK},
    {CURLE_PARTIAL_FILE, ANSWERED, "", LUMA_ERR_TRUNCATED},
    {CURLE_HTTP2_STREAM, SENT, "", LUMA_ERR_NETWORK},
    {CURLE_HTTP2_STREAM, ANSWERED, "", LUMA_ERR_TRUNCATED},
    /* the connection's time is up, also of one to send again; or all of it */
    {CURLE_OPERATION_TIMEDOUT, UNSENT, "", LUMA_ERR_CONNECT_TIMEOUT},
    {CURLE_OPERATION_TIMEDOUT, SENT, "", LUMA_ERR_CONNECT_TIMEOUT},
    {CURLE_OPERATION_TIMEDOUT, OVERTIME, "", LUMA_ERR_ATTEMPT_TIMEOUT},
};

static void test_results(void)
{
    struct luma_options options = {.token = "t0ken"};
    struct luma_error error;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct failure failure = {.result = rows[i].result,
                                  .text = rows[i].text,
                                  .sent = rows[i].moment >= SENT,
                                  .answered = rows[i].moment == ANSWERED,
                                  .overtime = rows[i].moment == OVERTIME};

        check_case = rows[i].text;
        failure_set(&error, &failure, &options);
        CHECK_TEXT(luma_code_name(error.code), luma_code_name(rows[i].code));
        CHECK(strstr(error.message, luma_code_sentence(rows[i].code)) ==
              error.message);
    }
    check_case = "";
}

static enum luma_code code_of_system(int number, const char *text)
{
    struct failure failure = {.result = CURLE_SSL_CONNECT_ERROR,
                              .text = text,
                              .system_error = number};
    struct luma_options options = {.token = "t0ken"};
    struct luma_error error;

    failure_set(&error, &failure, &options);
    return error.code;
}

/* Where a handshake ends without known words, the system's error counts. That
 * of another address, which refused the connection before, does not. */
static void test_system_errors(void)
{
    CHECK(code_of_system(ECONNRESET, "") == LUMA_ERR_NETWORK);
    CHECK(code_of_system(EPIPE, ROUTINE "x") == LUMA_ERR_NETWORK);
    CHECK(code_of_system(ECONNREFUSED, "") == LUMA_ERR_TLS);
}

static enum retry_class class_of(CURLcode result, enum luma_code code)
{
    struct luma_error error;

    luma_error_set(&error, code);
    return failure_retry_class(result, &error);
}

/* What the system lacks is said in words. */
static void test_shortages(void)
{
    static const struct {
        int number;
        const char *words;
    } lacks[] = {{EMFILE, ": too many open files in this process (ulimit -n)"},
                 {ENFILE, ": too many open files in the whole system"},
                 {ENOMEM, ": the system has no memory left for it"},
                 {EAGAIN, ": no more threads are allowed (ulimit -u)"},
                 {EINVAL, ""}};
    struct luma_error error;
    char text[200];
    size_t i;

    for (i = 0; i < COUNT(lacks); i++) {
        luma_error_set(&error, LUMA_ERR_CONNECT);
        failure_add_errno(&error, lacks[i].number);
        snprintf(text, sizeof text, "%s%s",
                 luma_code_sentence(LUMA_ERR_CONNECT), lacks[i].words);
        CHECK_TEXT(error.message, text);
    }
}

/* Whatever the words of a handshake that failed, it is tried again. A
 * certificate that is not trusted is final. */
static void test_retries(void)
{
    CHECK(class_of(CURLE_SSL_CONNECT_ERROR, LUMA_ERR_TLS) ==
          RETRY_CLASS_TRANSIENT);
    CHECK(class_of(CURLE_SSL_CONNECT_ERROR, LUMA_ERR_NETWORK) ==
          RETRY_CLASS_TRANSIENT);
    CHECK(class_of(CURLE_RECV_ERROR, LUMA_ERR_TLS) == RETRY_CLASS_TRANSIENT);
    CHECK(class_of(CURLE_PEER_FAILED_VERIFICATION, LUMA_ERR_TLS) ==
          RETRY_CLASS_NEVER);
    CHECK(class_of(CURLE_SSL_CACERT_BADFILE, LUMA_ERR_TLS) ==
          RETRY_CLASS_NEVER);
    CHECK(class_of(CURLE_OUT_OF_MEMORY, LUMA_ERR_MEMORY) == RETRY_CLASS_NEVER);
}

/* libcurl does not say that these had no memory. */
static void test_starved(void)
{
    static const CURLcode results[] = {
        CURLE_SSL_CONNECT_ERROR, CURLE_COULDNT_RESOLVE_HOST,
        CURLE_COULDNT_RESOLVE_PROXY, CURLE_URL_MALFORMAT};
    struct luma_options options = {.token = "t0ken"};
    struct luma_error error;
    size_t i;

    for (i = 0; i < COUNT(results); i++) {
        struct failure failure = {.result = results[i], .text = ""};

        alloc_fail_at(1, true);
        failure_set(&error, &failure, &options);
        CHECK(alloc_stop() == 1);
        CHECK(error.code == LUMA_ERR_MEMORY);
    }
}

/* What libcurl finds too large has its own result in newer versions. Where it
 * has not, the message says so. */
static void test_sizes(void)
{
    static const struct {
        CURLcode result;
        bool counted, doubtful;
    } sizes[] = {
        {(CURLcode)100, false, false},
        {CURLE_WRITE_ERROR, true, false},
        {CURLE_OUT_OF_MEMORY, true, false},
        {CURLE_OUT_OF_MEMORY, false, true},
    };
    struct luma_error error;
    size_t i;

    for (i = 0; i < COUNT(sizes); i++) {
        failure_set_headers(&error, sizes[i].result, sizes[i].counted);
        CHECK(error.code == LUMA_ERR_TOO_LARGE);
        CHECK(!strstr(error.message, "memory") == !sizes[i].doubtful);
    }
    CHECK(failure_is_of_size((CURLcode)100));
    CHECK(failure_is_of_size(CURLE_OUT_OF_MEMORY));
    CHECK(!failure_is_of_size(CURLE_RECV_ERROR));
    alloc_fail_at(1, true);
    CHECK(!failure_is_of_size(CURLE_OUT_OF_MEMORY));
    CHECK(alloc_stop() == 1);
}

int main(void)
{
    test_results();
    test_system_errors();
    test_shortages();
    test_retries();
    test_starved();
    test_sizes();
    return check_done();
}
