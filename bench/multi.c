/* SPDX-License-Identifier: MIT */
/* Eight easy handles on one multi handle. */
#include "multi.h"

#include <stdlib.h>
#include <string.h>

static size_t on_bytes(char *bytes, size_t size, size_t n, void *user)
{
    struct multi_reply *r = user;

    n *= size;
    if (r->keep && r->len + n > r->room) {
        size_t room = r->room ? r->room * 2 : 1 << 16;
        char *data;

        while (room < r->len + n)
            room *= 2;
        data = realloc(r->data, room);
        if (!data)
            return 0;
        r->data = data;
        r->room = room;
    }
    if (r->keep)
        memcpy(r->data + r->len, bytes, n);
    r->len += n;
    return n;
}

static struct curl_slist *headers(void)
{
    static struct curl_slist type = {(char *)"Content-Type: application/json",
                                     NULL};
    static struct curl_slist expect = {(char *)"Expect:", &type};

    return &expect;
}

CURL *multi_easy(struct multi_reply *reply, const char *url, const char *ca)
{
    CURL *easy = curl_easy_init();

    reply->easy = easy;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers());
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, reply);
    return easy;
}

static void send_next(struct multi *m, struct multi_reply *r)
{
    if (m->next == m->count)
        return;
    r->request = m->next++;
    r->len = 0;
    curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, m->bodies[r->request]);
    curl_multi_add_handle(m->handle, r->easy);
}

bool multi_start(struct multi *m, const char *url, const char *ca,
                 const char *const *bodies, size_t count, bool keep)
{
    size_t i;

    memset(m, 0, sizeof *m);
    m->handle = curl_multi_init();
    m->bodies = bodies;
    m->count = count;
    for (i = 0; i < MULTI_CONNECTIONS; i++) {
        m->replies[i].keep = keep;
        if (!multi_easy(&m->replies[i], url, ca))
            return false;
        send_next(m, &m->replies[i]);
    }
    return m->handle != NULL;
}

static const struct multi_reply *finished(struct multi *m, CURLMsg *message)
{
    CURLcode result = message->data.result;
    char *reply;

    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &reply);
    curl_multi_remove_handle(m->handle, message->easy_handle);
    if (result != CURLE_OK) {
        m->error = curl_easy_strerror(result);
        return NULL;
    }
    m->last = (struct multi_reply *)reply;
    return m->last;
}

bool multi_work(struct multi *m)
{
    int running = 0;

    curl_multi_perform(m->handle, &running);
    return running > 0;
}

const struct multi_reply *multi_take(struct multi *m)
{
    CURLMsg *message;
    int n;

    if (m->last)
        send_next(m, m->last);
    m->last = NULL;
    message = curl_multi_info_read(m->handle, &n);
    return message ? finished(m, message) : NULL;
}

const struct multi_reply *multi_next(struct multi *m)
{
    const struct multi_reply *reply = multi_take(m);

    while (!reply && !m->error) {
        bool running = multi_work(m);

        reply = multi_take(m);
        if (!reply && !running)
            return NULL;
        if (!reply)
            curl_multi_poll(m->handle, NULL, 0, 1000, NULL);
    }
    return reply;
}

void multi_end(struct multi *m)
{
    size_t i;

    for (i = 0; i < MULTI_CONNECTIONS; i++) {
        curl_multi_remove_handle(m->handle, m->replies[i].easy);
        curl_easy_cleanup(m->replies[i].easy);
        free(m->replies[i].data);
    }
    curl_multi_cleanup(m->handle);
}
