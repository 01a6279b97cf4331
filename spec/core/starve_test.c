/* SPDX-License-Identifier: MIT */
/* Tests of a client whose memory runs out, at every call from its making to its
 * end, on either thread: whatever fails, every id has an outcome. */
#include <unistd.h>

#include "alloc.h"
#include "caller.h"
#include "check.h"

enum { HANG_S = 120 };

/* Takes what comes, to the end of the job. */
static void fetch_two(struct luma_client *client)
{
    struct luma_error error;
    struct luma_ids *ids = make_ids(2);
    struct luma_job *job = ids ? luma_client_fetch(client, ids, NULL, &error)
                               : NULL;

    if (ids && !job)
        insist(error.code == LUMA_ERR_MEMORY || error.code == LUMA_ERR_THREAD,
               "luma_client_fetch says why");
    if (!job)
        return;
    run(client, job);
    insist(count_of(job, LUMA_OUTCOME_OPEN) == 0, "every id has an outcome");
    insist(count_of(job, LUMA_OUTCOME_MISSING) == 0, "no id is called missing");
    insist(!luma_event_peek(client), "nothing comes behind the end");
    luma_job_release(job);
}

/* False once no call fails any more. */
static bool live_without_memory(unsigned n, bool for_ever)
{
    struct luma_options options = usual();
    struct luma_error error;
    struct luma_client *client;
    bool failed;

    alloc_fail_at(n, for_ever);
    client = luma_client_new(&options, &error);
    if (client) {
        fetch_two(client);
        failed = alloc_stop() >= n;
        fetch_two(client); /* with memory again, it works again */
        insist(!readable(client), "the descriptor is quiet");
        luma_client_close(client);
        luma_client_release(client);
    } else {
        failed = alloc_stop() >= n;
        insist(failed, "memory was the only reason");
        insist(error.code == LUMA_ERR_MEMORY || error.code == LUMA_ERR_THREAD,
               "luma_client_new says why");
    }
    return failed;
}

static void test_memory(void)
{
    char name[60];
    int for_ever;

    check_case = name;
    for (for_ever = 0; for_ever < 2; for_ever++) {
        unsigned n = 1;
        bool failed = true;

        for (; failed; n++) {
            snprintf(name, sizeof name, "call %u fails%s", n,
                     for_ever ? " and all behind" : "");
            failed = live_without_memory(n, for_ever);
        }
        CHECK(n > 20);
    }
    check_case = "";
}

int main(void)
{
    alarm(HANG_S);
    server = server_start();
    test_memory();
    server_stop(server);
    return check_done();
}
