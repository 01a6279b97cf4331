/* SPDX-License-Identifier: MIT */
/* The ids of a request, and the tasks that it holds. */
#include "job/batch.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/task.h"

static struct batch *new_batch(uint32_t capacity)
{
    struct batch *batch =
        calloc(1, sizeof *batch + capacity * sizeof *batch->ids);

    if (batch)
        batch->request.settled.ids = batch->ids;
    return batch;
}

struct batch *batch_new(struct ledger *ledger, uint32_t max)
{
    uint32_t most = ledger->ids->count < max ? ledger->ids->count : max;
    struct batch *batch = new_batch(most);

    if (batch)
        batch->request.settled.count =
            ledger_next(ledger, batch->ids, most, &batch->suspects);
    return batch;
}

struct batch *batch_new_invalid(const struct ledger *ledger)
{
    const struct buf *invalid = &ledger->ids->invalid;
    uint32_t count = (uint32_t)(invalid->len / sizeof count);
    struct batch *batch = new_batch(count);

    if (!batch)
        return NULL;
    memcpy(batch->ids, invalid->data, invalid->len);
    batch->request.settled.count = count;
    return batch;
}

void batch_free(struct batch *batch)
{
    batch_drop_held(batch);
    buf_free(&batch->body);
    free(batch);
}

bool batch_prepare(struct batch *batch, const struct luma_ids *ids,
                   struct request *request)
{
    batch->first_open = 0;
    if (!ids_write(ids, batch->ids, batch->request.settled.count, &batch->body))
        return false;
    request->target = REQUEST_TASKS;
    request->idempotent = true; /* it only reads */
    request->method = "POST";
    request->path = "/luma/tasks";
    request->body = batch->body.data;
    request->body_len = batch->body.len;
    return true;
}

int64_t batch_find(const struct ledger *ledger, const struct luma_doc *doc)
{
    struct task_source source = task_of_doc(doc);
    struct task_value id;
    int64_t index = -1;
    unsigned from = 0;

    if (task_find_id(&source, &id))
        index = ledger_find(ledger, id.text, id.len);
    while (index < 0 && task_find_other_id(&source, &from, &id))
        index = ledger_find(ledger, id.text, id.len);
    return index;
}

/* ---- tasks that are held ----------------------------------------------- */

void batch_drop_held(struct batch *batch)
{
    struct luma_doc *doc;

    while ((doc = batch->held)) {
        batch->held = (struct luma_doc *)doc->event.next;
        free(doc);
    }
    batch->held_count = 0;
}

/* The index of the one open id that the task's id looks like, or -1. */
static int64_t alike_of(struct ledger *ledger, const struct luma_doc *doc,
                        struct task_value *id)
{
    struct task_source source = task_of_doc(doc);

    return task_find_id(&source, id)
               ? ledger_find_alike(ledger, id->text, id->len)
               : -1;
}

bool batch_hold(struct batch *batch, struct luma_doc *doc,
                struct ledger *ledger)
{
    struct luma_event **last = (struct luma_event **)&batch->held;
    struct task_value id;

    if (batch->held_count > 2 * batch->request.settled.count ||
        alike_of(ledger, doc, &id) < 0)
        return false;
    while (*last)
        last = &(*last)->next;
    *last = &doc->event;
    batch->held_count++;
    return true;
}

/* These very bytes are in the batch. */
static bool was_requested(const struct batch *batch,
                          const struct ledger *ledger,
                          const struct task_value *id)
{
    int64_t index = ids_find(ledger->ids, id->text, id->len);
    uint32_t i;

    for (i = 0; i < batch->request.settled.count; i++)
        if (batch->ids[i] == index)
            return true;
    return false;
}

/* Another task that is held, with another id, looks the same. */
static bool has_rival(const struct batch *batch, const struct task_value *id)
{
    const struct luma_doc *doc = batch->held;

    for (; doc; doc = (const struct luma_doc *)doc->event.next) {
        struct task_source source = task_of_doc(doc);
        struct task_value other;

        if (task_find_id(&source, &other) &&
            !(other.len == id->len &&
              memcmp(other.text, id->text, id->len) == 0) &&
            ids_look_alike(other.text, other.len, id->text, id->len))
            return true;
    }
    return false;
}

struct luma_doc *batch_take_held(struct batch *batch, struct ledger *ledger,
                                 uint32_t *index)
{
    struct luma_event **link = (struct luma_event **)&batch->held;

    for (; *link; link = &(*link)->next) {
        struct luma_doc *doc = (struct luma_doc *)*link;
        struct task_value id;
        int64_t found = alike_of(ledger, doc, &id);

        if (found < 0 || was_requested(batch, ledger, &id) ||
            has_rival(batch, &id))
            continue;
        *link = doc->event.next;
        batch->held_count--;
        *index = (uint32_t)found;
        return doc;
    }
    return NULL;
}

/* ---- ids --------------------------------------------------------------- */

/* No id is open again before the response has ended. */
bool batch_advance(struct batch *batch, const struct ledger *ledger)
{
    uint32_t count = batch->request.settled.count;

    while (batch->first_open < count &&
           ledger->states[batch->ids[batch->first_open]] != ID_OPEN)
        batch->first_open++;
    return batch->first_open == count;
}

void batch_drop_settled(struct batch *batch, const struct ledger *ledger)
{
    uint32_t i, kept = 0;

    for (i = 0; i < batch->request.settled.count; i++)
        if (!ledger->states[batch->ids[i]])
            batch->ids[kept++] = batch->ids[i];
    batch->request.settled.count = kept;
}

bool batch_ask_again(const struct batch *batch, struct ledger *ledger)
{
    return ledger_ask_again(ledger, batch->ids, batch->request.settled.count,
                            batch->unreadable > 0);
}

void batch_settle_all(const struct batch *batch, struct ledger *ledger)
{
    uint32_t i;

    for (i = 0; i < batch->request.settled.count; i++)
        ledger_settle(ledger, batch->ids[i]);
}

const char *batch_unreadable_text(const struct batch *batch)
{
    return batch->unreadable_code == LUMA_ERR_TOO_LARGE
               ? "the task is over max_task, or too deep"
               : "the task is not JSON";
}
