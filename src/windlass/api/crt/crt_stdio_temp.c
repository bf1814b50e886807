/* Temporary files and their names ("tmpfile", "tmpnam, _wtmpnam", "_tempnam, _wtempnam", "_mktemp, _wmktemp"). */
#include <stdio.h>
#include <unistd.h>

#include "codepage.h"
#include "crt_stdio.h"
#include "path.h"

API_USE(DWORD, GetTempPathW, DWORD, LPWSTR);

enum { NAME_SIZE = 260 };

/* Makes names of this process differ. */
static unsigned name_counter;

static bool exists(const WCHAR *path) { return api_GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES; }

/* folder\prefixPID.N; false when it does not fit. */
static bool make_name(WCHAR name[NAME_SIZE], const WCHAR *folder, const WCHAR *prefix) {
    size_t length = wide_length(folder), prefix_length = wide_length(prefix);
    if (length + prefix_length + 24 > NAME_SIZE)
        return false;
    memcpy(name, folder, length * sizeof *name);
    if (length && !is_path_separator(name[length - 1]))
        name[length++] = '\\';
    memcpy(name + length, prefix, prefix_length * sizeof *name);
    char text[24];
    int text_length = snprintf(text, sizeof text, "%x.%x", (unsigned)getpid(),
                               __atomic_fetch_add(&name_counter, 1, __ATOMIC_RELAXED));
    for (int i = 0; i <= text_length; i++)
        name[length + prefix_length + (size_t)i] = (WCHAR)text[i];
    return true;
}

/* A name in the folder that no file has. */
static bool unused_name(WCHAR name[NAME_SIZE], const WCHAR *folder, const WCHAR *prefix) {
    do {
        if (!make_name(name, folder, prefix)) {
            crt_fail(CRT_ENOENT);
            return false;
        }
    } while (exists(name));
    return true;
}

static bool temporary_name(WCHAR name[NAME_SIZE]) {
    WCHAR folder[NAME_SIZE];
    DWORD length = api_GetTempPathW(NAME_SIZE, folder);
    return length && length < NAME_SIZE && unused_name(name, folder, u"s");
}

/* ---- tmpfile ---- */

static struct crt_file *open_temporary(int share) {
    WCHAR name[NAME_SIZE];
    static const struct open_mode mode = {
        CRT_O_RDWR | CRT_O_CREAT | CRT_O_EXCL | CRT_O_BINARY | CRT_O_TEMPORARY, STREAM_UPDATE | STREAM_TEMPORARY};
    struct crt_file *file = stream_new();
    if (!file)
        return NULL;
    int fd = -1;
    errno_t error = CRT_EEXIST;
    for (int i = 0; i < 100 && error == CRT_EEXIST && temporary_name(name); i++)
        error = fd_open(&fd, name, mode.fd_flags, share, CRT_S_IREAD | CRT_S_IWRITE);
    if (fd >= 0)
        stream_set_open(file, fd, mode.stream_flags);
    else
        file->flags = 0;
    stream_unlock(file);
    return fd >= 0 ? file : NULL;
}

API(CRT_DLLS, struct crt_file *, tmpfile, void) { return open_temporary(CRT_SH_DENYNO); }

API(CRT_DLLS, errno_t, tmpfile_s, struct crt_file **result) {
    CRT_VALIDATE(result, CRT_EINVAL, CRT_EINVAL);
    *result = open_temporary(CRT_SH_DENYRW);
    return *result ? 0 : crt_thread()->error;
}

/* Closes the temporary files, which deletes them. */
API(CRT_DLLS, int, _rmtmp, void) {
    int removed = 0;
    for (struct stream *stream = stream_newest(); stream; stream = stream->older) {
        struct crt_file *file = stream->file;
        if (!(file->flags & STREAM_TEMPORARY))
            continue;
        stream_lock(file);
        if ((file->flags & STREAM_TEMPORARY) && stream_close(file) == 0)
            removed++;
        stream_unlock(file);
    }
    return removed;
}

/* ---- tmpnam ---- */

/* The thread's own buffer for tmpnam(NULL). */
static void *own_buffer(void **buffer, size_t size) {
    if (!*buffer)
        *buffer = malloc(size);
    return *buffer;
}

API(CRT_DLLS, WCHAR *, _wtmpnam, WCHAR *buffer) {
    WCHAR name[NAME_SIZE];
    if (!temporary_name(name))
        return NULL;
    if (!buffer)
        buffer = own_buffer((void **)&crt_thread()->wide_tmpnam_text, sizeof name);
    return buffer ? memcpy(buffer, name, sizeof *name * (wide_length(name) + 1)) : NULL;
}

API(CRT_DLLS, char *, tmpnam, char *buffer) {
    WCHAR name[NAME_SIZE];
    char *text = temporary_name(name) ? path_ansi_from_wide(name) : NULL;
    if (text && !buffer)
        buffer = own_buffer((void **)&crt_thread()->tmpnam_text, NAME_SIZE * 3);
    if (text && buffer)
        strcpy(buffer, text);
    char *result = text ? buffer : NULL;
    free(text);
    return result;
}

API(CRT_DLLS, errno_t, _wtmpnam_s, WCHAR *buffer, size_t size) {
    WCHAR name[NAME_SIZE];
    CRT_VALIDATE(buffer, CRT_EINVAL, CRT_EINVAL);
    if (!temporary_name(name))
        return crt_thread()->error;
    size_t needed = wide_length(name) + 1;
    if (size)
        *buffer = 0;
    CRT_VALIDATE(needed <= size, CRT_ERANGE, CRT_ERANGE);
    memcpy(buffer, name, needed * sizeof *name);
    return 0;
}

