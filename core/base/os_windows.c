/* SPDX-License-Identifier: MIT */
/* Windows. When handlers of a DLL run at exit, its threads have been stopped,
 * so there is nothing to wait for: a libcurl with Schannel has no handlers that
 * threads could still need. */
#ifdef _WIN32
#include "base/os.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>
/* needs windows.h */
#include <bcrypt.h>

#include "base/clock.h"

void os_init_condition(pthread_cond_t *condition)
{
    pthread_cond_init(condition, NULL);
}

bool os_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until)
{
    int64_t left = until - clock_ms();
    struct timespec time = {0};

    if (left > 0) {
        time.tv_sec = (time_t)(left / 1000);
        time.tv_nsec = (long)(left % 1000) * 1000000;
    }
    return pthread_cond_timedwait_relative_np(condition, lock, &time) == 0;
}

int os_create_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
    return pthread_create(thread, NULL, run, arg);
}

/* A thread that has waited gets a higher priority for a moment, unless it says
 * that it does not want that. */
void os_lower_priority(void)
{
    SetThreadPriorityBoost(GetCurrentThread(), TRUE);
}

bool os_register(const struct os_handlers *handlers)
{
    static const char own;
    HMODULE module;

    (void)handlers;
    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                  GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                              (const void *)&own, &module);
}

/* Windows counts its starts. */
void os_boot_name(char name[OS_BOOT_SIZE])
{
    static const wchar_t key[] =
        L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\"
        L"Memory Management\\PrefetchParameters";
    DWORD id = 0, size = sizeof id;

    strcpy(name, "-");
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, L"BootId", RRF_RT_REG_DWORD, NULL,
                     &id, &size) == ERROR_SUCCESS)
        snprintf(name, OS_BOOT_SIZE, "%lu", (unsigned long)id);
}

bool os_random(void *bytes, size_t n)
{
    return BCryptGenRandom(NULL, bytes, (ULONG)n,
                           BCRYPT_USE_SYSTEM_PREFERRED_RNG) >= 0;
}
#endif
