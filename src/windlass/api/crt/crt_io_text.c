/* Reading and writing of descriptors, with the translation of text ("Text and binary mode file I/O", "_read",
 * "_write", "_setmode").
 *
 * In text mode CR LF in the file is LF for the program, and Ctrl-Z ends the file. In UTF-8 and UTF-16 mode the
 * program's buffers hold UTF-16. */
#include "codepage.h"
#include "crt_io.h"

enum { CHUNK = 4096, CTRL_Z = 0x1A };

static bool is_seekable(const struct fd *fd) { return !(fd->flags & (FD_DEVICE | FD_PIPE)); }

/* A descriptor without the right is a bad one; a pipe whose other end is closed is at its end. */
static int fail_transfer(bool reading) {
    DWORD error = teb_self()->LastErrorValue;
    if (reading && error == ERROR_BROKEN_PIPE)
        return 0;
    if (error != ERROR_ACCESS_DENIED)
        return crt_fail_win32();
    crt_thread()->dos_error = error;
    return crt_fail(CRT_EBADF);
}

/* ---- reading ---- */

static int read_raw(struct fd *fd, void *buffer, unsigned size) {
    if (fd->ahead_count) {
        unsigned count = fd->ahead_count < size ? fd->ahead_count : size;
        memcpy(buffer, fd->ahead, count);
        fd->ahead_count -= (unsigned char)count;
        memmove(fd->ahead, fd->ahead + count, fd->ahead_count);
        return (int)count;
    }
    DWORD count;
    return api_ReadFile(fd->handle, buffer, size, &count, NULL) ? (int)count : fail_transfer(true);
}

/* Gives back the last bytes that were read. */
static void unread(struct fd *fd, const void *bytes, unsigned count) {
    if (is_seekable(fd)) {
        LARGE_INTEGER back = {.QuadPart = -(int64_t)count};
        api_SetFilePointerEx(fd->handle, back, NULL, FILE_CURRENT);
        return;
    }
    memmove(fd->ahead + count, fd->ahead, fd->ahead_count);
    memcpy(fd->ahead, bytes, count);
    fd->ahead_count += (unsigned char)count;
}

static unsigned get_unit(const void *buffer, unsigned index, unsigned width) {
    return width == 1 ? ((const unsigned char *)buffer)[index] : ((const WCHAR *)buffer)[index];
}

static void set_unit(void *buffer, unsigned index, unsigned width, unsigned unit) {
    if (width == 1)
        ((unsigned char *)buffer)[index] = (unsigned char)unit;
    else
        ((WCHAR *)buffer)[index] = (WCHAR)unit;
}

/* A buffer ended in CR: whether LF follows, which is then taken. */
static bool take_line_feed(struct fd *fd, unsigned width) {
    WCHAR unit = 0;
    int count = read_raw(fd, &unit, width);
    if (count <= 0)
        return false;
    if (unit == '\n' && count == (int)width)
        return true;
    unread(fd, &unit, (unsigned)count);
    return false;
}

/* Translates in place; returns the units that are left. */
static unsigned translate(struct fd *fd, void *buffer, unsigned units, unsigned width) {
    unsigned to = 0;
    for (unsigned from = 0; from < units; from++) {
        unsigned unit = get_unit(buffer, from, width);
        if (unit == CTRL_Z && !(fd->flags & FD_DEVICE)) {
            fd->flags |= FD_AT_EOF;
            break;
        }
        if (unit == '\r') {
            bool last = from + 1 == units;
            if (last ? take_line_feed(fd, width) : get_unit(buffer, from + 1, width) == '\n') {
                unit = '\n';
                from++;
            }
        }
        set_unit(buffer, to++, width, unit);
    }
    return to;
}

static int read_narrow_text(struct fd *fd, void *buffer, unsigned size) {
    int count = read_raw(fd, buffer, size);
    return count <= 0 ? count : (int)translate(fd, buffer, (unsigned)count, 1);
}

static int read_utf16_text(struct fd *fd, void *buffer, unsigned size) {
    int count = read_raw(fd, buffer, size);
    if (count <= 0)
        return count;
    if (count == 1) {
        int second = read_raw(fd, (char *)buffer + 1, 1);
        if (second <= 0)
            return second;
        count = 2;
    } else if (count % 2) {
        unread(fd, (char *)buffer + count - 1, 1);
    }
    return (int)translate(fd, buffer, (unsigned)count / 2, 2) * 2;
}

/* The bytes at the end that begin a character but do not finish it. */
static unsigned unfinished(const char *text, unsigned length) {
    for (unsigned back = 1; back <= 3 && back <= length; back++) {
        unsigned char byte = (unsigned char)text[length - back];
        if (byte >= 0xC0)
            return back < (byte >= 0xF0 ? 4u : byte >= 0xE0 ? 3u : 2u) ? back : 0;
        if (byte < 0x80)
            return 0;
    }
    return 0;
}