API(CRT_DLLS, errno_t, tmpnam_s, char *buffer, size_t size) {
    WCHAR name[NAME_SIZE];
    CRT_VALIDATE(buffer, CRT_EINVAL, CRT_EINVAL);
    char *text = temporary_name(name) ? path_ansi_from_wide(name) : NULL;
    if (!text)
        return CRT_ENOMEM;
    size_t needed = strlen(text) + 1;
    if (size)
        *buffer = 0;
    if (needed <= size)
        memcpy(buffer, text, needed);
    free(text);
    CRT_VALIDATE(needed <= size, CRT_ERANGE, CRT_ERANGE);
    return 0;
}

/* ---- _tempnam: in the TMP folder, else in the given one, else in the current one; from the program's heap ---- */

static bool is_folder(const WCHAR *path) {
    DWORD attributes = api_GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static bool name_in(WCHAR name[NAME_SIZE], const WCHAR *folder, const WCHAR *prefix) {
    WCHAR temporary[NAME_SIZE];
    DWORD length = api_GetTempPathW(NAME_SIZE, temporary);
    if (length && length < NAME_SIZE && is_folder(temporary))
        folder = temporary;
    else if (!folder || !is_folder(folder))
        folder = u".";
    return unused_name(name, folder, prefix ? prefix : u"");
}

API(CRT_DLLS, WCHAR *, _wtempnam, const WCHAR *folder, const WCHAR *prefix) {
    WCHAR name[NAME_SIZE];
    if (!name_in(name, folder, prefix))
        return NULL;
    size_t size = (wide_length(name) + 1) * sizeof *name;
    WCHAR *result = crt_malloc(size);
    return result ? memcpy(result, name, size) : NULL;
}

API(CRT_DLLS, char *, _tempnam, const char *folder, const char *prefix) {
    WCHAR name[NAME_SIZE];
    WCHAR *wide_folder = folder ? crt_wide_path(folder) : NULL, *wide_prefix = prefix ? crt_wide_path(prefix) : NULL;
    char *text = name_in(name, wide_folder, wide_prefix) ? path_ansi_from_wide(name) : NULL;
    char *result = text ? crt_malloc(strlen(text) + 1) : NULL;
    if (result)
        strcpy(result, text);
    free(text);
    free(wide_folder);
    free(wide_prefix);
    return result;
}

/* ---- _mktemp: "baseXXXXXX" becomes "basea01234", a letter and five digits of the thread's identity ---- */

enum { MARKS = 6 };

/* Fills the digits and gives the index of the letter; -1 when the template does not end in six X. */
static ptrdiff_t fill_template(WCHAR *name) {
    size_t length = wide_length(name);
    if (length < MARKS)
        return -1;
    WCHAR *marks = name + length - MARKS;
    unsigned identity = (unsigned)(uintptr_t)teb_self()->ThreadId;
    for (int i = 0; i < MARKS; i++)
        if (marks[i] != 'X')
            return -1;
    for (int i = MARKS - 1; i > 0; i--, identity /= 10)
        marks[i] = (WCHAR)('0' + identity % 10);
    return marks - name;
}

static errno_t make_temporary_name(WCHAR *name) {
    ptrdiff_t letter = fill_template(name);
    if (letter < 0)
        return CRT_EINVAL;
    for (name[letter] = 'a'; name[letter] <= 'z'; name[letter]++)
        if (!exists(name))
            return 0;
    return CRT_EEXIST;
}

/* The narrow forms find the name in UTF-16 and take over its last six characters. */
static errno_t make_temporary_name_narrow(char *name) {
    WCHAR *wide = crt_wide_path(name);
    if (!wide)
        return CRT_ENOMEM;
    errno_t error = make_temporary_name(wide);
    if (!error) {
        size_t length = strlen(name), wide_name_length = wide_length(wide);
        for (size_t i = 1; i <= MARKS; i++)
            name[length - i] = (char)wide[wide_name_length - i];
    }
    free(wide);
    return error;
}

API(CRT_DLLS, errno_t, _wmktemp_s, WCHAR *name, size_t size) {
    CRT_VALIDATE(name && size, CRT_EINVAL, CRT_EINVAL);
    bool ended = false;
    for (size_t i = 0; i < size && !ended; i++)
        ended = !name[i];
    errno_t error = ended ? make_temporary_name(name) : CRT_EINVAL;
    if (!error)
        return 0;
    *name = 0;
    if (error == CRT_EINVAL)
        return crt_invalid(error);
    crt_fail(error);
    return error;
}

API(CRT_DLLS, errno_t, _mktemp_s, char *name, size_t size) {
    CRT_VALIDATE(name && size, CRT_EINVAL, CRT_EINVAL);
    errno_t error = memchr(name, 0, size) ? make_temporary_name_narrow(name) : CRT_EINVAL;
    if (!error)
        return 0;
    *name = 0;
    if (error == CRT_EINVAL)
        return crt_invalid(error);
    crt_fail(error);
    return error;
}

API(CRT_DLLS, WCHAR *, _wmktemp, WCHAR *name) {
    CRT_VALIDATE(name, CRT_EINVAL, NULL);
    return api__wmktemp_s(name, wide_length(name) + 1) ? NULL : name;
}

API(CRT_DLLS, char *, _mktemp, char *name) {
    CRT_VALIDATE(name, CRT_EINVAL, NULL);
    return api__mktemp_s(name, strlen(name) + 1) ? NULL : name;
}
