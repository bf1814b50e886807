/* Streams; see crt_stdio.c. Functions named stream_... expect the stream's lock to be held. */
#ifndef WINDLASS_CRT_STDIO_H
#define WINDLASS_CRT_STDIO_H

#include "crt_io.h"

#define CRT_EOF (-1)
#define CRT_WEOF ((WCHAR)0xFFFF)

enum {
    STREAM_READING = 1, STREAM_WRITING = 2, STREAM_UNBUFFERED = 4, STREAM_OWN_BUFFER = 8, STREAM_EOF = 0x10,
    STREAM_ERROR = 0x20, STREAM_UPDATE = 0x80, STREAM_USER_BUFFER = 0x100, STREAM_COMMIT = 0x4000,
    /* Not published. */
    STREAM_IN_USE = 0x10000,
    STREAM_TEMPORARY = 0x20000,     /* tmpfile()'s, for _rmtmp() */
};

/* FILE as msvcrt's headers publish it (<stdio.h>: struct _iobuf): programs' macros for getc, putc, feof and ferror
 * use the members. In the Universal C run-time it is opaque, but _get_stream_buffer_pointers() gives three of them
 * away. While reading, `count` characters are left at `next`; while writing, there is room for `count` more. */
struct crt_file {
    char *next;
    int count;
    char *base;
    int flags;
    int fd;
    int single;             /* the buffer of an unbuffered stream */
    int size;               /* of the buffer */
    struct stream *stream;  /* _tmpfname, which nobody reads */
};
_Static_assert(sizeof(struct crt_file) == 48, "struct _iobuf");

/* What windlass keeps beside it. Streams are never freed, but used again. In memory a stream that is not in _iob has a
 * critical section behind its crt_file: mingw's _lock_file() for msvcrt enters that. */
struct stream {
    struct crt_file *file;
    struct crt_lock lock;
    bool multibyte;             /* ANSI text: a wide character is a multibyte character of the locale */
    bool unicode;               /* UTF-8 or UTF-16 text: there are no narrow characters */
    int64_t buffer_position;    /* text being read: where in the file the buffer begins; -1: unknown */
    HANDLE program;             /* _popen's child, or NULL */
    struct stream *older;       /* in the list of all */
};

enum { STREAM_BUFFER = 4096, IOB_ENTRIES = 20 };

extern struct crt_file crt_iob[IOB_ENTRIES];

/* The newest stream; the list only grows. */
struct stream *stream_newest(void);

/* The stream for a pointer that Windows code holds: an old program's own copy of _iob stands for ours. */
extern struct crt_file *iob_copy;
static inline struct crt_file *stream_of(struct crt_file *file) {
    if (__builtin_expect(iob_copy != NULL, 0) && file >= iob_copy && file < iob_copy + IOB_ENTRIES)
        return &crt_iob[file - iob_copy];
    return file;
}

/* Such copies are told of the ends and errors that feof() and ferror() of their programs look for. */
void stream_tell_copy(const struct crt_file *file);

static inline void stream_lock(struct crt_file *file) { crt_lock_acquire(&file->stream->lock); }
static inline void stream_unlock(struct crt_file *file) { crt_lock_release(&file->stream->lock); }

/* ---- a stream's life (crt_stdio.c, crt_stdio_open.c) ---- */

/* A free stream, with its lock held and STREAM_IN_USE set; NULL with errno EMFILE. */
struct crt_file *stream_new(void);
void stream_set_open(struct crt_file *file, int fd, int flags);

/* Flushes, closes the descriptor and makes the stream free; 0 or EOF. */
int stream_close(struct crt_file *file);

struct open_mode {
    int fd_flags;           /* CRT_O_... */
    int stream_flags;
};

/* False: the mode is invalid. */
bool stream_parse_mode(const WCHAR *mode, struct open_mode *result);
struct crt_file *stream_open(const WCHAR *path, const WCHAR *mode, int share);

/* ---- buffers (crt_stdio.c) ---- */

/* Fills the buffer and takes the first character; EOF at the end or on an error. */
int stream_fill(struct crt_file *file);

/* Makes room and puts one character; EOF on an error. */
int stream_overflow(struct crt_file *file, int unit);

/* Writes what is buffered; 0 or EOF. */
int stream_flush(struct crt_file *file);

/* Whether all narrow functions may be used. */
static inline bool stream_is_narrow(const struct crt_file *file) { return !file->stream->unicode; }

static inline int stream_get(struct crt_file *file) {
    if (__builtin_expect(--file->count >= 0, 1))
        return (unsigned char)*file->next++;
    return stream_fill(file);
}

static inline int stream_put(struct crt_file *file, int unit) {
    if (__builtin_expect(--file->count >= 0, 1))
        return (unsigned char)(*file->next++ = (char)unit);
    return stream_overflow(file, unit);
}

int stream_unget(struct crt_file *file, int unit);
size_t stream_read(struct crt_file *file, void *buffer, size_t size);
size_t stream_write(struct crt_file *file, const void *buffer, size_t size);

/* ---- wide characters (crt_stdio_wide.c) ---- */

WCHAR stream_get_wide(struct crt_file *file);
WCHAR stream_put_wide(struct crt_file *file, WCHAR unit);
WCHAR stream_unget_wide(struct crt_file *file, WCHAR unit);

/* All of them or false. */
bool stream_write_wide(struct crt_file *file, const WCHAR *text, size_t length);

/* ---- positions (crt_stdio_position.c) ---- */

int64_t stream_tell(struct crt_file *file);
int stream_seek(struct crt_file *file, int64_t offset, int origin);

#endif
