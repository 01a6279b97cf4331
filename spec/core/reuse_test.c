/* SPDX-License-Identifier: MIT */
/* Tests of reuse.h: how often a request is sent, and which connections are
 * left, as far as exchanges alone decide it. */
#include "http/reuse.h"

#include "check.h"

/* ---- sends ------------------------------------------------------------- */

/* Only a request that may be repeated, on a connection of the pool, is sent a
 * second time, whatever libcurl does. */
static void test_sends(void)
{
    static const struct {
        bool idempotent, pooled;
        unsigned sends; /* that are allowed */
    } rows[] = {
        {true, true, 2}, {true, false, 1}, {false, true, 1}, {false, false, 1}};
    struct connections connections = {0};
    size_t i;
    unsigned n;

    for (i = 0; i < COUNT(rows); i++) {
        struct request request = {.idempotent = rows[i].idempotent};
        struct exchange x = {.request = &request,
                             .connections = &connections,
                             .easy = curl_easy_init(),
                             .connected = !rows[i].pooled};

        for (n = 0; n < rows[i].sends; n++)
            CHECK_INT(reuse_count_send(&x), REFUSED_NOTHING);
        CHECK_INT(reuse_count_send(&x), REFUSED_SEND);
        CHECK_INT(x.sends, rows[i].sends);
        curl_easy_cleanup(x.easy);
    }
}

/* ---- connections that are left ------------------------------------------ */

static void test_unheard(void)
{
    static const struct {
        struct exchange x;
        CURLcode result;
        enum luma_code code;
        bool unheard;
    } rows[] = {
        {{.multiplexes = true, .sends = 1, .phase = EXCHANGE_WAIT},
         CURLE_OPERATION_TIMEDOUT,
         LUMA_OK,
         true},
        {{.multiplexes = true, .sends = 1, .phase = EXCHANGE_BODY},
         CURLE_OPERATION_TIMEDOUT,
         LUMA_OK,
         false},
        {{.multiplexes = true, .sends = 1, .phase = EXCHANGE_WAIT},
         CURLE_RECV_ERROR,
         LUMA_OK,
         false},
        {{.multiplexes = true, .sends = 1, .phase = EXCHANGE_BODY},
         CURLE_OK,
         LUMA_ERR_STALL_TIMEOUT,
         true},
        {{.multiplexes = true, .sends = 1, .ends_by = 1},
         CURLE_OK,
         LUMA_ERR_STALL_TIMEOUT,
         false},
        {{.multiplexes = true, .sends = 0},
         CURLE_OK,
         LUMA_ERR_STALL_TIMEOUT,
         false},
        {{.multiplexes = false, .sends = 1},
         CURLE_OK,
         LUMA_ERR_STALL_TIMEOUT,
         false},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++)
        CHECK_INT(reuse_is_unheard(&rows[i].x, rows[i].result, rows[i].code),
                  rows[i].unheard);
}

/* Others on the connection of `x`, or not. */
static void test_others(void)
{
    static const struct exchange x = {
        .multiplexes = true, .ports = {1, 2}, .last_byte = 10};
    static const struct {
        struct exchange other;
        bool hears, waits;
    } rows[] = {
        {{.multiplexes = true, .ports = {1, 2}, .phase = EXCHANGE_WAIT},
         false,
         true},
        {{.multiplexes = true,
          .ports = {1, 2},
          .phase = EXCHANGE_WAIT,
          .resent = true},
         false,
         false},
        {{.multiplexes = true, .ports = {1, 2}, .phase = EXCHANGE_CONNECT},
         false,
         false},
        {{.multiplexes = true,
          .ports = {1, 2},
          .phase = EXCHANGE_HEAD,
          .last_byte = 11},
         true,
         false},
        {{.multiplexes = true,
          .ports = {1, 2},
          .phase = EXCHANGE_BODY,
          .last_byte = 10},
         false,
         false},
        {{.multiplexes = true,
          .ports = {1, 2},
          .phase = EXCHANGE_BODY,
          .active_since_check = true},
         true,
         false},
        {{.multiplexes = true,
          .ports = {1, 3},
          .phase = EXCHANGE_BODY,
          .last_byte = 11},
         false,
         false},
        {{.multiplexes = true, .ports = {3, 2}, .phase = EXCHANGE_WAIT},
         false,
         false},
        {{.multiplexes = false, .ports = {1, 2}, .phase = EXCHANGE_WAIT},
         false,
         false},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        CHECK_INT(reuse_hears_more(&rows[i].other, &x), rows[i].hears);
        CHECK_INT(reuse_waits_with(&rows[i].other, &x), rows[i].waits);
    }
    CHECK(!reuse_hears_more(&x, &x) && !reuse_waits_with(&x, &x));
}

int main(void)
{
    test_sends();
    test_unheard();
    test_others();
    return check_done();
}
