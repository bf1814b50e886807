/* Streams: buffers on descriptors ("Stream I/O").
 *
 * A stream that can both read and write does one at a time: between them a program seeks or flushes, and `count`
 * tells which of the two a getc or putc macro may do without asking. A buffer that is being written has `count`
 * units of room, one that is being read `count` units of data. */
#include <limits.h>
#include <pthread.h>

#include "crt_stdio.h"

API_USE(BOOL, InitializeCriticalSectionAndSpinCount, CRITICAL_SECTION *, DWORD);

struct crt_file crt_iob[IOB_ENTRIES];
static struct stream iob_streams[3];

struct iob {
    struct crt_file files[IOB_ENTRIES];
};
API_DATA(msvcrt, struct iob, _iob);
struct crt_file *iob_copy;

/* The newest stream of the list of all, and the lock to add one. */
static struct stream *_Atomic newest;
static struct crt_lock list_lock;
static int stream_limit = 512;
static int stream_count;

struct stream *stream_newest(void) { return atomic_load_explicit(&newest, memory_order_acquire); }

static void note_mode(struct stream *stream) {
    struct fd *fd = fd_record(stream->file->fd);
    bool text = fd && (fd->flags & FD_TEXT);
    stream->multibyte = text && fd->encoding == FD_ANSI;
    stream->unicode = text && fd->encoding != FD_ANSI;
}

void streams_mode_changed(int number) {
    for (struct stream *stream = stream_newest(); stream; stream = stream->older)
        if (stream->file->fd == number)
            note_mode(stream);
}

static void init_standard(int index, int flags) {
    struct crt_file *file = &crt_iob[index];
    struct stream *stream = &iob_streams[index];
    file->fd = index;
    file->flags = flags | STREAM_IN_USE;
    file->stream = stream;
    stream->file = file;
    stream->multibyte = true;
    stream->buffer_position = -1;
    stream->older = newest;
    newest = stream;
}

/* The C run-time's descriptor 2 is unbuffered, as the C standard wants it; on Windows it is only if it is a
 * console. */
__attribute__((constructor)) static void init_streams(void) {
    init_standard(0, STREAM_READING);
    init_standard(1, STREAM_WRITING);
    init_standard(2, STREAM_WRITING | STREAM_UNBUFFERED);
    stream_count = 3;
}

/* What a program did before msvcrt was mapped is in ours; its copy begins with the same numbers. */
API_START(msvcrt) {
    if (!data__iob)
        return;
    for (int i = 0; i < IOB_ENTRIES; i++)
        data__iob->files[i] = (struct crt_file){.flags = crt_iob[i].flags & 0xFFFF, .fd = crt_iob[i].fd};
    iob_copy = data__iob->files;
}

void stream_tell_copy(const struct crt_file *file) {
    if (iob_copy && file >= crt_iob && file < crt_iob + 3)
        iob_copy[file - crt_iob].flags = file->flags & 0xFFFF;
}

static struct crt_file *find_free(void) {
    for (struct stream *stream = newest; stream; stream = stream->older) {
        if ((stream->file->flags & STREAM_IN_USE) || !crt_lock_try(&stream->lock))
            continue;
        if (!(stream->file->flags & STREAM_IN_USE))
            return stream->file;
        crt_lock_release(&stream->lock);
    }
    return NULL;
}

static struct crt_file *add_stream(void) {
    struct {
        struct crt_file file;
        CRITICAL_SECTION lock;
        struct stream stream;
    } *both = stream_count < stream_limit ? calloc(1, sizeof *both) : NULL;
    if (!both)
        return NULL;
    stream_count++;
    api_InitializeCriticalSectionAndSpinCount(&both->lock, 0);
    both->file.stream = &both->stream;
    both->stream.file = &both->file;
    both->stream.older = newest;
    crt_lock_acquire(&both->stream.lock);
    atomic_store_explicit(&newest, &both->stream, memory_order_release);
    return &both->file;
}

struct crt_file *stream_new(void) {
    crt_lock_acquire(&list_lock);
    struct crt_file *file = find_free();
    if (!file)
        file = add_stream();
    if (file)
        file->flags = STREAM_IN_USE;
    crt_lock_release(&list_lock);
    if (!file)
        crt_fail(CRT_EMFILE);
    return file;
}

void stream_set_open(struct crt_file *file, int fd, int flags) {
    struct stream *stream = file->stream;
    *file = (struct crt_file){.flags = flags | STREAM_IN_USE, .fd = fd, .stream = stream};
    stream->buffer_position = -1;
    note_mode(stream);
}

/* ---- buffers ---- */

