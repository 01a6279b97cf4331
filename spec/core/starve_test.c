/* SPDX-License-Identifier: MIT */
/* Tests of a client whose memory runs out, at every call from its making to its
 * end, on either thread: whatever fails, every id has an outcome. */
#include <unistd.h>

#include "alloc.h"
#include "caller.h"
#include "check.h"
#include "sweep.h"

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

static bool live_without_memory(unsigned n, unsigned for_ever, const void *user)
{
    struct luma_options options = usual();
    struct luma_error error;
    struct luma_client *client;
    bool failed;

    (void)user;
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

int main(void)
{
    alarm(HANG_S);
    server = server_start();
    sweep("fetch", sweep_once_and_for_ever, 20, live_without_memory, NULL);
    server_stop(server);
    sweep_print("core");
    return check_done();
}
