/* SPDX-License-Identifier: MIT */
/* A host with eight Lua states, each on a thread of its own:
 *   several SCRIPT ARGUMENTS...
 *
 * Runs the script in all of them at once, with the number of the state as
 * its first argument, and closes each as soon as its script has ended; and all
 * that three times. Prints what was raised, and how many threads stay. */
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "linked.h"

enum { STATES = 8, ROUNDS = 3, MAX_WORDS = 8, PATIENCE_S = 20 };

static char **arguments; /* SCRIPT and its own */
static pthread_barrier_t start;

static void *live(void *number)
{
    lua_State *L = linked_state();
    char *words[MAX_WORDS] = {number}, **next = words + 1;
    char **from = arguments + 1;

    while (*from && next < words + MAX_WORDS - 1)
        *next++ = *from++;
    pthread_barrier_wait(&start);
    linked_run(L, arguments[0], words);
    lua_close(L);
    return NULL;
}

static void *nothing(void *unused)
{
    return unused;
}

static void begin(pthread_t *thread, void *(*run)(void *), void *arg)
{
    if (pthread_create(thread, NULL, run, arg) != 0)
        abort();
}

static void play(void)
{
    static char numbers[STATES][2];
    pthread_t threads[STATES];
    int i;

    for (i = 0; i < STATES; i++) {
        numbers[i][0] = (char)('1' + i);
        begin(&threads[i], live, numbers[i]);
    }
    for (i = 0; i < STATES; i++)
        pthread_join(threads[i], NULL);
}

static int count_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    int count = 0;

    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    const struct timespec moment = {0, 1000000};
    time_t end = time(NULL) + PATIENCE_S;
    pthread_t first;
    int own, others, i;

    if (argc < 2)
        return 2;
    arguments = argv + 1;
    pthread_barrier_init(&start, NULL, STATES);
    begin(&first, nothing, NULL); /* a sanitizer has one of its own then */
    pthread_join(first, NULL);
    own = count_threads();
    for (i = 0; i < ROUNDS; i++)
        play();
    while ((others = count_threads() - own) > 0 && time(NULL) < end)
        nanosleep(&moment, NULL);
    printf("%d threads\n", others);
    return 0;
}
