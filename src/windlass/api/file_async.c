/* Overlapped operations: how they begin, end and are cancelled ("Synchronous and Asynchronous I/O").
 *
 * Most operations end before the function that began them returns. What may wait for somebody else (a pipe's other
 * end, a change in a directory, a lock) is done by a thread of its own, which sleeps in poll() on the file and on an
 * event descriptor that cancels it. */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api.h"
#include "file.h"
#include "sync.h"
#include "thread_object.h"
#include "wait.h"

enum { FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1, FILE_SKIP_SET_EVENT_ON_HANDLE = 2 };

/* Process state: the operations in progress. */
static struct io_operation *operations;
static pthread_mutex_t operations_lock = PTHREAD_MUTEX_INITIALIZER;

static void set_signaled(struct file *file, bool signaled) {
    dispatcher_acquire();
    file->is_signaled = signaled;
    if (signaled)
        object_signaled(&file->object);
    dispatcher_release();
}

static struct object *event_of(const OVERLAPPED *overlapped) {
    NTSTATUS status;
    HANDLE handle = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);
    return handle ? handle_object(handle, &event_type, 0, &status) : NULL;
}

void io_begin(struct file *file, OVERLAPPED *overlapped) {
    overlapped->InternalHigh = 0;
    __atomic_store_n(&overlapped->Internal, (ULONG_PTR)(ULONG)STATUS_PENDING, __ATOMIC_RELEASE);
    struct object *event = event_of(overlapped);
    if (event)
        event_reset(event);
    object_release(event);
    set_signaled(file, false);
}


static void store_result(OVERLAPPED *overlapped, NTSTATUS status, size_t done) {
    overlapped->InternalHigh = done;
    __atomic_store_n(&overlapped->Internal, (ULONG_PTR)(ULONG)status, __ATOMIC_RELEASE);
}

/* A low bit in hEvent keeps the completion from the port ("GetQueuedCompletionStatus function"). */
static void complete(struct file *file, OVERLAPPED *overlapped, NTSTATUS status, size_t done, bool to_port) {
    /* After the store the program may free the OVERLAPPED: all that is needed of it is read before. */
    struct object *event = event_of(overlapped);
    to_port = to_port && file->port && !((ULONG_PTR)overlapped->hEvent & 1);
    store_result(overlapped, status, done);
    if (event)
        event_set(event);
    object_release(event);
    set_signaled(file, true);
    if (to_port)
        port_post(file->port, status, (DWORD)done, file->port_key, overlapped);
}

void io_complete(struct file *file, OVERLAPPED *overlapped, NTSTATUS status, size_t done) {
    /* An operation that failed at once is not posted: the function that began it says so. */
    bool to_port = NT_SUCCESS(status) && !(file->notification_modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
    complete(file, overlapped, status, done, to_port);
}

/* ---- operations with a thread ---- */

typedef void(WINAPI *COMPLETION_ROUTINE)(DWORD, DWORD, OVERLAPPED *);

struct completion_apc {
    struct apc apc;
    COMPLETION_ROUTINE routine;
    OVERLAPPED *overlapped;
    DWORD error, done;
};

static void run_completion(struct apc *apc) {
    struct completion_apc call = *(struct completion_apc *)apc;
    free(apc);
    call.routine(call.error, call.done, call.overlapped);
}

static void discard_completion(struct apc *apc) { free(apc); }

static void queue_completion(struct io_operation *operation, NTSTATUS status, size_t done) {
    struct completion_apc *call = calloc(1, sizeof *call);
    if (!call)
        return;
    *call = (struct completion_apc){{NULL, run_completion, discard_completion},
                                    (COMPLETION_ROUTINE)operation->completion, operation->overlapped,
                                    NT_SUCCESS(status) ? ERROR_SUCCESS : win32_from_status(status), (DWORD)done};
    if (!thread_queue_apc(operation->thread, &call->apc))
        free(call);
}

static void free_operation(struct io_operation *operation) {
    if (operation->cancel_fd >= 0)
        close(operation->cancel_fd);
    if (operation->thread)
        object_release((struct object *)operation->thread);
    file_release(operation->file);
    free(operation);
}

static void unlink_operation(struct io_operation *operation) {
    pthread_mutex_lock(&operations_lock);
    struct io_operation **at = &operations;
    while (*at && *at != operation)
        at = &(*at)->next;
    if (*at)
        *at = operation->next;
    pthread_mutex_unlock(&operations_lock);
}

static void finish_operation(struct io_operation *operation, NTSTATUS status, size_t done) {
    struct file *file = operation->file;
    OVERLAPPED *overlapped = operation->overlapped;
    unlink_operation(operation);
    if (operation->completion) {
        store_result(overlapped, status, done);
        queue_completion(operation, status, done);
        set_signaled(file, true);
    } else {
        complete(file, overlapped, status, done, true);
    }
    free_operation(operation);
}

static void *operation_thread(void *context) {
    struct io_operation *operation = context;
    size_t done = 0;
    NTSTATUS status = operation->work(operation, &done);
    finish_operation(operation, status, done);
    return NULL;
}

NTSTATUS io_start(const struct io_operation *model) {
    struct io_operation *operation = malloc(sizeof *operation);
    if (!operation)
        return STATUS_NO_MEMORY;
    *operation = *model;
    object_reference(&operation->file->object);
    operation->thread_id = teb_self()->ThreadId;
    if (operation->completion)
        operation->thread = (struct thread_object *)object_reference(&thread_object_self()->object);
    if (!operation->work) { /* already done: cancel_fd and size hold the result */
        NTSTATUS status = operation->cancel_fd;
        operation->cancel_fd = -1;
        finish_operation(operation, status, operation->size);
        return STATUS_PENDING;
    }
    operation->cancel_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_lock(&operations_lock);
    operation->next = operations;
    operations = operation;
    pthread_mutex_unlock(&operations_lock);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, operation_thread, operation);
    pthread_attr_destroy(&attributes);
    if (!error)
        return STATUS_PENDING;
    unlink_operation(operation);
    free_operation(operation);
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS io_wait(struct io_operation *operation, int fd, short events) {
    struct pollfd ready[2] = {{fd, events, 0}, {operation->cancel_fd, POLLIN, 0}};
    while (poll(ready, 2, -1) < 0 && errno == EINTR) {
    }
    return ready[1].revents ? STATUS_CANCELLED : STATUS_SUCCESS;
}

unsigned io_cancel(struct file *file, const OVERLAPPED *overlapped, HANDLE thread_id) {
    unsigned count = 0;
    pthread_mutex_lock(&operations_lock);
    for (struct io_operation *each = operations; each; each = each->next) {
        if (each->file != file || (overlapped && each->overlapped != overlapped) ||
            (thread_id && each->thread_id != thread_id))
            continue;
        eventfd_write(each->cancel_fd, 1);
        count++;
    }
    pthread_mutex_unlock(&operations_lock);
    return count;
}

/* ---- API ---- */

API(kernel32 kernelbase, BOOL, CancelIo, HANDLE hFile) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    io_cancel(file, NULL, teb_self()->ThreadId);
    file_release(file);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, CancelIoEx, HANDLE hFile, OVERLAPPED *lpOverlapped) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    unsigned count = io_cancel(file, lpOverlapped, NULL);
    file_release(file);
    return count ? TRUE : fail(ERROR_NOT_FOUND);
}

