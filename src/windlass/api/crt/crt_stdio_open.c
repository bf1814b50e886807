/* Opening streams ("fopen, _wfopen", "freopen, _wfreopen", "_fdopen, _wfdopen", "tmpfile", "tmpnam"). */
#include "crt_stdio.h"
#include "path.h"

/* ---- modes ---- */

static bool starts_with(const WCHAR *text, const char *prefix) {
    while (*prefix)
        if (*text++ != (WCHAR)*prefix++)
            return false;
    return true;
}

static bool same_no_case(const WCHAR *text, const char *name) {
    for (; *name; text++, name++)
        if ((*text | 0x20) != (*name | 0x20))
            return false;
    while (*text == ' ')
        text++;
    return *text == 0;
}

static const WCHAR *skip_blanks(const WCHAR *text) {
    while (*text == ' ')
        text++;
    return text;
}

/* ", ccs=UTF-8" behind the letters. */
static bool parse_encoding(const WCHAR *text, struct open_mode *result) {
    text = skip_blanks(text);
    if (!starts_with(text, "ccs"))
        return false;
    text = skip_blanks(text + 3);
    if (*text != '=')
        return false;
    text = skip_blanks(text + 1);
    if (same_no_case(text, "UTF-8"))
        result->fd_flags |= CRT_O_U8TEXT;
    else if (same_no_case(text, "UTF-16LE"))
        result->fd_flags |= CRT_O_U16TEXT;
    else if (same_no_case(text, "UNICODE"))
        result->fd_flags |= CRT_O_WTEXT;
    else
        return false;
    return true;
}

static bool parse_first_letter(WCHAR letter, struct open_mode *result) {
    *result = (struct open_mode){0};
    switch (letter) {
    case 'r':
        result->stream_flags = STREAM_READING;
        return true;
    case 'w':
        result->fd_flags = CRT_O_WRONLY | CRT_O_CREAT | CRT_O_TRUNC;
        result->stream_flags = STREAM_WRITING;
        return true;
    case 'a':
        result->fd_flags = CRT_O_WRONLY | CRT_O_CREAT | CRT_O_APPEND;
        result->stream_flags = STREAM_WRITING;
        return true;
    default: return false;
    }
}

/* A letter may stand once, and those of one group exclude one another. */
static bool add_flag(struct open_mode *result, int flag, int excluded) {
    if (result->fd_flags & (flag | excluded))
        return false;
    result->fd_flags |= flag;
    return true;
}

static bool parse_letter(WCHAR letter, WCHAR first, struct open_mode *result) {
    switch (letter) {
    case ' ': return true;
    case '+':
        if (result->stream_flags & STREAM_UPDATE)
            return false;
        result->fd_flags = (result->fd_flags & ~CRT_O_ACCESS) | CRT_O_RDWR;
        result->stream_flags = STREAM_UPDATE;
        return true;
    case 'b': return add_flag(result, CRT_O_BINARY, CRT_O_TEXT);
    case 't': return add_flag(result, CRT_O_TEXT, CRT_O_BINARY);
    case 'c':
    case 'n': return true;
    case 'S': return add_flag(result, CRT_O_SEQUENTIAL, CRT_O_RANDOM);
    case 'R': return add_flag(result, CRT_O_RANDOM, CRT_O_SEQUENTIAL);
    case 'T': return add_flag(result, CRT_O_SHORT_LIVED, 0);
    case 'D': return add_flag(result, CRT_O_TEMPORARY, 0);
    case 'N': return add_flag(result, CRT_O_NOINHERIT, 0);
    case 'x': return first == 'w' && add_flag(result, CRT_O_EXCL, 0);
    default: return false;
    }
}

