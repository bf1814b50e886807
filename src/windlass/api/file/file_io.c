/* Reading, writing and positions ("ReadFile function", "WriteFile function", "SetFilePointerEx function" ...). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "api.h"
#include "mailslot.h"
#include "pipe.h"
#include "serial.h"
#include "synchronous.h"
#include "wait.h"

#define INVALID_SET_FILE_POINTER 0xFFFFFFFFu
#define FILE_TYPE_UNKNOWN 0u
#define FILE_TYPE_DISK 1u
#define FILE_TYPE_CHAR 2u
#define FILE_TYPE_PIPE 3u

typedef union { PVOID Buffer; ULONGLONG Alignment; } FILE_SEGMENT_ELEMENT;

static BOOL fail_status(NTSTATUS status) { return fail(win32_from_status(status)); }

/* Another handle's lock on the bytes refuses the access ("LockFileEx function"). */
static NTSTATUS check_locks(struct file *file, int64_t offset, size_t size, bool writes) {
    if (!file->node || !__atomic_load_n(&file->node->locks, __ATOMIC_RELAXED))
        return STATUS_SUCCESS;
    int64_t start = offset >= 0 ? offset : lseek(file->fd, 0, SEEK_CUR);
    return file_lock_conflict(file, (uint64_t)start, size, writes);
}

static int64_t overlapped_offset(const OVERLAPPED *overlapped) {
    return (int64_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset);
}

static bool is_mapped_read(NTSTATUS status) { return status == STATUS_END_OF_FILE; }

static NTSTATUS transfer_now(struct file *file, bool writes, void *buffer, size_t size, int64_t offset, size_t *done) {
    if (file->pipe)
        return writes ? pipe_write(file, buffer, size, done) : pipe_read(file, buffer, size, done);
    NTSTATUS status = check_locks(file, offset, size, writes);
    *done = 0;
    if (status)
        return status;
    if (!writes)
        return file_read(file, buffer, size, offset, done);
    if (offset != -1 || !file->appends)
        return file_write(file, buffer, size, offset, done);
    pthread_mutex_lock(&file->lock);
    status = file_write(file, buffer, size, offset, done);
    pthread_mutex_unlock(&file->lock);
    return status;
}

/* As much as goes without waiting; STATUS_PENDING: not all of it. A pipe of the host that has room takes a page. */
static NTSTATUS write_now(struct file *file, char *buffer, size_t size, size_t *done) {
    struct pollfd room = {file->fd, POLLOUT, 0};
    NTSTATUS status;
    if (file->pipe)
        return pipe_write_now(file, buffer, size, done);
    *done = 0;
    do {
        size_t left = size - *done, count;
        if (poll(&room, 1, 0) == 0)
            return STATUS_PENDING;
        status = transfer_now(file, true, buffer + *done, left < PAGE_SIZE ? left : PAGE_SIZE, -1, &count);
        *done += count;
    } while (!status && *done < size);
    return status;
}

/* An anonymous pipe with PIPE_NOWAIT: what there is no room for is not written, which is no error. */
static NTSTATUS transfer_or_leave(struct file *file, bool writes, void *buffer, size_t size, size_t *done) {
    struct pollfd data = {file->fd, POLLIN, 0};
    if (!writes)
        return poll(&data, 1, 0) ? transfer_now(file, false, buffer, size, -1, done) : STATUS_PIPE_EMPTY;
    NTSTATUS status = write_now(file, buffer, size, done);
    return status == STATUS_PENDING ? STATUS_SUCCESS : status;
}

/* What may wait for somebody else can be cancelled meanwhile. */
static NTSTATUS transfer(struct file *file, bool writes, void *buffer, size_t size, int64_t offset, size_t *done) {
    if (file->serial)
        return serial_transfer(file, writes, buffer, size, done);
    if (file->mailslot)
        return mailslot_transfer(file, writes, buffer, size, done);
    if (file->kind == FILE_KIND_DISK)
        return transfer_now(file, writes, buffer, size, offset, done);
    if (file->no_wait)
        return transfer_or_leave(file, writes, buffer, size, done);
    synchronous_begin(file);
    NTSTATUS status = transfer_now(file, writes, buffer, size, offset, done);
    synchronous_end();
    return status;
}