static void set_single_buffer(struct crt_file *file) {
    file->flags |= STREAM_UNBUFFERED;
    file->base = (char *)&file->single;
    file->size = 2;
}

/* Character devices are written to at the end of each call ("Stream I/O"). */
static bool is_console_output(const struct crt_file *file) {
    if (file != &crt_iob[1])
        return false;
    struct fd *fd = fd_record(file->fd);
    return fd && (fd->flags & FD_DEVICE);
}

static void need_buffer(struct crt_file *file) {
    if (file->base)
        return;
    if ((file->flags & STREAM_UNBUFFERED) || is_console_output(file) || !(file->base = malloc(STREAM_BUFFER))) {
        set_single_buffer(file);
    } else {
        file->flags |= STREAM_OWN_BUFFER;
        file->size = STREAM_BUFFER;
    }
    file->next = file->base;
    file->count = 0;
}

static void drop_buffer(struct crt_file *file) {
    if (file->flags & STREAM_OWN_BUFFER)
        free(file->base);
    file->flags &= ~(STREAM_OWN_BUFFER | STREAM_USER_BUFFER | STREAM_UNBUFFERED);
    file->base = file->next = NULL;
    file->count = 0;
    file->size = 0;
}

static int set_flag(struct crt_file *file, int flag) {
    file->flags |= flag;
    file->count = 0;
    stream_tell_copy(file);
    return CRT_EOF;
}

/* fd_read() on the stream's descriptor; its errno when it is closed. */
static int read_fd(struct crt_file *file, void *buffer, size_t size) {
    struct fd *fd = fd_acquire(file->fd);
    if (!fd)
        return -1;
    if ((fd->flags & (FD_TEXT | FD_DEVICE | FD_PIPE)) == FD_TEXT)
        file->stream->buffer_position = fd_seek(fd, 0, FILE_CURRENT);
    int count = fd_read(fd, buffer, (unsigned)size);
    fd_release(fd);
    return count;
}

static int write_fd(struct crt_file *file, const void *buffer, size_t size) {
    struct fd *fd = fd_acquire(file->fd);
    if (!fd)
        return -1;
    int count = fd_write(fd, buffer, (unsigned)size);
    fd_release(fd);
    return count;
}

/* False with STREAM_ERROR when the stream cannot be read now. */
static bool start_reading(struct crt_file *file) {
    if (!(file->flags & STREAM_IN_USE) || (file->flags & STREAM_WRITING) ||
        !(file->flags & (STREAM_READING | STREAM_UPDATE))) {
        crt_thread()->error = CRT_EBADF;
        set_flag(file, STREAM_ERROR);
        return false;
    }
    file->flags |= STREAM_READING;
    need_buffer(file);
    return true;
}

/* Fills the buffer; the number of bytes in it, 0 with STREAM_EOF or STREAM_ERROR set. */
static int refill(struct crt_file *file) {
    if (!start_reading(file))
        return 0;
    int count = read_fd(file, file->base, (size_t)file->size);
    file->next = file->base;
    if (count <= 0) {
        set_flag(file, count == 0 ? STREAM_EOF : STREAM_ERROR);
        return 0;
    }
    return file->count = count;
}

int stream_fill(struct crt_file *file) {
    if (!refill(file))
        return CRT_EOF;
    file->count--;
    return (unsigned char)*file->next++;
}

/* False with STREAM_ERROR when the stream cannot be written now. */
static bool start_writing(struct crt_file *file) {
    bool at_end_of_read = (file->flags & STREAM_READING) && (file->flags & STREAM_EOF);
    if (!(file->flags & STREAM_IN_USE) || !(file->flags & (STREAM_WRITING | STREAM_UPDATE)) ||
        ((file->flags & STREAM_READING) && !at_end_of_read)) {
        crt_thread()->error = CRT_EBADF;
        set_flag(file, STREAM_ERROR);
        return false;
    }
    if (file->flags & STREAM_READING) {
        file->flags &= ~STREAM_READING;
        file->next = file->base;
    }
    if (!(file->flags & STREAM_WRITING))
        file->next = file->base;
    file->flags = (file->flags | STREAM_WRITING) & ~STREAM_EOF;
    file->count = 0;
    need_buffer(file);
    return true;
}

/* Writes the buffer's contents and leaves it empty, without room. */
static bool write_buffer(struct crt_file *file) {
    size_t size = (size_t)(file->next - file->base);
    file->next = file->base;
    file->count = 0;
    if (size == 0 || write_fd(file, file->base, size) == (int)size)
        return true;
    set_flag(file, STREAM_ERROR);
    return false;
}

