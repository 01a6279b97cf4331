/* SPDX-License-Identifier: MIT */
/* Windows. */
#ifdef _WIN32
#include "file/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/ascii.h"
#include "file/win32.h"

static char *to_utf8(const wchar_t *wide)
{
    int n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = n ? malloc((size_t)n) : NULL;

    if (text)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, n, NULL, NULL);
    return text;
}

char *path_absolute(const char *dir)
{
    wchar_t *wide = win32_wide(dir), *full = NULL;
    DWORD n = wide ? GetFullPathNameW(wide, 0, NULL, NULL) : 0, length = 0;
    char *text = NULL;

    if (n)
        full = malloc(n * sizeof *full);
    if (full) /* another thread may change the directory meanwhile */
        length = GetFullPathNameW(wide, n, full, NULL);
    if (length && length < n)
        text = to_utf8(full);
    errno = text ? 0 : wide && !n ? ENOENT : ENOMEM;
    free(full);
    free(wide);
    return text;
}

const char *path_last_separator(const char *path)
{
    const char *last = NULL;

    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            last = path;
    return last;
}

/* C: is the current directory of that drive, and C:/ another one. */
const char *path_joint(const char *dir)
{
    size_t n = strlen(dir);

    return n && strchr("/\\:", dir[n - 1]) ? "" : "/";
}

bool path_is_readable(const char *path)
{
    wchar_t *wide = win32_wide(path);
    bool there = wide && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;

    free(wide);
    return there;
}

/* ---- names -------------------------------------------------------------- */

/* Whether the name ends with a digit from 1 to 9, or a small one from 1 to 3
 * (UTF-8). */
static bool ends_with_digit(const char *name, size_t n)
{
    static const char *const small[] = {"\xC2\xB9", "\xC2\xB2", "\xC2\xB3"};
    size_t i;

    for (i = 0; n == 5 && i < 3; i++)
        if (!memcmp(name + 3, small[i], 2))
            return true;
    return n == 4 && name[3] >= '1' && name[3] <= '9';
}

/* What stands before the first dot decides, without the blanks before it. */
static bool is_device(const char *name)
{
    static const char *const plain[] = {"con", "prn",    "aux",
                                        "nul", "conin$", "conout$"};
    size_t n = strcspn(name, "."), i;

    while (n > 0 && name[n - 1] == ' ')
        n--;
    for (i = 0; i < sizeof plain / sizeof *plain; i++)
        if (n == strlen(plain[i]) && ascii_same_bytes(name, plain[i], n))
            return true;
    return ends_with_digit(name, n) && (ascii_same_bytes(name, "com", 3) ||
                                        ascii_same_bytes(name, "lpt", 3));
}

const char *path_name_problem(const char *name)
{
    size_t n = strlen(name), i;

    if (!n || !strcmp(name, ".") || !strcmp(name, ".."))
        return "must end with the name of a file";
    for (i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || strchr("<>:\"|?*", name[i]))
            return "has a character that names of files cannot have";
    if (name[n - 1] == '.' || name[n - 1] == ' ')
        return "must not end with a dot or a space";
    return is_device(name) ? "is the name of a device" : NULL;
}

bool path_name_is_unique(const char *name)
{
    return !strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
           !path_name_problem(name);
}
#endif