/* Offset 0xFFFFFFFFFFFFFFFF writes at the end ("WriteFile function"). */
static int64_t resolve_offset(struct file *file, int64_t offset) {
    struct stat status;
    return offset == -1 && fstat(file->fd, &status) == 0 ? status.st_size : offset;
}

static NTSTATUS attempt_read(struct io_operation *operation, short ready) {
    (void)ready;
    struct file *file = operation->file;
    return file->pipe ? pipe_read_now(file, operation->buffer, operation->size, &operation->done)
                      : transfer(file, false, operation->buffer, operation->size, -1, &operation->done);
}

static NTSTATUS attempt_write(struct io_operation *operation, short ready) {
    (void)ready;
    size_t done;
    NTSTATUS status = write_now(operation->file, (char *)operation->buffer + operation->done,
                                operation->size - operation->done, &done);
    operation->done += done;
    return status;
}

/* STATUS_PENDING when there is nothing to read yet, or not room for all that is to be written. */
static NTSTATUS attempt_now(struct io_operation *operation) {
    struct file *file = operation->file;
    struct pollfd ready = {file->fd, operation->events, 0};
    if (file->pipe)
        pipe_settle(file);
    /* A serial port may have told to return at once, with or without anything; a mailslot has to be looked into. */
    bool has_rest = file->serial || file->mailslot || (file->pipe && operation->events & POLLIN && pipe_has_rest(file));
    if (io_is_waiting(operation->fd, operation->events) || (!has_rest && poll(&ready, 1, 0) == 0))
        return STATUS_PENDING;
    return operation->attempt(operation, ready.revents);
}

NTSTATUS file_transfer(struct file *file, bool writes, void *buffer, size_t size, int64_t offset,
                       const struct io_request *request, size_t *done) {
    NTSTATUS status;
    io_begin(file, request);
    *done = 0;
    if (file->kind == FILE_KIND_DISK || (file->mailslot && writes)) {
        status = transfer(file, writes, buffer, size, writes ? resolve_offset(file, offset) : offset, done);
    } else {
        struct io_operation model = {.file = file, .request = *request, .fd = file->fd,
                                     .events = writes ? POLLOUT : POLLIN, .deadline = INT64_MAX, .buffer = buffer,
                                     .size = size, .attempt = writes ? attempt_write : attempt_read};
        if (file->serial)
            serial_prepare(&model, writes);
        if (file->mailslot)
            mailslot_prepare(&model);
        status = attempt_now(&model);
        if (status == STATUS_PENDING)
            return io_start(&model);
        *done = model.done;
    }
    io_complete(file, request, status, *done);
    return status;
}

/* On a handle for synchronous I/O an OVERLAPPED only says where; the position moves along. */
static NTSTATUS transfer_at(struct file *file, bool writes, void *buffer, size_t size, OVERLAPPED *overlapped,
                            size_t *done) {
    int64_t offset = overlapped_offset(overlapped);
    overlapped->Internal = (ULONG_PTR)(ULONG)STATUS_PENDING;
    if (writes)
        offset = resolve_offset(file, offset);
    NTSTATUS status = transfer(file, writes, buffer, size, offset, done);
    if (file->kind == FILE_KIND_DISK)
        lseek(file->fd, offset + (int64_t)*done, SEEK_SET);
    const struct io_request request = io_request_from(overlapped, NULL);
    io_complete(file, &request, status, *done);
    return status;
}

