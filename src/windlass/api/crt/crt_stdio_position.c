/* Positions in streams ("fseek, _fseeki64", "ftell, _ftelli64", "fgetpos", "fsetpos", "rewind"). */
#include "crt_stdio.h"

/* Where in the file the next character is read: the descriptor is behind all of the buffer. Of text, what the part of
 * the buffer that has been taken stands for in the file is counted there. */
static int64_t tell_reading(const struct crt_file *file, struct fd *fd, int64_t position) {
    if (!(fd->flags & FD_TEXT) || file->count <= 0)
        return position - (file->count > 0 ? file->count : 0);
    int64_t start = file->stream->buffer_position;
    if (start < 0)
        return position - file->count;
    int64_t taken = fd_raw_length(fd, start, file->next - file->base);
    return taken < 0 ? -1 : start + taken;
}

/* Of a file opened for appending too: that the next write goes to the end does not show ("ftell, _ftelli64"). */
static int64_t tell_writing(const struct crt_file *file, struct fd *fd, int64_t position) {
    if (!file->base || (file->flags & STREAM_UNBUFFERED))
        return position;
    return position + fd_written_length(fd, file->base, (unsigned)(file->next - file->base));
}

int64_t stream_tell(struct crt_file *file) {
    struct fd *fd = fd_acquire(file->fd);
    if (!fd)
        return -1;
    bool at_eof = fd->flags & FD_AT_EOF;
    unsigned char ahead = fd->ahead_count;
    int64_t position = fd_seek(fd, 0, FILE_CURRENT);
    if (position >= 0)
        position = file->flags & STREAM_WRITING ? tell_writing(file, fd, position) : tell_reading(file, fd, position);
    if (at_eof)
        fd->flags |= FD_AT_EOF;
    fd->ahead_count = ahead;
    fd_release(fd);
    return position;
}

int stream_seek(struct crt_file *file, int64_t offset, int origin) {
    file->flags &= ~STREAM_EOF;
    stream_tell_copy(file);
    if (origin == (int)FILE_CURRENT) {
        int64_t here = stream_tell(file);
        if (here < 0)
            return -1;
        offset += here;
        origin = FILE_BEGIN;
    }
    if (stream_flush(file))
        return -1;
    file->next = file->base;
    file->count = 0;
    if (file->flags & STREAM_UPDATE)
        file->flags &= ~(STREAM_READING | STREAM_WRITING);
    file->stream->buffer_position = -1;
    struct fd *fd = fd_acquire(file->fd);
    if (!fd)
        return -1;
    int64_t position = fd_seek(fd, offset, origin);
    fd_release(fd);
    return position < 0 ? -1 : 0;
}

static int seek_validated(struct crt_file *file, int64_t offset, int origin, bool locked) {
    CRT_VALIDATE(file && origin >= (int)FILE_BEGIN && origin <= (int)FILE_END, CRT_EINVAL, -1);
    file = stream_of(file);
    if (!(file->flags & STREAM_IN_USE))
        return crt_fail(CRT_EINVAL);
    if (!locked)
        stream_lock(file);
    int result = stream_seek(file, offset, origin);
    if (!locked)
        stream_unlock(file);
    return result;
}

static int64_t tell_validated(struct crt_file *file, bool locked) {
    CRT_VALIDATE(file, CRT_EINVAL, -1);
    file = stream_of(file);
    if (!locked)
        stream_lock(file);
    int64_t position = stream_tell(file);
    if (!locked)
        stream_unlock(file);
    return position;
}

static LONG long_position(int64_t position) {
    return position > INT32_MAX ? crt_fail(CRT_EINVAL) : (LONG)position;
}

API(CRT_DLLS, int, _fseeki64, struct crt_file *file, int64_t offset, int origin) {
    return seek_validated(file, offset, origin, false);
}

API(ucrtbase MSVCR_DLLS, int, _fseeki64_nolock, struct crt_file *file, int64_t offset, int origin) {
    return seek_validated(file, offset, origin, true);
}

API(CRT_DLLS, int, fseek, struct crt_file *file, LONG offset, int origin) {
    return seek_validated(file, offset, origin, false);
}

API(CRT_DLLS, int, _fseek_nolock, struct crt_file *file, LONG offset, int origin) {
    return seek_validated(file, offset, origin, true);
}

API(CRT_DLLS, int64_t, _ftelli64, struct crt_file *file) { return tell_validated(file, false); }
API(ucrtbase MSVCR_DLLS, int64_t, _ftelli64_nolock, struct crt_file *file) { return tell_validated(file, true); }
API(CRT_DLLS, LONG, ftell, struct crt_file *file) { return long_position(tell_validated(file, false)); }
API(CRT_DLLS, LONG, _ftell_nolock, struct crt_file *file) { return long_position(tell_validated(file, true)); }

/* fpos_t is the position. */
API(CRT_DLLS, int, fgetpos, struct crt_file *file, int64_t *position) {
    CRT_VALIDATE(file && position, CRT_EINVAL, -1);
    *position = api__ftelli64(file);
    return *position < 0 ? -1 : 0;
}

API(CRT_DLLS, int, fsetpos, struct crt_file *file, const int64_t *position) {
    CRT_VALIDATE(file && position, CRT_EINVAL, -1);
    return api__fseeki64(file, *position, FILE_BEGIN);
}

API(CRT_DLLS, VOID, rewind, struct crt_file *file) {
    if (!file) {
        crt_invalid(CRT_EINVAL);
        return;
    }
    file = stream_of(file);
    stream_lock(file);
    file->flags &= ~(STREAM_ERROR | STREAM_EOF);
    stream_seek(file, 0, FILE_BEGIN);
    stream_unlock(file);
}
