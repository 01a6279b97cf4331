/* SPDX-License-Identifier: MIT */
/* Windows. Whoever has the file open shares it with readers only: that is the
 * lock, and it ends with the process. New files have the permissions of their
 * directory. */
#ifdef _WIN32
#define _WIN32_WINNT 0x0A000002 /* as mingw counts: Windows 10 of 2016 */
#include "file/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/process.h"
#include "file/win32.h"

struct disk {
    wchar_t *dir;  /* absolute, ends with a backslash, of any length */
    HANDLE file;   /* locked, or INVALID_HANDLE_VALUE */
    wchar_t *path; /* of the file, while it is locked */
};

/* ---- the directory ------------------------------------------------------ */

/* Beyond 260 characters, Windows takes only paths that begin like this. */
static wchar_t *long_path(const char *dir)
{
    wchar_t *wide = win32_wide(dir), *text;
    size_t n = wide ? wcslen(wide) : 0;
    const wchar_t *end = n && wide[n - 1] == L'\\' ? L"" : L"\\";

    if (wide && wcsncmp(wide, L"\\\\?\\", 4) == 0)
        text = win32_join(wide, L"", end);
    else if (wide && wcsncmp(wide, L"\\\\", 2) == 0)
        text = win32_join(L"\\\\?\\UNC\\", wide + 2, end);
    else
        text = win32_join(L"\\\\?\\", wide, end);
    free(wide);
    return text;
}

/* The path of a file in the directory. NULL: out of memory. */
static wchar_t *path_of(const struct disk *disk, const char *name)
{
    wchar_t *wide = win32_wide(name);
    wchar_t *path = win32_join(disk->dir, wide, L"");

    free(wide);
    if (!path)
        errno = ENOMEM;
    return path;
}

/* A file is not found if a backslash follows its name. */
static bool is_folder(wchar_t *path)
{
    wchar_t *end = path + wcslen(path) - 1;
    DWORD what;

    if (end[-1] != L':')
        *end = L'\0';
    what = GetFileAttributesW(path);
    *end = L'\\';
    if (what == INVALID_FILE_ATTRIBUTES)
        return win32_check(false);
    errno = ENOTDIR;
    return what & FILE_ATTRIBUTE_DIRECTORY;
}

struct disk *disk_open(const char *dir)
{
    struct disk *disk = calloc(1, sizeof *disk);
    int number;

    errno = ENOMEM;
    if (!disk)
        return NULL;
    disk->file = INVALID_HANDLE_VALUE;
    disk->dir = long_path(dir);
    if (disk->dir && is_folder(disk->dir))
        return disk;
    number = errno;
    disk_close(disk);
    errno = number;
    return NULL;
}

void disk_close(struct disk *disk)
{
    if (!disk)
        return;
    if (disk_is_locked(disk))
        disk_unlock(disk);
    free(disk->dir);
    free(disk);
}

bool disk_may_use(const struct disk *disk, const char *name)
{
    wchar_t *path = path_of(disk, name);
    DWORD what = path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    free(path);
    errno = EISDIR;
    return what == INVALID_FILE_ATTRIBUTES ||
           !(what & FILE_ATTRIBUTE_DIRECTORY);
}

int64_t disk_size_of(const struct disk *disk, const char *name)
{
    wchar_t *path = path_of(disk, name);
    WIN32_FILE_ATTRIBUTE_DATA i;
    bool there = path &&
                 GetFileAttributesExW(path, GetFileExInfoStandard, &i) &&
                 !(i.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);

    free(path);
    return there ? (int64_t)((uint64_t)i.nFileSizeHigh << 32 | i.nFileSizeLow)
                 : -1;
}

/* ---- the lock ----------------------------------------------------------- */

bool disk_find_mode(struct disk *disk, const char *spare)
{
    (void)disk, (void)spare;
    return true;
}

/* Programs that look at each new file have it open for a moment. Repeats what
 * fails in this way: twelve tries take about a second. */
static bool may_pass(int tries, int most)
{
    DWORD error = GetLastError();

    if (tries >= most ||
        (error != ERROR_SHARING_VIOLATION && error != ERROR_ACCESS_DENIED &&
         error != ERROR_DELETE_PENDING))
        return false;
    process_pause();
    Sleep(tries * 15);
    process_resume();
    return true;
}

