/* SPDX-License-Identifier: MIT */
/* A process that has used up what luma needs for its handlers is told so. */
#include <pthread.h>

#include "check.h"
#include "luma.h"

static void take_all_keys(void)
{
    pthread_key_t key;

    while (pthread_key_create(&key, NULL) == 0)
        ;
}

int main(void)
{
    const struct luma_options options = {.token = "sk-test"};
    struct luma_error error;

    take_all_keys();
    CHECK(luma_client_new(&options, &error) == NULL);
    CHECK_INT(error.code, LUMA_ERR_THREAD);
    CHECK(strstr(error.message, "could not register its exit and fork") !=
          NULL);
    CHECK(luma_init() != NULL);
    return check_done();
}