static BOOL read_or_write(HANDLE handle, bool writes, void *buffer, DWORD size, DWORD *count, OVERLAPPED *overlapped) {
    size_t done = 0;
    if (count)
        *count = 0;
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return FALSE;
    ACCESS_MASK needed = writes ? FILE_WRITE_DATA | FILE_APPEND_DATA : FILE_READ_DATA;
    const struct io_request request = overlapped ? io_request_from(overlapped, NULL) : (struct io_request){0};
    NTSTATUS status;
    if (!(file->access & needed))
        status = STATUS_ACCESS_DENIED;
    else if (file->is_overlapped && !overlapped && (file->kind == FILE_KIND_DISK || file->serial))
        status = STATUS_INVALID_PARAMETER;           /* there is no position; a pipe needs none, and is waited for */
    else if (!overlapped)
        status = transfer(file, writes, buffer, size, -1, &done);
    else if (file->is_overlapped)
        status = file_transfer(file, writes, buffer, size, overlapped_offset(overlapped), &request, &done);
    else
        status = transfer_at(file, writes, buffer, size, overlapped, &done);
    file_release(file);
    if (count)
        *count = (DWORD)done;
    /* Without an OVERLAPPED the end of the file is no error but a count of 0. */
    if (status == STATUS_SUCCESS || status == STATUS_TIMEOUT || (is_mapped_read(status) && !overlapped))
        return TRUE;
    return fail_status(status);
}

API(kernel32 kernelbase, BOOL, ReadFile, HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
    LPDWORD lpNumberOfBytesRead, OVERLAPPED *lpOverlapped) {
    return read_or_write(hFile, false, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped);
}

API(kernel32 kernelbase, BOOL, WriteFile, HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
    LPDWORD lpNumberOfBytesWritten, OVERLAPPED *lpOverlapped) {
    return read_or_write(hFile, true, (void *)lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten, lpOverlapped);
}

static BOOL with_routine(HANDLE handle, bool writes, void *buffer, DWORD size, OVERLAPPED *overlapped,
                         COMPLETION_ROUTINE routine) {
    size_t done;
    struct file *file = file_from_handle(handle, writes ? 0 : FILE_READ_DATA);
    if (!file)
        return FALSE;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    if (overlapped && routine && file->is_overlapped && !file->port) {
        const struct io_request request = io_request_from(overlapped, routine);
        status = file_transfer(file, writes, buffer, size, overlapped_offset(overlapped), &request, &done);
    }
    file_release(file);
    if (!NT_SUCCESS(status))
        return fail_status(status);
    set_last_error(ERROR_SUCCESS);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, ReadFileEx, HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
    OVERLAPPED *lpOverlapped, COMPLETION_ROUTINE lpCompletionRoutine) {
    return with_routine(hFile, false, lpBuffer, nNumberOfBytesToRead, lpOverlapped, lpCompletionRoutine);
}

API(kernel32 kernelbase, BOOL, WriteFileEx, HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
    OVERLAPPED *lpOverlapped, COMPLETION_ROUTINE lpCompletionRoutine) {
    return with_routine(hFile, true, (void *)lpBuffer, nNumberOfBytesToWrite, lpOverlapped, lpCompletionRoutine);
}

static BOOL by_pages(HANDLE handle, bool writes, FILE_SEGMENT_ELEMENT *segments, DWORD size, OVERLAPPED *overlapped) {
    struct file *file = file_from_handle(handle, writes ? 0 : FILE_READ_DATA);
    if (!file)
        return FALSE;
    NTSTATUS status = file->is_overlapped && overlapped ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    const struct io_request request = overlapped ? io_request_from(overlapped, NULL) : (struct io_request){0};
    size_t total = 0, done;
    if (!status)
        io_begin(file, &request);
    for (DWORD page = 0; !status && total < size; page++) {
        size_t part = size - total < PAGE_SIZE ? size - total : PAGE_SIZE;
        status = transfer(file, writes, segments[page].Buffer, part, overlapped_offset(overlapped) + (int64_t)total, &done);
        total += done;
        if (done < part)
            break;
    }
    if (total && status == STATUS_END_OF_FILE)
        status = STATUS_SUCCESS;
    if (status != STATUS_INVALID_PARAMETER)
        io_complete(file, &request, status, total);
    file_release(file);
    return status ? fail_status(status) : TRUE;
}

API(kernel32 kernelbase, BOOL, ReadFileScatter, HANDLE hFile, FILE_SEGMENT_ELEMENT *aSegmentArray,
    DWORD nNumberOfBytesToRead, LPDWORD lpReserved, OVERLAPPED *lpOverlapped) {
    (void)lpReserved;
    return by_pages(hFile, false, aSegmentArray, nNumberOfBytesToRead, lpOverlapped);
}