bool stream_parse_mode(const WCHAR *mode, struct open_mode *result) {
    mode = skip_blanks(mode);
    WCHAR first = *mode;
    if (!parse_first_letter(first, result))
        return false;
    int commit = *api___p__commode() & STREAM_COMMIT;
    for (mode++; *mode && *mode != ','; mode++) {
        if (!parse_letter(*mode, first, result))
            return false;
        commit = *mode == 'c' ? STREAM_COMMIT : *mode == 'n' ? 0 : commit;
    }
    result->stream_flags |= commit;
    return *mode != ',' || parse_encoding(mode + 1, result);
}

/* Modes are ASCII; anything else is invalid, and so is a mode of absurd length. */
static const WCHAR *wide_mode(WCHAR buffer[64], const char *mode) {
    int i = 0;
    for (; mode[i] && i < 63; i++)
        buffer[i] = (unsigned char)mode[i];
    buffer[i] = 0;
    return buffer;
}

/* ---- opening ---- */

/* Opens into a free stream whose lock is held. */
static bool open_into(struct crt_file *file, const WCHAR *path, const struct open_mode *mode, int share) {
    int fd;
    if (fd_open(&fd, path, mode->fd_flags, share, CRT_S_IREAD | CRT_S_IWRITE)) {
        file->flags = 0;
        return false;
    }
    stream_set_open(file, fd, mode->stream_flags);
    return true;
}

struct crt_file *stream_open(const WCHAR *path, const WCHAR *mode, int share) {
    struct open_mode parsed;
    CRT_VALIDATE(path && mode && stream_parse_mode(mode, &parsed), CRT_EINVAL, NULL);
    if (!*path) {
        crt_fail(CRT_EINVAL);
        return NULL;
    }
    struct crt_file *file = stream_new();
    if (!file)
        return NULL;
    bool opened = open_into(file, path, &parsed, share);
    stream_unlock(file);
    return opened ? file : NULL;
}

static struct crt_file *open_narrow(const char *path, const char *mode, int share) {
    WCHAR mode_buffer[64];
    CRT_VALIDATE(path && mode, CRT_EINVAL, NULL);
    struct open_mode parsed;
    CRT_VALIDATE(stream_parse_mode(wide_mode(mode_buffer, mode), &parsed), CRT_EINVAL, NULL);
    WCHAR *wide = crt_wide_path(path);
    struct crt_file *file = wide ? stream_open(wide, mode_buffer, share) : NULL;
    free(wide);
    return file;
}

API(CRT_DLLS, struct crt_file *, fopen, const char *path, const char *mode) {
    return open_narrow(path, mode, CRT_SH_DENYNO);
}

API(CRT_DLLS, struct crt_file *, _wfopen, const WCHAR *path, const WCHAR *mode) {
    return stream_open(path, mode, CRT_SH_DENYNO);
}

API(CRT_DLLS, struct crt_file *, _fsopen, const char *path, const char *mode, int share) {
    return open_narrow(path, mode, share);
}

API(CRT_DLLS, struct crt_file *, _wfsopen, const WCHAR *path, const WCHAR *mode, int share) {
    return stream_open(path, mode, share);
}

static errno_t opened_or_error(struct crt_file **result, struct crt_file *file) {
    *result = file;
    return file ? 0 : crt_thread()->error;
}

API(CRT_DLLS, errno_t, fopen_s, struct crt_file **result, const char *path, const char *mode) {
    CRT_VALIDATE(result, CRT_EINVAL, CRT_EINVAL);
    *result = NULL;
    return opened_or_error(result, open_narrow(path, mode, CRT_SH_SECURE));
}

API(CRT_DLLS, errno_t, _wfopen_s, struct crt_file **result, const WCHAR *path, const WCHAR *mode) {
    CRT_VALIDATE(result, CRT_EINVAL, CRT_EINVAL);
    *result = NULL;
    return opened_or_error(result, stream_open(path, mode, CRT_SH_SECURE));
}

