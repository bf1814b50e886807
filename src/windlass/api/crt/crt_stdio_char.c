/* Narrow characters, lines and blocks of streams ("fgetc, fgetwc", "fputs, fputws", "fread", ...). */
#include <limits.h>

#include "crt_stdio.h"

/* Most functions come twice: one takes the lock, the other expects that _lock_file() did. Nothing may be held when
 * the invalid-parameter handler is called. */

API(CRT_DLLS, int, _fgetc_nolock, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    return stream_get(file);
}
API_ALIAS(api__fgetc_nolock, getc, ucrtbase MSVCR_DLLS, "_getc_nolock");

API(CRT_DLLS, int, fgetc, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    stream_lock(file);
    int unit = stream_get(file);
    stream_unlock(file);
    return unit;
}
API_ALIAS(api_fgetc, getc, ucrtbase msvcrt MSVCR_DLLS, "getc");

API(CRT_DLLS, int, getchar, void) { return api_fgetc(&crt_iob[0]); }
API_ALIAS(api_getchar, fgetchar, ucrtbase msvcrt MSVCR_DLLS, "_fgetchar");

API(CRT_DLLS, int, _fputc_nolock, int unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    return stream_put(file, unit);
}
API_ALIAS(api__fputc_nolock, putc, ucrtbase MSVCR_DLLS, "_putc_nolock");

API(CRT_DLLS, int, fputc, int unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    stream_lock(file);
    int result = stream_put(file, unit);
    stream_unlock(file);
    return result;
}
API_ALIAS(api_fputc, putc, ucrtbase msvcrt MSVCR_DLLS, "putc");

API(CRT_DLLS, int, putchar, int unit) { return api_fputc(unit, &crt_iob[1]); }
API_ALIAS(api_putchar, fputchar, ucrtbase msvcrt MSVCR_DLLS, "_fputchar");

API(CRT_DLLS, int, _ungetc_nolock, int unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    return stream_unget(file, unit);
}

API(CRT_DLLS, int, ungetc, int unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    stream_lock(file);
    int result = stream_unget(file, unit);
    stream_unlock(file);
    return result;
}

/* ---- lines ---- */

/* Reads up to and with a line feed, at most `most` characters; the number read. */
static size_t get_line(struct crt_file *file, char *line, size_t most) {
    size_t length = 0;
    while (length < most) {
        if (file->count <= 0 || !(file->flags & STREAM_READING)) {
            int unit = stream_fill(file);
            if (unit == CRT_EOF)
                break;
            line[length++] = (char)unit;
            if (unit == '\n')
                break;
            continue;
        }
        size_t piece = most - length < (size_t)file->count ? most - length : (size_t)file->count;
        const char *end = memchr(file->next, '\n', piece);
        if (end)
            piece = (size_t)(end - file->next) + 1;
        memcpy(line + length, file->next, piece);
        file->next += piece;
        file->count -= (int)piece;
        length += piece;
        if (end)
            break;
    }
    return length;
}

API(CRT_DLLS, char *, fgets, char *line, int size, struct crt_file *file) {
    CRT_VALIDATE((line || size == 0) && size >= 0 && file, CRT_EINVAL, NULL);
    if (size == 0)
        return NULL;
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, NULL);
    stream_lock(file);
    size_t length = get_line(file, line, (size_t)size - 1);
    bool failed = length == 0 && size > 1;
    stream_unlock(file);
    if (failed)
        return NULL;
    line[length] = 0;
    return line;
}

/* The line without its end; SIZE_MAX at the end of the file. */
static size_t get_standard_line(char *line, size_t most, bool *complete) {
    struct crt_file *file = &crt_iob[0];
    stream_lock(file);
    size_t length = get_line(file, line, most);
    *complete = length && line[length - 1] == '\n';
    bool ended = !*complete && (file->flags & (STREAM_EOF | STREAM_ERROR));
    stream_unlock(file);
    if (*complete)
        return length - 1;
    *complete = ended;
    return length == 0 && ended ? SIZE_MAX : length;
}

API(CRT_DLLS, char *, gets, char *line) {
    bool complete;
    CRT_VALIDATE(line, CRT_EINVAL, NULL);
    size_t length = get_standard_line(line, INT_MAX, &complete);
    if (length == SIZE_MAX)
        return NULL;
    line[length] = 0;
    return line;
}