API(kernel32 kernelbase, BOOL, WriteFileGather, HANDLE hFile, FILE_SEGMENT_ELEMENT *aSegmentArray,
    DWORD nNumberOfBytesToWrite, LPDWORD lpReserved, OVERLAPPED *lpOverlapped) {
    (void)lpReserved;
    return by_pages(hFile, true, aSegmentArray, nNumberOfBytesToWrite, lpOverlapped);
}

/* ---- position and size ---- */

/* Windows keeps a position for whatever is not overlapped, and devices and pipes take no notice of it: the function "may
 * not return an error" there, nor do _lseek and fseek. The end is behind what a pipe has to be read. */
static NTSTATUS keep_position(struct file *file, int64_t distance, DWORD method, int64_t *position) {
    int waiting = 0;
    if (file->kind == FILE_KIND_PIPE && file->is_overlapped)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (method == FILE_END && file->kind == FILE_KIND_PIPE && file->access & FILE_READ_DATA)
        ioctl(file->fd, FIONREAD, &waiting);
    pthread_mutex_lock(&file->lock);
    int64_t start = method == FILE_BEGIN ? 0 : method == FILE_END ? waiting : file->kept_position;
    bool is_valid = !__builtin_add_overflow(start, distance, position) && *position >= 0;
    if (is_valid)
        file->kept_position = *position;
    pthread_mutex_unlock(&file->lock);
    return is_valid ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS file_set_position(struct file *file, int64_t distance, DWORD method, int64_t *position) {
    if (method > FILE_END)
        return STATUS_INVALID_PARAMETER;
    if (file->kind != FILE_KIND_DISK)
        return keep_position(file, distance, method, position);
    *position = lseek(file->fd, distance, (int)method);
    return *position >= 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS set_position(HANDLE handle, int64_t distance, DWORD method, int64_t *position) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(handle, &file_type, 0, &status);
    if (!file)
        return status;
    status = file_set_position(file, distance, method, position);
    file_release(file);
    return status;
}

static BOOL seek_failed(NTSTATUS status, DWORD method) {
    return fail(status == STATUS_INVALID_PARAMETER && method <= FILE_END ? ERROR_NEGATIVE_SEEK
                                                                        : win32_from_status(status));
}

API(kernel32 kernelbase, BOOL, SetFilePointerEx, HANDLE hFile, LARGE_INTEGER liDistanceToMove,
    LARGE_INTEGER *lpNewFilePointer, DWORD dwMoveMethod) {
    int64_t position = 0;
    NTSTATUS status = set_position(hFile, liDistanceToMove.QuadPart, dwMoveMethod, &position);
    if (status)
        return seek_failed(status, dwMoveMethod);
    if (lpNewFilePointer)
        lpNewFilePointer->QuadPart = position;
    return TRUE;
}

API(kernel32 kernelbase, DWORD, SetFilePointer, HANDLE hFile, LONG lDistanceToMove, PLONG lpDistanceToMoveHigh,
    DWORD dwMoveMethod) {
    int64_t position = 0, distance = lDistanceToMove;
    if (lpDistanceToMoveHigh)
        distance = (int64_t)((uint64_t)(uint32_t)*lpDistanceToMoveHigh << 32 | (uint32_t)lDistanceToMove);
    NTSTATUS status = set_position(hFile, distance, dwMoveMethod, &position);
    if (status) {
        seek_failed(status, dwMoveMethod);
        return INVALID_SET_FILE_POINTER;
    }
    if (lpDistanceToMoveHigh)
        *lpDistanceToMoveHigh = (LONG)(position >> 32);
    else if (position >> 32) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return INVALID_SET_FILE_POINTER;
    }
    if ((DWORD)position == INVALID_SET_FILE_POINTER)
        set_last_error(ERROR_SUCCESS); /* the only way to tell this position from a failure */
    return (DWORD)position;
}

API(kernel32 kernelbase, BOOL, SetEndOfFile, HANDLE hFile) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    off_t position = lseek(file->fd, 0, SEEK_CUR);
    NTSTATUS status = !(file->access & FILE_WRITE_DATA) ? STATUS_ACCESS_DENIED
                      : position < 0                    ? status_from_errno(errno) : file_resize(file, position);
    file_release(file);
    return status ? fail_status(status) : TRUE;
}