int stream_overflow(struct crt_file *file, int unit) {
    char byte = (char)unit;
    if (!start_writing(file))
        return CRT_EOF;
    if (file->flags & STREAM_UNBUFFERED) {
        file->count = 0;
        if (write_fd(file, &byte, 1) == 1)
            return (unsigned char)byte;
        return set_flag(file, STREAM_ERROR);
    }
    if (!write_buffer(file))
        return CRT_EOF;
    *file->next++ = byte;
    file->count = file->size - 1;
    return (unsigned char)byte;
}

/* "fflush": a stream that is being read keeps its buffer. */
int stream_flush(struct crt_file *file) {
    if (!(file->flags & STREAM_WRITING))
        return 0;
    if (file->base && !(file->flags & STREAM_UNBUFFERED) && !write_buffer(file))
        return CRT_EOF;
    if (file->flags & STREAM_UPDATE)
        file->flags &= ~STREAM_WRITING;
    file->count = 0;
    if (file->flags & STREAM_COMMIT) {
        struct fd *fd = fd_acquire(file->fd);
        if (fd) {
            api_FlushFileBuffers(fd->handle);
            fd_release(fd);
        }
    }
    return 0;
}

/* ---- blocks ---- */

/* Large reads go around the buffer. */
static int read_around(struct crt_file *file, char *to, size_t size) {
    if (!start_reading(file))
        return 0;
    size_t most = size - size % (size_t)file->size;
    if (most > INT_MAX - STREAM_BUFFER)
        most = INT_MAX - STREAM_BUFFER;
    int count = read_fd(file, to, most);
    file->next = file->base;
    if (count <= 0)
        set_flag(file, count == 0 ? STREAM_EOF : STREAM_ERROR);
    return count < 0 ? 0 : count;
}

size_t stream_read(struct crt_file *file, void *buffer, size_t size) {
    char *to = buffer;
    size_t left = size;
    if (file->count < 0)
        file->count = 0;
    while (left) {
        if (file->count > 0 && (file->flags & STREAM_READING)) {
            size_t piece = left < (size_t)file->count ? left : (size_t)file->count;
            memcpy(to, file->next, piece);
            file->next += piece;
            file->count -= (int)piece;
            to += piece;
            left -= piece;
            continue;
        }
        if (file->base && left >= (size_t)file->size) {
            int count = read_around(file, to, left);
            if (count == 0)
                break;
            to += count;
            left -= (size_t)count;
        } else if (!refill(file)) {
            break;
        }
    }
    return size - left;
}

static size_t write_around(struct crt_file *file, const char *from, size_t size) {
    size_t left = size;
    while (left) {
        size_t piece = left > INT_MAX - STREAM_BUFFER ? INT_MAX - STREAM_BUFFER : left;
        int count = write_fd(file, from, piece);
        if (count > 0) {
            from += count;
            left -= (size_t)count;
        }
        if (count < (int)piece) {
            set_flag(file, STREAM_ERROR);
            break;
        }
    }
    return size - left;
}

size_t stream_write(struct crt_file *file, const void *buffer, size_t size) {
    const char *from = buffer;
    if (size == 0)
        return 0;
    bool writing = (file->flags & STREAM_WRITING) && file->base;
    if (writing && !(file->flags & STREAM_UNBUFFERED) && file->count > 0 && size <= (size_t)file->count) {
        memcpy(file->next, from, size);
        file->next += size;
        file->count -= (int)size;
        return size;
    }
    int room = writing && file->count > 0 ? file->count : 0;
    if (!start_writing(file))
        return 0;
    if (file->flags & STREAM_UNBUFFERED)
        return write_around(file, from, size);
    /* Fill the buffer, write it, write whole buffers around it, keep the rest. */
    size_t head = size < (size_t)room ? size : (size_t)room;
    memcpy(file->next, from, head);
    file->next += head;
    size_t left = size - head;
    if (!write_buffer(file))
        return 0;
    size_t whole = left - left % (size_t)file->size, done = write_around(file, from + head, whole);
    if (done < whole)
        return head + done;
    size_t tail = left - whole;
    memcpy(file->next, from + head + whole, tail);
    file->next += tail;
    file->count = file->size - (int)tail;
    return size;
}

int stream_unget(struct crt_file *file, int unit) {
    bool readable = (file->flags & STREAM_READING) ||
                    ((file->flags & STREAM_UPDATE) && !(file->flags & STREAM_WRITING));
    if (unit == CRT_EOF || !readable)
        return CRT_EOF;
    need_buffer(file);
    if (file->count < 0)
        file->count = 0;
    if (file->next == file->base) {
        if (file->count)
            return CRT_EOF;
        file->next++;
    }
    *--file->next = (char)unit;
    file->count++;
    file->flags = (file->flags & ~STREAM_EOF) | STREAM_READING;
    stream_tell_copy(file);
    return unit & 0xFF;
}