/* Completes the character that the buffer ends with; returns the new length, -1. */
static int finish_character(struct fd *fd, char *text, unsigned length) {
    unsigned begun = unfinished(text, length);
    while (begun) {
        int count = read_raw(fd, text + length, 1);
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        if (((unsigned char)text[length] & 0xC0) != 0x80) {
            unread(fd, text + length, 1);
            break;
        }
        length++;
        begun = unfinished(text, length);
    }
    return (int)length;
}

/* One character of UTF-8 never has more units than bytes; a read that asks for less than two units gets only what has
 * one. */
static int read_utf8_text(struct fd *fd, void *buffer, unsigned size) {
    char text[CHUNK + 4];
    unsigned total = 0;
    while (size - total >= 8 || total == 0) {
        unsigned wanted = size - total >= 8 ? (size - total) / 2 - 3 : 1;
        if (wanted > CHUNK)
            wanted = CHUNK;
        int count = read_raw(fd, text, wanted);
        if (count > 0)
            count = finish_character(fd, text, (unsigned)count);
        if (count <= 0)
            return total ? (int)total : count;
        unsigned length = translate(fd, text, (unsigned)count, 1);
        unsigned room = (size - total) / 2;
        unsigned units = (unsigned)utf8_to_wide(text, length, (WCHAR *)((char *)buffer + total), room);
        total += 2 * (units < room ? units : room);
        if ((fd->flags & FD_AT_EOF) || (unsigned)count < wanted)
            break;
    }
    return (int)total;
}

int fd_read(struct fd *fd, void *buffer, unsigned size) {
    if (size == 0 || (fd->flags & FD_AT_EOF))
        return 0;
    if (!(fd->flags & FD_TEXT))
        return read_raw(fd, buffer, size);
    if (fd->encoding == FD_ANSI)
        return read_narrow_text(fd, buffer, size);
    CRT_VALIDATE(size % 2 == 0, CRT_EINVAL, -1);
    return fd->encoding == FD_UTF16 ? read_utf16_text(fd, buffer, size) : read_utf8_text(fd, buffer, size);
}

/* ---- how much of the file a part of a buffer stands for ---- */

/* Reads raw units in order, for fd_raw_length(). */
struct raw_reader {
    struct fd *fd;
    unsigned width;
    unsigned length, at;        /* in bytes */
    int64_t position;           /* of the next unit, from the start */
    char bytes[CHUNK];
};

/* The next unit without taking it; -1 at the end. */
static int peek_unit(struct raw_reader *reader) {
    if (reader->at >= reader->length) {
        DWORD count;
        reader->at = 0;
        if (!api_ReadFile(reader->fd->handle, reader->bytes, CHUNK, &count, NULL))
            count = 0;
        reader->length = count - count % reader->width;
        if (!reader->length)
            return -1;
    }
    return (int)get_unit(reader->bytes, reader->at / reader->width, reader->width);
}

static int next_unit(struct raw_reader *reader) {
    int unit = peek_unit(reader);
    reader->at += reader->width;
    reader->position += reader->width;
    return unit;
}

/* Takes what `wanted` bytes in the program's buffer were made of. */
static void skip_translated(struct raw_reader *reader, int64_t wanted) {
    bool utf8 = reader->fd->encoding == FD_UTF8;
    for (int64_t made = 0; made < wanted;) {
        int unit = next_unit(reader);
        if (unit < 0)
            return;
        if (unit == '\r' && peek_unit(reader) == '\n')
            next_unit(reader);
        made += !utf8 ? (int64_t)reader->width : unit >= 0xF0 ? 4 : 2;
        if (utf8 && unit >= 0xC0)
            for (int next = peek_unit(reader); next >= 0 && (next & 0xC0) == 0x80; next = peek_unit(reader))
                next_unit(reader);
    }
}

int64_t fd_raw_length(struct fd *fd, int64_t position, int64_t size) {
    LARGE_INTEGER zero = {0}, start = {.QuadPart = position}, here;
    struct raw_reader reader = {.fd = fd, .width = fd->encoding == FD_UTF16 ? 2 : 1};
    if (!(fd->flags & FD_TEXT))
        return size;
    if (!api_SetFilePointerEx(fd->handle, zero, &here, FILE_CURRENT) ||
        !api_SetFilePointerEx(fd->handle, start, NULL, FILE_BEGIN))
        return crt_fail_win32();
    skip_translated(&reader, size);
    api_SetFilePointerEx(fd->handle, here, NULL, FILE_BEGIN);
    return reader.position;
}

/* ---- writing ---- */

static int write_raw(struct fd *fd, const void *buffer, unsigned size) {
    DWORD count;
    return api_WriteFile(fd->handle, buffer, size, &count, NULL) ? (int)count : fail_transfer(false);
}

/* Nothing could be written, though nothing failed. */
static int write_nothing(const struct fd *fd, const void *buffer) {
    if ((fd->flags & FD_DEVICE) && *(const char *)buffer == CTRL_Z)
        return 0;
    crt_thread()->dos_error = 0;
    return crt_fail(CRT_ENOSPC);
}