/* A line that does not fit is taken whole, and is an invalid parameter ("gets_s, _getws_s"). */
API(CRT_DLLS, char *, gets_s, char *line, size_t size) {
    bool complete;
    CRT_VALIDATE(line && size, CRT_EINVAL, NULL);
    size_t length = get_standard_line(line, size, &complete);
    if (length == SIZE_MAX) {
        *line = 0;
        return NULL;
    }
    if (length < size && complete) {
        line[length] = 0;
        return line;
    }
    struct crt_file *file = &crt_iob[0];
    stream_lock(file);
    for (int unit = complete ? '\n' : 0; unit != '\n' && unit != CRT_EOF;)
        unit = stream_get(file);
    stream_unlock(file);
    *line = 0;
    crt_invalid(CRT_ERANGE);
    return NULL;
}

API(CRT_DLLS, int, fputs, const char *text, struct crt_file *file) {
    CRT_VALIDATE(text && file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    size_t length = strlen(text);
    stream_lock(file);
    bool written = stream_write(file, text, length) == length;
    stream_unlock(file);
    return written ? 0 : CRT_EOF;
}

API(CRT_DLLS, int, puts, const char *text) {
    struct crt_file *file = &crt_iob[1];
    CRT_VALIDATE(text && stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    size_t length = strlen(text);
    stream_lock(file);
    bool written = stream_write(file, text, length) == length && stream_put(file, '\n') != CRT_EOF;
    stream_unlock(file);
    return written ? 0 : CRT_EOF;
}

/* ---- integers ---- */

API(CRT_DLLS, int, _getw, struct crt_file *file) {
    int value;
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    stream_lock(file);
    bool read = stream_read(file, &value, sizeof value) == sizeof value;
    stream_unlock(file);
    return read ? value : CRT_EOF;
}

API(CRT_DLLS, int, _putw, int value, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    stream_lock(file);
    bool written = stream_write(file, &value, sizeof value) == sizeof value;
    stream_unlock(file);
    return written ? value : CRT_EOF;
}

/* ---- blocks ---- */

/* Reads into `room` bytes; false: there is more in the stream than fits. */
static bool read_bytes(struct crt_file *file, void *buffer, size_t room, size_t wanted, size_t *done) {
    *done = stream_read(file, buffer, wanted < room ? wanted : room);
    if (wanted <= room || *done < room)
        return true;
    int next = stream_get(file);
    return next == CRT_EOF || stream_unget(file, next) == CRT_EOF;
}

/* "fread_s": what does not fit into `room` bytes clears the buffer and is an invalid parameter. */
static size_t read_items(void *buffer, size_t room, size_t size, size_t count, struct crt_file *file, bool locked) {
    size_t done;
    if (size == 0 || count == 0)
        return 0;
    CRT_VALIDATE(buffer && file && count <= SIZE_MAX / size, CRT_EINVAL, 0);
    file = stream_of(file);
    if (!locked)
        stream_lock(file);
    bool fits = read_bytes(file, buffer, room, size * count, &done);
    if (!locked)
        stream_unlock(file);
    if (fits)
        return done / size;
    memset(buffer, 0, room);
    crt_invalid(CRT_ERANGE);
    return 0;
}

API(CRT_DLLS, size_t, fread, void *buffer, size_t size, size_t count, struct crt_file *file) {
    return read_items(buffer, SIZE_MAX, size, count, file, false);
}

API(CRT_DLLS, size_t, _fread_nolock, void *buffer, size_t size, size_t count, struct crt_file *file) {
    return read_items(buffer, SIZE_MAX, size, count, file, true);
}

API(CRT_DLLS, size_t, fread_s, void *buffer, size_t room, size_t size, size_t count, struct crt_file *file) {
    return read_items(buffer, room, size, count, file, false);
}

API(CRT_DLLS, size_t, _fread_nolock_s, void *buffer, size_t room, size_t size, size_t count, struct crt_file *file) {
    return read_items(buffer, room, size, count, file, true);
}

static size_t write_items(const void *buffer, size_t size, size_t count, struct crt_file *file, bool locked) {
    if (size == 0 || count == 0)
        return 0;
    CRT_VALIDATE(buffer && file && count <= SIZE_MAX / size, CRT_EINVAL, 0);
    file = stream_of(file);
    if (!locked)
        stream_lock(file);
    size_t done = stream_write(file, buffer, size * count);
    if (!locked)
        stream_unlock(file);
    return done / size;
}

API(CRT_DLLS, size_t, fwrite, const void *buffer, size_t size, size_t count, struct crt_file *file) {
    return write_items(buffer, size, count, file, false);
}

API(CRT_DLLS, size_t, _fwrite_nolock, const void *buffer, size_t size, size_t count, struct crt_file *file) {
    return write_items(buffer, size, count, file, true);
}
