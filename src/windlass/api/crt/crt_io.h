/* File descriptors of the C run-time; see crt_io.c. */
#ifndef WINDLASS_CRT_IO_H
#define WINDLASS_CRT_IO_H

#include "crt_lock.h"
#include "crt_win32.h"

/* "_open, _wopen" and <fcntl.h>. */
enum {
    CRT_O_RDONLY = 0, CRT_O_WRONLY = 1, CRT_O_RDWR = 2, CRT_O_ACCESS = 3, CRT_O_APPEND = 8, CRT_O_RANDOM = 0x10,
    CRT_O_SEQUENTIAL = 0x20, CRT_O_TEMPORARY = 0x40, CRT_O_NOINHERIT = 0x80, CRT_O_CREAT = 0x100, CRT_O_TRUNC = 0x200,
    CRT_O_EXCL = 0x400, CRT_O_SHORT_LIVED = 0x1000, CRT_O_OBTAIN_DIR = 0x2000, CRT_O_TEXT = 0x4000,
    CRT_O_BINARY = 0x8000, CRT_O_WTEXT = 0x10000, CRT_O_U16TEXT = 0x20000, CRT_O_U8TEXT = 0x40000,
    CRT_O_UNICODE = CRT_O_WTEXT | CRT_O_U16TEXT | CRT_O_U8TEXT,
    CRT_O_MODES = CRT_O_TEXT | CRT_O_BINARY | CRT_O_UNICODE,
};

/* "_sopen, _wsopen" and <share.h>. */
enum {
    CRT_SH_COMPAT = 0, CRT_SH_DENYRW = 0x10, CRT_SH_DENYWR = 0x20, CRT_SH_DENYRD = 0x30, CRT_SH_DENYNO = 0x40,
    CRT_SH_SECURE = 0x80,   /* shared for reading when opened for reading, else not at all */
};

enum { CRT_S_IREAD = 0x100, CRT_S_IWRITE = 0x80 };

enum {
    FD_OPEN = 1,
    FD_AT_EOF = 2,          /* Ctrl-Z has been read */
    FD_PIPE = 8,
    FD_NOINHERIT = 0x10,
    FD_APPEND = 0x20,
    FD_DEVICE = 0x40,
    FD_TEXT = 0x80,
};

/* What text on a descriptor is; in binary mode it is bytes. */
enum fd_encoding { FD_ANSI, FD_UTF8, FD_UTF16 };

/* One descriptor. Members other than `lock` are changed under it.
 *
 * The run-times before the Universal CRT export their records as `__pioinfo`: programs that know these (Python 2.7 and 3.4,
 * Perl, Ruby) find and change handle and flags there. They learn a record's size from _msize, and that of a chunk. */
struct fd {
    HANDLE handle;
    unsigned char flags;
    unsigned char encoding;
    unsigned char ahead_count;      /* bytes read too far from something that cannot seek */
    unsigned char ahead[4];
    WCHAR high_surrogate;           /* written to UTF-8 text; its other half has not come yet */
    struct crt_lock lock;
    unsigned char unused[16];       /* Microsoft's lock is larger */
};
_Static_assert(offsetof(struct fd, flags) == 8 && sizeof(struct fd) == 56, "ioinfo of msvcrt.dll");

enum { FD_CHUNK = 32, FD_CHUNKS = 256, FD_MAX = FD_CHUNK * FD_CHUNKS };
enum { FD_CHUNKS_SHOWN = 64 };      /* in __pioinfo */

extern struct fd *_Atomic fd_chunks[FD_CHUNKS];

void fd_init(void);

/* The record, or NULL when no descriptor with this number was ever open. */
static inline struct fd *fd_record(int number) {
    if ((unsigned)number >= FD_MAX)
        return NULL;
    struct fd *chunk = atomic_load_explicit(&fd_chunks[number / FD_CHUNK], memory_order_acquire);
    if (__builtin_expect(!chunk, 0)) {
        fd_init();
        chunk = atomic_load_explicit(&fd_chunks[number / FD_CHUNK], memory_order_acquire);
    }
    return chunk ? &chunk[number % FD_CHUNK] : NULL;
}

/* The open descriptor with its lock held; NULL with errno EBADF. */
struct fd *fd_acquire(int number);

static inline void fd_release(struct fd *fd) { crt_lock_release(&fd->lock); }

/* The open descriptors as a child's C run-time takes them over; from malloc(). */
PBYTE fd_inheritance(bool with_standard, WORD *size);

/* The descriptor's mode has changed: tells the streams on it (crt_stdio.c). */
void streams_mode_changed(int number);

/* _read and _write without validation and lock. */
int fd_read(struct fd *fd, void *buffer, unsigned size);
int fd_write(struct fd *fd, const void *buffer, unsigned size);
int64_t fd_seek(struct fd *fd, int64_t offset, int origin);

/* How many bytes of a text file the first `size` bytes that fd_read() gave from `position` on stand for; -1. */
int64_t fd_raw_length(struct fd *fd, int64_t position, int64_t size);

/* How many bytes fd_write() would put into the file for these. */
int64_t fd_written_length(struct fd *fd, const void *buffer, unsigned size);

/* A descriptor for a handle; -1 with errno. `type` is what GetFileType says. */
int fd_new(HANDLE handle, unsigned char flags, enum fd_encoding encoding);

/* _wsopen_s: an errno. `mode` is the permission of a new file. */
errno_t fd_open(int *number, const WCHAR *path, int flags, int share, int mode);
int fd_close(int number);

API_USE(int *, __p__fmode, void);
API_USE(int *, __p__commode, void);

/* The process's default for files opened neither as text nor as binary: CRT_O_TEXT or CRT_O_BINARY. */
int fd_default_mode(void);

/* The full path of a file in the current directory or in a folder that the environment variable lists; from malloc(),
 * NULL with errno ENOENT (crt_path.c). */
WCHAR *crt_search(const WCHAR *name, const WCHAR *variable);

/* Starts a command with these standard handles or (NULL) this process's, by the command processor where it needs one.
 * False, with errno, when that fails (crt_process.c). */
bool crt_start_command(const WCHAR *command, const HANDLE *standard, HANDLE *process);
bool crt_has_command_processor(void);

/* Waits for it and closes the handle; its exit code. */
int crt_wait_program(HANDLE process);

/* A copy of a narrow path in UTF-16, in the code page that file names are in; from malloc(), NULL with errno. */
WCHAR *crt_wide_path(const char *path);

#endif
