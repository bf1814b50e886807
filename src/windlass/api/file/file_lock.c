/* Byte-range locks ("LockFileEx function"). They are kept per file in this process, where they also refuse reads and
 * writes by other handles, and as open file description locks on the host, which other processes see. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "api.h"
#include "file.h"
#include "futex.h"
#include "nt.h"

#define LOCKFILE_FAIL_IMMEDIATELY 1u
#define LOCKFILE_EXCLUSIVE_LOCK 2u

#define STATUS_LOCK_NOT_GRANTED ((NTSTATUS)0xC0000055)
#define STATUS_FILE_LOCK_CONFLICT ((NTSTATUS)0xC0000054)
#define STATUS_RANGE_NOT_LOCKED ((NTSTATUS)0xC000007E)
#define STATUS_INVALID_LOCK_RANGE ((NTSTATUS)0xC00001A1)

static bool overlaps(const struct file_lock *lock, uint64_t start, uint64_t length) {
    return length && lock->length && start < lock->start + lock->length && lock->start < start + length;
}

NTSTATUS file_lock_conflict(struct file *file, uint64_t start, uint64_t length, bool writes) {
    NTSTATUS status = STATUS_SUCCESS;
    file_nodes_lock();
    for (struct file_lock *lock = file->node ? file->node->locks : NULL; lock; lock = lock->next) {
        /* A shared lock forbids writing to all, its owner included. */
        bool forbids = lock->exclusive ? lock->owner != file : writes;
        if (forbids && overlaps(lock, start, length))
            status = STATUS_FILE_LOCK_CONFLICT;
    }
    file_nodes_unlock();
    return status;
}

/* The host counts from 0 to 2^63 - 1, and a length of 0 means "to the end". */
static int host_lock(int fd, short type, uint64_t start, uint64_t length) {
    if (start > INT64_MAX || !length)
        return 0;
    uint64_t end = start + length - 1;
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)start,
                          .l_len = end >= INT64_MAX ? 0 : (off_t)length};
    if (fcntl(fd, F_OFD_SETLK, &range) == 0)
        return 0;
    /* A lock that the host cannot have (an exclusive one on a descriptor that only reads) holds in this process. */
    return errno == EBADF || errno == EINVAL ? 0 : errno;
}

static bool is_covered(const struct file *file, uint64_t start, uint64_t length) {
    for (const struct file_lock *each = file->node->locks; each; each = each->next)
        if (each->owner == file && each->exclusive && each->start <= start &&
            each->start + each->length >= start + length)
            return true;
    return false;
}

/* The host merges the ranges of a handle: what its other locks cover is locked again. */
static void lock_again(const struct file *file, bool exclusive, uint64_t start, uint64_t length) {
    for (const struct file_lock *each = file->node->locks; each; each = each->next)
        if (each->owner == file && each->exclusive == exclusive && overlaps(each, start, length))
            host_lock(file->fd, exclusive ? F_WRLCK : F_RDLCK, each->start, each->length);
}

/* "If the same range is locked with an exclusive and a shared lock", by one handle, the exclusive one counts. */
static bool lock_on_host(const struct file *file, uint64_t start, uint64_t length, bool exclusive) {
    if (is_covered(file, start, length))
        return true;
    if (host_lock(file->fd, exclusive ? F_WRLCK : F_RDLCK, start, length))
        return false;
    lock_again(file, true, start, length);
    return true;
}

static bool conflicts(const struct file_lock *lock, const struct file *file, bool exclusive) {
    return exclusive || (lock->exclusive && lock->owner != file);
}

/* One attempt. */
static NTSTATUS try_lock(struct file *file, uint64_t start, uint64_t length, bool exclusive) {
    if (length && start + length - 1 < start)
        return STATUS_INVALID_LOCK_RANGE;
    struct file_lock *lock = malloc(sizeof *lock);
    if (!lock)
        return STATUS_NO_MEMORY;
    *lock = (struct file_lock){NULL, file, start, length, exclusive};
    NTSTATUS status = STATUS_SUCCESS;
    file_nodes_lock();
    for (struct file_lock *each = file->node->locks; each; each = each->next)
        if (conflicts(each, file, exclusive) && overlaps(each, start, length))
            status = STATUS_LOCK_NOT_GRANTED;
    if (!status && !lock_on_host(file, start, length, exclusive))
        status = STATUS_LOCK_NOT_GRANTED;
    if (!status) {
        lock->next = file->node->locks;
        file->node->locks = lock;
    }
    file_nodes_unlock();
    if (status)
        free(lock);
    return status;
}

/* "The first unlock operation unlocks the exclusive lock, the second the shared" ("LockFileEx function"). NULL: none. */
static struct file_lock **find_lock(const struct file *file, uint64_t start, uint64_t length) {
    struct file_lock **found = NULL;
    for (struct file_lock **at = &file->node->locks; *at; at = &(*at)->next) {
        const struct file_lock *lock = *at;
        if (lock->owner == file && lock->start == start && lock->length == length && (!found || lock->exclusive))
            found = at;
    }
    return found;
}

static NTSTATUS unlock(struct file *file, uint64_t start, uint64_t length) {
    file_nodes_lock();
    struct file_lock **at = find_lock(file, start, length), *lock = at ? *at : NULL;
    if (lock) {
        *at = lock->next;
        free(lock);
        if (!find_lock(file, start, length))         /* else it becomes shared without a moment in between */
            host_lock(file->fd, F_UNLCK, start, length);
        lock_again(file, false, start, length);
        lock_again(file, true, start, length);
    }
    file_nodes_unlock();
    return lock ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED;
}

enum { RETRY_MILLISECONDS = 5 };