static HANDLE open_file(const wchar_t *path, DWORD how)
{
    return CreateFileW(path, GENERIC_READ | GENERIC_WRITE | DELETE,
                       FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, how,
                       FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
                       NULL);
}

static bool is_own(HANDLE file)
{
    BY_HANDLE_FILE_INFORMATION i;

    return GetFileInformationByHandle(file, &i) && i.nNumberOfLinks == 1 &&
           !(i.dwFileAttributes &
             (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT));
}

/* Opens the file, or creates it in the place of what is not luma's own. If it
 * is locked, that is most likely by another download. */
static HANDLE take(const wchar_t *path)
{
    int tries = 0;
    HANDLE file;

    do
        file = open_file(path, OPEN_ALWAYS);
    while (file == INVALID_HANDLE_VALUE && may_pass(++tries, 3));
    if (file == INVALID_HANDLE_VALUE || is_own(file))
        return file;
    CloseHandle(file);
    return DeleteFileW(path) ? open_file(path, CREATE_NEW)
                             : INVALID_HANDLE_VALUE;
}

bool disk_lock(struct disk *disk, const char *name)
{
    disk->path = path_of(disk, name);
    if (!disk->path)
        return false;
    disk->file = take(disk->path);
    if (win32_check(disk_is_locked(disk)))
        return true;
    free(disk->path);
    disk->path = NULL;
    return false;
}

bool disk_is_locked(const struct disk *disk)
{
    return disk->file != INVALID_HANDLE_VALUE;
}

void disk_unlock(struct disk *disk)
{
    CloseHandle(disk->file);
    disk->file = INVALID_HANDLE_VALUE;
    free(disk->path);
    disk->path = NULL;
}

static uint64_t id_of(const BY_HANDLE_FILE_INFORMATION *i)
{
    return (uint64_t)i->nFileIndexHigh << 32 | i->nFileIndexLow;
}

/* Whether somebody has removed it. It may bear its name until it is closed. */
static bool is_removed(HANDLE file)
{
    FILE_STANDARD_INFO i;

    return GetFileInformationByHandleEx(file, FileStandardInfo, &i, sizeof i) &&
           i.DeletePending;
}

/* Others can rename and remove it while it is open. */
bool disk_is_current(const struct disk *disk)
{
    HANDLE there =
        CreateFileW(disk->path, FILE_READ_ATTRIBUTES,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    BY_HANDLE_FILE_INFORMATION named, own;
    bool same;

    if (there == INVALID_HANDLE_VALUE)
        return false;
    same = !is_removed(disk->file) &&
           GetFileInformationByHandle(there, &named) &&
           GetFileInformationByHandle(disk->file, &own) &&
           id_of(&named) == id_of(&own) &&
           named.dwVolumeSerialNumber == own.dwVolumeSerialNumber;
    CloseHandle(there);
    return same;
}

/* ---- content ------------------------------------------------------------ */

bool disk_read_stamp(const struct disk *disk, struct disk_stamp *stamp)
{
    BY_HANDLE_FILE_INFORMATION i;

    if (!win32_check(GetFileInformationByHandle(disk->file, &i)))
        return false;
    stamp->id = id_of(&i);
    stamp->size = (uint64_t)i.nFileSizeHigh << 32 | i.nFileSizeLow;
    stamp->time = (uint64_t)i.ftLastWriteTime.dwHighDateTime << 32 |
                  i.ftLastWriteTime.dwLowDateTime;
    return true;
}

/* The system may note the time of the last write as late as the file is closed.
 * Once it has been set, it stays. */
void disk_settle(const struct disk *disk)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    SetFileTime(disk->file, NULL, NULL, &now);
}

bool disk_empty(const struct disk *disk)
{
    LARGE_INTEGER start = {.QuadPart = 0};

    return win32_check(SetFilePointerEx(disk->file, start, NULL, FILE_BEGIN) &&
                       SetEndOfFile(disk->file));
}

static OVERLAPPED place_of(int64_t at)
{
    OVERLAPPED place = {0};

    place.Offset = (DWORD)at;
    place.OffsetHigh = (DWORD)(at >> 32);
    return place;
}

bool disk_write(const struct disk *disk, const char *bytes, size_t n,
                int64_t at)
{
    while (n > 0) {
        OVERLAPPED place = place_of(at);
        DWORD most = n > 1 << 30 ? 1 << 30 : (DWORD)n, written = 0;

        if (!win32_check(WriteFile(disk->file, bytes, most, &written, &place)))
            return false;
        at += written;
        bytes += written;
        n -= written;
    }
    return true;
}