/* "freopen": the stream is closed first, whatever comes of that, and keeps its descriptor number where it can. */
static struct crt_file *reopen(const WCHAR *path, const WCHAR *mode, struct crt_file *file, int share) {
    struct open_mode parsed;
    CRT_VALIDATE(path && mode && file && stream_parse_mode(mode, &parsed), CRT_EINVAL, NULL);
    file = stream_of(file);
    stream_lock(file);
    if (file->flags & STREAM_IN_USE)
        stream_close(file);
    file->flags = STREAM_IN_USE;
    bool opened = open_into(file, path, &parsed, share);
    stream_tell_copy(file);
    stream_unlock(file);
    return opened ? file : NULL;
}

static struct crt_file *reopen_narrow(const char *path, const char *mode, struct crt_file *file, int share) {
    WCHAR mode_buffer[64];
    CRT_VALIDATE(path && mode && file, CRT_EINVAL, NULL);
    struct open_mode parsed;
    CRT_VALIDATE(stream_parse_mode(wide_mode(mode_buffer, mode), &parsed), CRT_EINVAL, NULL);
    WCHAR *wide = crt_wide_path(path);
    struct crt_file *result = wide ? reopen(wide, mode_buffer, file, share) : NULL;
    free(wide);
    return result;
}

API(CRT_DLLS, struct crt_file *, freopen, const char *path, const char *mode, struct crt_file *file) {
    return reopen_narrow(path, mode, file, CRT_SH_DENYNO);
}

API(CRT_DLLS, struct crt_file *, _wfreopen, const WCHAR *path, const WCHAR *mode, struct crt_file *file) {
    return reopen(path, mode, file, CRT_SH_DENYNO);
}

API(CRT_DLLS, errno_t, freopen_s, struct crt_file **result, const char *path, const char *mode, struct crt_file *file) {
    CRT_VALIDATE(result, CRT_EINVAL, CRT_EINVAL);
    *result = NULL;
    return opened_or_error(result, reopen_narrow(path, mode, file, CRT_SH_SECURE));
}

API(CRT_DLLS, errno_t, _wfreopen_s, struct crt_file **result, const WCHAR *path, const WCHAR *mode,
    struct crt_file *file) {
    CRT_VALIDATE(result, CRT_EINVAL, CRT_EINVAL);
    *result = NULL;
    return opened_or_error(result, reopen(path, mode, file, CRT_SH_SECURE));
}

/* The descriptor's own mode changes with an explicit letter. */
static void set_descriptor_mode(int number, const struct open_mode *mode) {
    struct fd *fd = fd_acquire(number);
    if (!fd)
        return;
    if (mode->fd_flags & CRT_O_APPEND)
        fd->flags |= FD_APPEND;
    if (mode->fd_flags & CRT_O_BINARY)
        fd->flags &= (unsigned char)~FD_TEXT;
    if (mode->fd_flags & (CRT_O_TEXT | CRT_O_UNICODE))
        fd->flags |= FD_TEXT;
    if (mode->fd_flags & CRT_O_UNICODE)
        fd->encoding = mode->fd_flags & CRT_O_U8TEXT ? FD_UTF8 : FD_UTF16;
    streams_mode_changed(number);
    fd_release(fd);
}

API(CRT_DLLS, struct crt_file *, _wfdopen, int number, const WCHAR *mode) {
    struct open_mode parsed;
    CRT_VALIDATE(mode && stream_parse_mode(mode, &parsed), CRT_EINVAL, NULL);
    struct fd *fd = fd_record(number);
    CRT_VALIDATE(fd && (fd->flags & FD_OPEN), CRT_EBADF, NULL);
    struct crt_file *file = stream_new();
    if (!file)
        return NULL;
    set_descriptor_mode(number, &parsed);
    stream_set_open(file, number, parsed.stream_flags);
    stream_unlock(file);
    return file;
}

API(CRT_DLLS, struct crt_file *, _fdopen, int number, const char *mode) {
    WCHAR mode_buffer[64];
    CRT_VALIDATE(mode, CRT_EINVAL, NULL);
    return api__wfdopen(number, wide_mode(mode_buffer, mode));
}