/* operation->size is the length, buffer not NULL for an exclusive lock. Nobody tells when a lock is free. */
static NTSTATUS attempt_lock(struct io_operation *operation, short ready) {
    (void)ready;
    NTSTATUS status = try_lock(operation->file, (uint64_t)operation->offset, operation->size, operation->buffer != NULL);
    operation->deadline = deadline_from_milliseconds(RETRY_MILLISECONDS);
    return status == STATUS_LOCK_NOT_GRANTED ? STATUS_PENDING : status;
}

/* `request` NULL: nobody is told but the caller. */
static NTSTATUS lock_file(struct file *file, uint64_t start, uint64_t length, DWORD flags,
                          const struct io_request *request) {
    bool exclusive = flags & LOCKFILE_EXCLUSIVE_LOCK;
    if (!file->node || file->kind != FILE_KIND_DISK)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!(file->access & (FILE_READ_DATA | FILE_WRITE_DATA)))
        return STATUS_ACCESS_DENIED;
    if (request)
        io_begin(file, request);
    NTSTATUS status;
    while ((status = try_lock(file, start, length, exclusive)) == STATUS_LOCK_NOT_GRANTED &&
           !(flags & LOCKFILE_FAIL_IMMEDIATELY)) {
        if (request && file->is_overlapped) {
            const struct io_operation model = {.file = file, .request = *request, .fd = -1,
                                               .deadline = deadline_from_milliseconds(RETRY_MILLISECONDS),
                                               .buffer = exclusive ? file : NULL, .size = length,
                                               .offset = (int64_t)start, .attempt = attempt_lock};
            return io_start(&model);
        }
        poll(NULL, 0, RETRY_MILLISECONDS);
    }
    if (request)
        io_complete(file, request, status, 0);
    return status;
}

static uint64_t join(DWORD low, DWORD high) { return (uint64_t)high << 32 | low; }

API(kernel32 kernelbase, BOOL, LockFile, HANDLE hFile, DWORD dwFileOffsetLow, DWORD dwFileOffsetHigh,
    DWORD nNumberOfBytesToLockLow, DWORD nNumberOfBytesToLockHigh) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    NTSTATUS status = lock_file(file, join(dwFileOffsetLow, dwFileOffsetHigh),
                                join(nNumberOfBytesToLockLow, nNumberOfBytesToLockHigh),
                                LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, NULL);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, LockFileEx, HANDLE hFile, DWORD dwFlags, DWORD dwReserved,
    DWORD nNumberOfBytesToLockLow, DWORD nNumberOfBytesToLockHigh, OVERLAPPED *lpOverlapped) {
    if (dwReserved || !lpOverlapped)
        return fail(ERROR_INVALID_PARAMETER);
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    const struct io_request request = io_request_from(lpOverlapped, NULL);
    NTSTATUS status = lock_file(file, join(lpOverlapped->Offset, lpOverlapped->OffsetHigh),
                                join(nNumberOfBytesToLockLow, nNumberOfBytesToLockHigh), dwFlags, &request);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

static BOOL unlock_handle(HANDLE handle, uint64_t start, uint64_t length) {
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return FALSE;
    NTSTATUS status = file->node ? unlock(file, start, length) : STATUS_INVALID_DEVICE_REQUEST;
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, UnlockFile, HANDLE hFile, DWORD dwFileOffsetLow, DWORD dwFileOffsetHigh,
    DWORD nNumberOfBytesToUnlockLow, DWORD nNumberOfBytesToUnlockHigh) {
    return unlock_handle(hFile, join(dwFileOffsetLow, dwFileOffsetHigh),
                         join(nNumberOfBytesToUnlockLow, nNumberOfBytesToUnlockHigh));
}

API(kernel32 kernelbase, BOOL, UnlockFileEx, HANDLE hFile, DWORD dwReserved, DWORD nNumberOfBytesToUnlockLow,
    DWORD nNumberOfBytesToUnlockHigh, OVERLAPPED *lpOverlapped) {
    if (dwReserved || !lpOverlapped)
        return fail(ERROR_INVALID_PARAMETER);
    return unlock_handle(hFile, join(lpOverlapped->Offset, lpOverlapped->OffsetHigh),
                         join(nNumberOfBytesToUnlockLow, nNumberOfBytesToUnlockHigh));
}

/* ---- the native calls ---- */

API(ntdll, NTSTATUS, NtLockFile, HANDLE FileHandle, HANDLE Event, APC_ROUTINE ApcRoutine, PVOID ApcContext,
    IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset, LARGE_INTEGER *Length, ULONG Key, BOOLEAN FailImmediately,
    BOOLEAN ExclusiveLock) {
    NTSTATUS status;
    (void)Key;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    const struct io_request request = io_request_native(Event, ApcRoutine, ApcContext, IoStatusBlock);
    DWORD flags = (FailImmediately ? LOCKFILE_FAIL_IMMEDIATELY : 0) | (ExclusiveLock ? LOCKFILE_EXCLUSIVE_LOCK : 0);
    status = lock_file(file, (uint64_t)ByteOffset->QuadPart, (uint64_t)Length->QuadPart, flags, &request);
    file_release(file);
    return status;
}

API(ntdll, NTSTATUS, NtUnlockFile, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset,
    LARGE_INTEGER *Length, ULONG Key) {
    NTSTATUS status;
    (void)Key;
    struct file *file = (struct file *)handle_object(FileHandle, &file_type, 0, &status);
    if (!file)
        return status;
    status = file->node ? unlock(file, (uint64_t)ByteOffset->QuadPart, (uint64_t)Length->QuadPart)
                        : STATUS_INVALID_DEVICE_REQUEST;
    file_release(file);
    *IoStatusBlock = (IO_STATUS_BLOCK){{status}, 0};
    return status;
}