/* A piece of text on its way into the file. */
struct text_chunk {
    struct fd *fd;
    unsigned length;
    bool failed;
    char bytes[CHUNK];
};

static void flush_chunk(struct text_chunk *chunk) {
    if (!chunk->failed && chunk->length && write_raw(chunk->fd, chunk->bytes, chunk->length) != (int)chunk->length)
        chunk->failed = true;
    chunk->length = 0;
}

static void put_bytes(struct text_chunk *chunk, const void *bytes, unsigned count) {
    if (chunk->length + count > CHUNK)
        flush_chunk(chunk);
    memcpy(chunk->bytes + chunk->length, bytes, count);
    chunk->length += count;
}

static void put_narrow(struct text_chunk *chunk, const char *text, unsigned size) {
    while (size) {
        const char *line_feed = memchr(text, '\n', size);
        unsigned run = line_feed ? (unsigned)(line_feed - text) : size;
        if (run > CHUNK)
            run = CHUNK;
        put_bytes(chunk, text, run);
        text += run;
        size -= run;
        if (text == line_feed) {
            put_bytes(chunk, "\r\n", 2);
            text++;
            size--;
        }
    }
}

/* UTF-8 from units, one at a time: the two halves of a character may come in two writes. */
static void put_utf8(struct text_chunk *chunk, WCHAR unit) {
    struct fd *fd = chunk->fd;
    WCHAR pair[2] = {fd->high_surrogate, unit};
    char bytes[8];
    bool has_high = fd->high_surrogate != 0;
    fd->high_surrogate = 0;
    if (has_high && (unit & 0xFC00) == 0xDC00) {
        put_bytes(chunk, bytes, (unsigned)utf8_from_wide(pair, 2, bytes, sizeof bytes));
        return;
    }
    if (has_high)
        put_bytes(chunk, bytes, (unsigned)utf8_from_wide(pair, 1, bytes, sizeof bytes));
    if ((unit & 0xFC00) == 0xD800)
        fd->high_surrogate = unit;
    else if (unit < 0x80)
        put_bytes(chunk, &(char){(char)unit}, 1);
    else
        put_bytes(chunk, bytes, (unsigned)utf8_from_wide(&unit, 1, bytes, sizeof bytes));
}

/* A terminal gets UTF-8 in any Unicode mode, as Windows' console gets characters and not bytes. */
static void put_wide(struct text_chunk *chunk, const WCHAR *text, unsigned units) {
    bool utf16 = chunk->fd->encoding == FD_UTF16 && !(chunk->fd->flags & FD_DEVICE);
    for (unsigned i = 0; i < units; i++) {
        if (utf16) {
            if (text[i] == '\n')
                put_bytes(chunk, u"\r", sizeof(WCHAR));
            put_bytes(chunk, &text[i], sizeof(WCHAR));
        } else {
            if (text[i] == '\n')
                put_utf8(chunk, '\r');
            put_utf8(chunk, text[i]);
        }
    }
}

static void put_text(struct text_chunk *chunk, const void *buffer, unsigned size) {
    if (chunk->fd->encoding == FD_ANSI)
        put_narrow(chunk, buffer, size);
    else
        put_wide(chunk, buffer, size / sizeof(WCHAR));
}

int fd_write(struct fd *fd, const void *buffer, unsigned size) {
    if (size == 0)
        return 0;
    if (fd->flags & FD_APPEND)
        fd_seek(fd, 0, FILE_END);
    if (!(fd->flags & FD_TEXT)) {
        int count = write_raw(fd, buffer, size);
        return count ? count : write_nothing(fd, buffer);
    }
    CRT_VALIDATE(fd->encoding == FD_ANSI || size % 2 == 0, CRT_EINVAL, -1);
    struct text_chunk chunk;
    chunk.fd = fd;
    chunk.length = 0;
    chunk.failed = false;
    put_text(&chunk, buffer, size);
    flush_chunk(&chunk);
    return chunk.failed ? -1 : (int)size;
}

int64_t fd_written_length(struct fd *fd, const void *buffer, unsigned size) {
    int64_t length = 0;
    if (!(fd->flags & FD_TEXT))
        return size;
    if (fd->encoding == FD_ANSI) {
        for (unsigned i = 0; i < size; i++)
            length += 1 + (((const char *)buffer)[i] == '\n');
        return length;
    }
    const WCHAR *text = buffer;
    for (unsigned i = 0; i < size / sizeof(WCHAR); i++) {
        if (fd->encoding == FD_UTF16)
            length += text[i] == '\n' ? 4 : 2;
        else if (text[i] < 0x80)
            length += 1 + (text[i] == '\n');
        else if (text[i] < 0x800 || (text[i] & 0xF800) == 0xD800)
            length += 2;
        else
            length += 3;
    }
    return length;
}