API(kernel32 kernelbase, BOOL, SetFileValidData, HANDLE hFile, LONGLONG ValidDataLength) {
    (void)hFile, (void)ValidDataLength;
    return fail(ERROR_PRIVILEGE_NOT_HELD); /* SE_MANAGE_VOLUME_NAME */
}

static bool file_size(HANDLE handle, int64_t *size) {
    struct stat status;
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return false;
    bool ok = fstat(file->fd, &status) == 0 && (file->kind == FILE_KIND_DISK || file->kind == FILE_KIND_DIRECTORY);
    *size = ok && file->kind == FILE_KIND_DISK ? status.st_size : 0;
    file_release(file);
    if (!ok)
        set_last_error(ERROR_INVALID_FUNCTION);
    return ok;
}

API(kernel32 kernelbase, BOOL, GetFileSizeEx, HANDLE hFile, LARGE_INTEGER *lpFileSize) {
    int64_t size;
    if (!file_size(hFile, &size))
        return FALSE;
    lpFileSize->QuadPart = size;
    return TRUE;
}

API(kernel32 kernelbase, DWORD, GetFileSize, HANDLE hFile, LPDWORD lpFileSizeHigh) {
    int64_t size;
    if (!file_size(hFile, &size))
        return 0xFFFFFFFF;
    if (lpFileSizeHigh)
        *lpFileSizeHigh = (DWORD)(size >> 32);
    if ((DWORD)size == 0xFFFFFFFF)
        set_last_error(ERROR_SUCCESS);
    return (DWORD)size;
}

static DWORD flush(struct file *file) {
    if (!(file->access & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        return ERROR_ACCESS_DENIED;
    if (file->pipe)
        return win32_from_status(pipe_flush(file));
    bool failed = file->serial ? ioctl(file->fd, TCSBRK, 1) /* waits until all is sent */
                               : file->kind == FILE_KIND_DISK && fsync(file->fd);
    return failed ? win32_from_errno(errno) : ERROR_SUCCESS;
}

API(kernel32 kernelbase, BOOL, FlushFileBuffers, HANDLE hFile) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    DWORD error = flush(file);
    file_release(file);
    return error ? fail(error) : TRUE;
}

API(kernel32 kernelbase, DWORD, GetFileType, HANDLE hFile) {
    static const DWORD types[] = {[FILE_KIND_DISK] = FILE_TYPE_DISK, [FILE_KIND_DIRECTORY] = FILE_TYPE_DISK,
                                  [FILE_KIND_CHARACTER] = FILE_TYPE_CHAR, [FILE_KIND_PIPE] = FILE_TYPE_PIPE};
    if ((ULONG_PTR)hFile + 12 <= 2) /* STD_INPUT_HANDLE and the others are taken for what they stand for */
        hFile = std_handle((DWORD)(ULONG_PTR)hFile);
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FILE_TYPE_UNKNOWN;
    DWORD type = types[file->kind];
    file_release(file);
    set_last_error(ERROR_SUCCESS);
    return type;
}

API(kernel32, LONG, _llseek, HANDLE hFile, LONG lOffset, int iOrigin) {
    return (LONG)api_SetFilePointer(hFile, lOffset, NULL, (DWORD)iOrigin);
}

API(kernel32, UINT, _lread, HANDLE hFile, LPVOID lpBuffer, UINT uBytes) {
    DWORD done;
    return api_ReadFile(hFile, lpBuffer, uBytes, &done, NULL) ? done : 0xFFFFFFFF;
}
API_ALIAS(api__lread, huge, kernel32, "_hread");

API(kernel32, UINT, _lwrite, HANDLE hFile, LPCSTR lpBuffer, UINT uBytes) {
    DWORD done;
    if (!uBytes) /* sets the end of the file */
        return api_SetEndOfFile(hFile) ? 0 : 0xFFFFFFFF;
    return api_WriteFile(hFile, lpBuffer, uBytes, &done, NULL) ? done : 0xFFFFFFFF;
}
API_ALIAS(api__lwrite, huge, kernel32, "_hwrite");
