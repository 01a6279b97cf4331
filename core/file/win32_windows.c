/* SPDX-License-Identifier: MIT */
/* Texts and errors of Windows. */
#ifdef _WIN32
#include "file/win32.h"

#include <errno.h>
#include <stdlib.h>
#include <windows.h>

enum { DISK_QUOTA_EXCEEDED = 1295 }; /* mingw's headers lack its name */

/* A program gets its arguments in the ANSI code page. */
wchar_t *win32_wide(const char *text)
{
    UINT page = CP_UTF8;
    int n = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide;

    if (!n) {
        page = CP_ACP;
        n = MultiByteToWideChar(page, 0, text, -1, NULL, 0);
    }
    wide = n ? malloc((size_t)n * sizeof *wide) : NULL;
    if (wide)
        MultiByteToWideChar(page, 0, text, -1, wide, n);
    return wide;
}

wchar_t *win32_join(const wchar_t *a, const wchar_t *b, const wchar_t *c)
{
    wchar_t *text = NULL;

    if (a && b && c)
        text = malloc((wcslen(a) + wcslen(b) + wcslen(c) + 1) * sizeof *text);
    if (text) {
        wcscpy(text, a);
        wcscat(text, b);
        wcscat(text, c);
    }
    return text;
}

int win32_errno(unsigned long error)
{
    static const struct {
        DWORD error;
        int number;
    } table[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},
        {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_DRIVE, ENOENT},
        {ERROR_BAD_NETPATH, ENOENT},
        {ERROR_BAD_NET_NAME, ENOENT},
        {ERROR_ACCESS_DENIED, EACCES},
        {ERROR_SHARING_VIOLATION, EBUSY},
        {ERROR_LOCK_VIOLATION, EBUSY},
        {ERROR_DELETE_PENDING, EBUSY},
        {ERROR_WRITE_PROTECT, EROFS},
        {ERROR_DISK_FULL, ENOSPC},
        {ERROR_HANDLE_DISK_FULL, ENOSPC},
        {DISK_QUOTA_EXCEEDED, ENOSPC},
        {ERROR_FILE_TOO_LARGE, EFBIG},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
        {ERROR_OUTOFMEMORY, ENOMEM},
        {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
        {ERROR_INVALID_NAME, EINVAL},
        {ERROR_BAD_PATHNAME, EINVAL},
        {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_ALREADY_EXISTS, EEXIST},
        {ERROR_DIRECTORY, ENOTDIR},
        {ERROR_NOT_SUPPORTED, ENOSYS},
    };
    size_t i = 0;

    while (i < sizeof table / sizeof *table && table[i].error != error)
        i++;
    return i < sizeof table / sizeof *table ? table[i].number : EIO;
}

bool win32_check(bool good)
{
    if (!good)
        errno = win32_errno(GetLastError());
    return good;
}
#endif