/* Waits for the event, or for the file where there is none. */
static NTSTATUS wait_for_completion(HANDLE handle, OVERLAPPED *overlapped, int64_t deadline, bool alertable) {
    NTSTATUS status;
    HANDLE waited = overlapped->hEvent ? (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1) : handle;
    struct object *object = handle_object(waited, NULL, 0, &status);
    if (!object)
        return status;
    status = wait_for_objects(&object, 1, false, alertable, deadline);
    object_release(object);
    return status;
}

static bool is_pending(const OVERLAPPED *overlapped) {
    return __atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE) == (ULONG_PTR)(ULONG)STATUS_PENDING;
}

static BOOL overlapped_result(HANDLE handle, OVERLAPPED *overlapped, DWORD *count, DWORD milliseconds, bool alertable) {
    if (is_pending(overlapped)) {
        if (!milliseconds)
            return fail(ERROR_IO_INCOMPLETE);
        NTSTATUS status = wait_for_completion(handle, overlapped, deadline_from_milliseconds(milliseconds), alertable);
        if (status == STATUS_TIMEOUT)
            return fail(WAIT_TIMEOUT_CODE);
        if (status == STATUS_USER_APC)
            return fail(0xC0); /* WAIT_IO_COMPLETION */
        if (!NT_SUCCESS(status))
            return fail(win32_from_status(status));
    }
    *count = (DWORD)overlapped->InternalHigh;
    NTSTATUS status = (NTSTATUS)overlapped->Internal;
    return NT_SUCCESS(status) ? TRUE : fail(win32_from_status(status));
}

API(kernel32 kernelbase, BOOL, GetOverlappedResult, HANDLE hFile, OVERLAPPED *lpOverlapped,
    LPDWORD lpNumberOfBytesTransferred, BOOL bWait) {
    return overlapped_result(hFile, lpOverlapped, lpNumberOfBytesTransferred, bWait ? INFINITE : 0, false);
}

API(kernel32 kernelbase, BOOL, GetOverlappedResultEx, HANDLE hFile, OVERLAPPED *lpOverlapped,
    LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds, BOOL bAlertable) {
    return overlapped_result(hFile, lpOverlapped, lpNumberOfBytesTransferred, dwMilliseconds, bAlertable);
}

API(kernel32 kernelbase, BOOL, SetFileCompletionNotificationModes, HANDLE FileHandle, UCHAR Flags) {
    if (Flags & ~(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE))
        return fail(ERROR_INVALID_PARAMETER);
    struct file *file = file_from_handle(FileHandle, 0);
    if (!file)
        return FALSE;
    file->notification_modes |= Flags; /* once set they stay */
    file_release(file);
    return TRUE;
}