/* ---- the end of a stream ---- */

int stream_close(struct crt_file *file) {
    if (!(file->flags & STREAM_IN_USE))
        return CRT_EOF;
    int result = stream_flush(file);
    drop_buffer(file);
    if (fd_close(file->fd))
        result = CRT_EOF;
    file->fd = -1;
    file->flags = 0;
    return result;
}

API(CRT_DLLS, int, fclose, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    stream_lock(file);
    int result = stream_close(file);
    stream_unlock(file);
    return result;
}

API(CRT_DLLS, int, _fclose_nolock, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    return stream_close(stream_of(file));
}

/* All streams but the standard ones; returns how many were closed. */
API(CRT_DLLS, int, _fcloseall, void) {
    int closed = 0;
    for (struct stream *stream = stream_newest(); stream; stream = stream->older) {
        struct crt_file *file = stream->file;
        if (file >= crt_iob && file < crt_iob + 3)
            continue;
        stream_lock(file);
        if ((file->flags & STREAM_IN_USE) && stream_close(file) == 0)
            closed++;
        stream_unlock(file);
    }
    return closed;
}

/* Flushes what is being written; returns how many streams are open, or EOF when a flush failed. */
static int flush_all(int *failed) {
    int open = 0;
    *failed = 0;
    for (struct stream *stream = stream_newest(); stream; stream = stream->older) {
        struct crt_file *file = stream->file;
        if (!(file->flags & STREAM_IN_USE))
            continue;
        stream_lock(file);
        if (file->flags & STREAM_IN_USE) {
            open++;
            if (stream_flush(file))
                *failed = CRT_EOF;
        }
        stream_unlock(file);
    }
    return open;
}

API(CRT_DLLS, int, _flushall, void) {
    int failed;
    return flush_all(&failed);
}

API(CRT_DLLS, int, fflush, struct crt_file *file) {
    int result;
    if (!file) {
        flush_all(&result);
        return result;
    }
    file = stream_of(file);
    stream_lock(file);
    result = stream_flush(file);
    stream_unlock(file);
    return result;
}

API(CRT_DLLS, int, _fflush_nolock, struct crt_file *file) {
    return file ? stream_flush(stream_of(file)) : api_fflush(NULL);
}

/* Not inline: it reads GS, which the compiler may do ahead of the thread_self() that sets it. */
__attribute__((noinline)) static void flush_if_free(struct stream *stream) {
    if (crt_lock_try(&stream->lock)) {
        stream_flush(stream->file);
        crt_lock_release(&stream->lock);
    }
}

/* At the process's end what is buffered is written, as the C run-time's DLL does when it is detached. A stream that
 * another thread holds is left alone: that thread may be gone. */
__attribute__((destructor)) static void flush_at_exit(void) {
    for (struct stream *stream = stream_newest(); stream; stream = stream->older) {
        struct crt_file *file = stream->file;
        if (!(file->flags & STREAM_WRITING) || file->next == file->base)
            continue;
        thread_self();
        flush_if_free(stream);
    }
}

/* ---- state ---- */

API(CRT_DLLS, VOID, _lock_file, struct crt_file *file) { stream_lock(stream_of(file)); }
API(CRT_DLLS, VOID, _unlock_file, struct crt_file *file) { stream_unlock(stream_of(file)); }

/* The numbered locks of msvcrt; those from 16 on are the streams of _iob. */
enum { FIRST_STREAM_LOCK = 16, NUMBERED_LOCKS = 64 };
static struct crt_lock numbered_locks[NUMBERED_LOCKS];

static struct crt_lock *numbered_lock(int number) {
    int index = number - FIRST_STREAM_LOCK;
    if (index >= 0 && index < 3)
        return &iob_streams[index].lock;
    return (unsigned)number < NUMBERED_LOCKS ? &numbered_locks[number] : NULL;
}

static void after_fork_in_child(void) {
    crt_lock_survive_fork(&list_lock);
    for (struct stream *stream = newest; stream; stream = stream->older)
        crt_lock_survive_fork(&stream->lock);
    for (int i = 0; i < NUMBERED_LOCKS; i++)
        crt_lock_survive_fork(&numbered_locks[i]);
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }

API(msvcrt MSVCR_DLLS, VOID, _lock, int number) {
    struct crt_lock *lock = numbered_lock(number);
    if (lock)
        crt_lock_acquire(lock);
}

