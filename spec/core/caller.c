/* SPDX-License-Identifier: MIT */
/* The steps of caller.h; what cannot fail there ends the test if it does. */
#include "caller.h"

#include <poll.h>
#include <time.h>

#include "check.h"

struct server *server;

int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct luma_options usual(void)
{
    return (struct luma_options){.base_url = server_url(server),
                                 .token = "sk-test"};
}

struct luma_client *new_client(const struct luma_options *options)
{
    struct luma_error error;
    struct luma_client *client = luma_client_new(options, &error);

    if (!client)
        puts(error.message);
    must(client);
    return client;
}

struct luma_ids *make_ids(unsigned count)
{
    struct luma_ids *ids = luma_ids_new(count, count * 8);
    char id[24];
    unsigned i;

    for (i = 0; ids && i < count; i++) {
        int n = snprintf(id, sizeof id, "id-%u", i);

        if (luma_ids_add(ids, id, (size_t)n) != LUMA_OK) {
            luma_ids_unref(ids);
            return NULL;
        }
    }
    return ids;
}

struct luma_job *fetch(struct luma_client *client, unsigned count,
                       int64_t deadline)
{
    struct luma_job_options options = {.deadline = deadline};
    struct luma_error error;
    struct luma_job *job =
        luma_client_fetch(client, make_ids(count), &options, &error);

    if (!job)
        puts(error.message);
    must(job);
    return job;
}

unsigned run(struct luma_client *client, const struct luma_job *job)
{
    int64_t begin = now_ms();
    unsigned tasks = 0;

    while (luma_job_error(job)->code == LUMA_ERR_PENDING &&
           now_ms() - begin < SOON_MS) {
        const struct luma_event *event;

        if (!luma_client_wait(client, 1000))
            continue;
        event = luma_event_peek(client);
        insist(event && event == luma_event_peek(client), "an event stays");
        tasks += event->kind == LUMA_EVENT_TASK;
        luma_event_pop(client, true);
    }
    CHECK(luma_job_error(job)->code != LUMA_ERR_PENDING);
    return tasks;
}

size_t count_of(const struct luma_job *job, enum luma_outcome outcome)
{
    struct luma_progress progress;
    size_t i, count = 0;

    for (i = 0; i < luma_job_count(job); i++)
        count += luma_job_outcome(job, i) == outcome;
    luma_job_progress(job, &progress);
    CHECK_INT(progress.outcome[outcome], count);
    CHECK_INT(progress.ids, luma_job_count(job));
    return count;
}

bool readable(struct luma_client *client)
{
    struct pollfd fd = {luma_client_fd(client), POLLIN, 0};

    return poll(&fd, 1, 0) == 1;
}

void leave(struct luma_client *client, struct luma_job *job)
{
    luma_job_release(job);
    luma_client_close(client);
    luma_client_release(client);
    server_set(server, SERVER_ANSWERS);
}