bool disk_has(const struct disk *disk, char c, int64_t at)
{
    OVERLAPPED place = place_of(at);
    DWORD n = 0;
    char found;

    return ReadFile(disk->file, &found, 1, &n, &place) && n == 1 && found == c;
}

void disk_share(const struct disk *disk, bool shared)
{
    (void)disk, (void)shared;
}

bool disk_sync(const struct disk *disk)
{
    return win32_check(FlushFileBuffers(disk->file));
}

/* The file is still open, under its new name. */
void disk_sync_name(const struct disk *disk)
{
    if (disk_is_locked(disk))
        FlushFileBuffers(disk->file);
}

/* ---- the final name ----------------------------------------------------- */

/* By its handle, so that it is this file.
 * Windows 10 replaces a file also while others have it open, if they allow
 * that; older ones do not know this call. */
static bool rename_once(HANDLE file, FILE_RENAME_INFO *to, DWORD size)
{
    to->Flags = FILE_RENAME_FLAG_REPLACE_IF_EXISTS |
                FILE_RENAME_FLAG_POSIX_SEMANTICS;
    if (SetFileInformationByHandle(file, FileRenameInfoEx, to, size))
        return true;
    to->Flags = 0;
    to->ReplaceIfExists = TRUE;
    return SetFileInformationByHandle(file, FileRenameInfo, to, size);
}

bool disk_rename(const struct disk *disk, const char *name, const char *spare)
{
    wchar_t *path = path_of(disk, name);
    size_t n = path ? wcslen(path) * sizeof *path : 0;
    FILE_RENAME_INFO *to = path ? calloc(1, sizeof *to + n) : NULL;
    int tries = 0;
    bool good = false;

    (void)spare;
    errno = to ? ENOENT : ENOMEM;
    if (to && disk_is_current(disk)) {
        to->FileNameLength = (DWORD)n;
        memcpy(to->FileName, path, n);
        do
            good = rename_once(disk->file, to, (DWORD)(sizeof *to + n));
        while (!good && may_pass(++tries, 12));
        win32_check(good);
    }
    free(to);
    free(path);
    return good;
}

/* ---- other files in the directory --------------------------------------- */

bool disk_remove(const struct disk *disk, const char *name)
{
    wchar_t *path = path_of(disk, name);
    bool gone = path && DeleteFileW(path);
    DWORD error = gone ? 0 : GetLastError();

    free(path);
    if (!path || gone || error == ERROR_FILE_NOT_FOUND)
        return path != NULL;
    errno = win32_errno(error);
    return false;
}

static HANDLE open_other(const struct disk *disk, const char *name,
                         DWORD access, DWORD how)
{
    wchar_t *path = path_of(disk, name);
    HANDLE file = INVALID_HANDLE_VALUE;

    if (path)
        file = CreateFileW(path, access, FILE_SHARE_READ, NULL, how,
                           FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (path)
        win32_check(file != INVALID_HANDLE_VALUE);
    free(path);
    if (file == INVALID_HANDLE_VALUE || is_own(file))
        return file;
    CloseHandle(file);
    if (disk_remove(disk, name))
        errno = ENOENT;
    return INVALID_HANDLE_VALUE;
}

int disk_read_other(const struct disk *disk, const char *name, char *text,
                    size_t capacity)
{
    HANDLE file = open_other(disk, name, GENERIC_READ, OPEN_EXISTING);
    DWORD n = 0;
    bool good;

    if (file == INVALID_HANDLE_VALUE)
        return -1;
    good = win32_check(ReadFile(file, text, (DWORD)capacity, &n, NULL));
    CloseHandle(file);
    return good ? (int)n : -1;
}

bool disk_write_other(const struct disk *disk, const char *name,
                      const char *text, size_t n)
{
    HANDLE file = open_other(disk, name, GENERIC_WRITE, OPEN_ALWAYS);
    DWORD written = 0;
    bool good;

    if (file == INVALID_HANDLE_VALUE && errno == ENOENT)
        file = open_other(disk, name, GENERIC_WRITE, CREATE_NEW);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    good = win32_check(WriteFile(file, text, (DWORD)n, &written, NULL) &&
                       written == n && SetEndOfFile(file));
    CloseHandle(file);
    return good;
}
#endif