API(msvcrt MSVCR_DLLS, VOID, _unlock, int number) {
    struct crt_lock *lock = numbered_lock(number);
    if (lock)
        crt_lock_release(lock);
}

API(ucrtbase, struct crt_file *, __acrt_iob_func, unsigned index) { return index < 3 ? &crt_iob[index] : NULL; }
API(msvcrt MSVCR_DLLS, struct crt_file *, __iob_func, void) { return crt_iob; }
API_ALIAS(api___iob_func, p, MSVCR_DLLS, "__p__iob");

/* What getc and putc of older headers call when `count` is used up. */
API(msvcrt MSVCR_DLLS, int, _filbuf, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    if (stream_of(file) != file)
        file->count = 0;
    file = stream_of(file);
    stream_lock(file);
    int unit = file->count > 0 ? stream_get(file) : stream_fill(file);
    stream_unlock(file);
    return unit;
}

API(msvcrt MSVCR_DLLS, int, _flsbuf, int unit, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EOF);
    if (stream_of(file) != file)
        file->count = 0;
    file = stream_of(file);
    stream_lock(file);
    int result = stream_put(file, unit);
    stream_unlock(file);
    return result;
}

API(CRT_DLLS, int, feof, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, 0);
    return stream_of(file)->flags & STREAM_EOF;
}

API(CRT_DLLS, int, ferror, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, 0);
    return stream_of(file)->flags & STREAM_ERROR;
}

API(CRT_DLLS, errno_t, clearerr_s, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EINVAL);
    file = stream_of(file);
    stream_lock(file);
    file->flags &= ~(STREAM_ERROR | STREAM_EOF);
    struct fd *fd = fd_record(file->fd);
    if (fd)
        fd->flags &= (unsigned char)~FD_AT_EOF;
    stream_tell_copy(file);
    stream_unlock(file);
    return 0;
}

API(CRT_DLLS, VOID, clearerr, struct crt_file *file) { api_clearerr_s(file); }

API(CRT_DLLS, int, _fileno, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, -1);
    return stream_of(file)->fd;
}

API(ucrtbase msvcr120, errno_t, _get_stream_buffer_pointers, struct crt_file *file, char ***base, char ***next,
    int **count) {
    CRT_VALIDATE(file, CRT_EINVAL, CRT_EINVAL);
    file = stream_of(file);
    if (base)
        *base = &file->base;
    if (next)
        *next = &file->next;
    if (count)
        *count = &file->count;
    return 0;
}

API(CRT_DLLS, int, _getmaxstdio, void) { return stream_limit; }

API(CRT_DLLS, int, _setmaxstdio, int limit) {
    CRT_VALIDATE(limit >= IOB_ENTRIES && limit <= FD_MAX, CRT_EINVAL, -1);
    crt_lock_acquire(&list_lock);
    bool possible = limit >= stream_count;
    if (possible)
        stream_limit = limit;
    crt_lock_release(&list_lock);
    return possible ? limit : -1;
}

enum { MODE_FULL = 0, MODE_LINE = 0x40, MODE_NONE = 4 };

/* "setvbuf": line buffering is full buffering. */
static int set_buffer(struct crt_file *file, char *buffer, int mode, size_t size) {
    stream_flush(file);
    drop_buffer(file);
    if (mode == MODE_NONE) {
        set_single_buffer(file);
    } else if (buffer) {
        file->base = buffer;
        file->flags |= STREAM_USER_BUFFER;
        file->size = (int)(size & ~(size_t)1);
    } else {
        file->base = malloc(size);
        if (!file->base)
            return -1;
        file->flags |= STREAM_OWN_BUFFER;
        file->size = (int)(size & ~(size_t)1);
    }
    file->next = file->base;
    file->count = 0;
    return 0;
}

API(CRT_DLLS, int, setvbuf, struct crt_file *file, char *buffer, int mode, size_t size) {
    CRT_VALIDATE(file && (mode == MODE_FULL || mode == MODE_LINE || mode == MODE_NONE), CRT_EINVAL, -1);
    CRT_VALIDATE(mode == MODE_NONE || (size >= 2 && size <= INT_MAX), CRT_EINVAL, -1);
    file = stream_of(file);
    stream_lock(file);
    int result = set_buffer(file, buffer, mode, size);
    stream_unlock(file);
    return result;
}

API(CRT_DLLS, VOID, setbuf, struct crt_file *file, char *buffer) {
    api_setvbuf(file, buffer, buffer ? MODE_FULL : MODE_NONE, 512 /* BUFSIZ */);
}
