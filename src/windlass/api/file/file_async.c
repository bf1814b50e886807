/* Overlapped operations: how they begin, end and are cancelled ("Synchronous and Asynchronous I/O").
 *
 * Most operations end before the function that began them returns. What may wait for somebody else (a pipe's other
 * end, a peer, a change in a directory, a lock) is attempted again by one thread, which sleeps in poll(). */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api.h"
#include "file.h"
#include "futex.h"
#include "nt.h"
#include "pipe.h"
#include "service.h"
#include "sync.h"
#include "synchronous.h"
#include "thread_object.h"
#include "wait.h"

enum { FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1, FILE_SKIP_SET_EVENT_ON_HANDLE = 2 };

static void set_signaled(struct file *file, bool signaled) {
    dispatcher_acquire();
    file->is_signaled = signaled;
    if (signaled)
        object_signaled(&file->object);
    dispatcher_release();
}

static struct object *event_of(const struct io_request *request) {
    NTSTATUS status;
    return request->event ? handle_object(request->event, &event_type, 0, &status) : NULL;
}

void io_begin(struct file *file, const struct io_request *request) {
    request->block->Information = 0;
    __atomic_store_n(&request->block->Status, STATUS_PENDING, __ATOMIC_RELEASE);
    struct object *event = event_of(request);
    if (event)
        event_reset(event);
    object_release(event);
    set_signaled(file, false);
}

/* ---- routines that run in the thread that asked ---- */

struct completion_apc {
    struct apc apc;
    struct io_request request;
    NTSTATUS status;
    size_t done;
};

static void run_completion(struct apc *apc) {
    struct completion_apc call = *(struct completion_apc *)apc;
    free(apc);
    DWORD error = NT_SUCCESS(call.status) ? ERROR_SUCCESS : win32_from_status(call.status);
    if (call.request.completion)
        call.request.completion(error, (DWORD)call.done, (OVERLAPPED *)call.request.block, 0);
    else
        call.request.routine(call.request.routine_context, call.request.block, 0);
}

static void discard_completion(struct apc *apc) { free(apc); }

static void queue_completion(struct thread_object *thread, const struct io_request *request, NTSTATUS status, size_t done) {
    struct completion_apc *call = calloc(1, sizeof *call);
    if (!call)
        return;
    *call = (struct completion_apc){{NULL, run_completion, discard_completion}, *request, status, done};
    if (!thread_queue_apc(thread, &call->apc))
        free(call);
}

/* ---- completion ---- */

/* After the status is stored the program may free the block: nothing of it is read then. */
static void complete(struct file *file, const struct io_request *request, struct thread_object *thread, NTSTATUS status,
                     size_t done, bool to_port) {
    struct object *event = event_of(request);
    request->block->Information = done;
    __atomic_store_n(&request->block->Status, status, __ATOMIC_RELEASE);
    if (event)
        event_set(event);
    object_release(event);
    set_signaled(file, true);
    if (request->completion || request->routine)
        queue_completion(thread, request, status, done);
    else if (to_port && file->port && request->packet)
        port_post(file->port, status, (DWORD)done, file->port_key, request->packet);
}

static bool is_error(NTSTATUS status) { return (ULONG)status >= 0xC0000000u; }

void io_complete(struct file *file, const struct io_request *request, NTSTATUS status, size_t done) {
    /* An operation that failed at once is not posted: the function that began it says so. */
    bool to_port = !is_error(status) && !(file->notification_modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
    complete(file, request, thread_object_self(), status, done, to_port);
}

/* ---- operations that wait ---- */

/* Process state, under the lock; in the order in which they were started. */
static struct io_operation *operations;
static pthread_mutex_t operations_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t unclaimed = PTHREAD_COND_INITIALIZER; /* an operation is not busy any more */
static int wake_fd = -1; /* of the thread; -1: it does not run */

/* The thread is not there in the child of a fork, and what it waited for is the parent's. */
static void forget_operations(void) {
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_cond_t fresh_condition = PTHREAD_COND_INITIALIZER;
    memcpy(&operations_lock, &fresh, sizeof fresh);
    memcpy(&unclaimed, &fresh_condition, sizeof fresh_condition);
    operations = NULL;
    if (wake_fd >= 0)
        close(wake_fd);
    wake_fd = -1;
}

static void wake(void) {
    if (wake_fd >= 0)
        eventfd_write(wake_fd, 1);
}

static void free_operation(struct io_operation *operation) {
    if (operation->release)
        operation->release(operation);
    if (operation->thread)
        object_release(&operation->thread->object);
    file_release(operation->file);
    free(operation);
}

static bool is_set(const bool *flag) { return __atomic_load_n(flag, __ATOMIC_ACQUIRE); }
static void set(bool *flag) { __atomic_store_n(flag, true, __ATOMIC_RELEASE); }

/* Whether the thread may attempt or finish the operation now: one thread at a time is at it. */
static bool claim(struct io_operation *operation) {
    pthread_mutex_lock(&operations_lock);
    bool free = !operation->is_busy && !operation->is_finished;
    if (free)
        operation->is_busy = true;
    pthread_mutex_unlock(&operations_lock);
    return free;
}

static void unclaim(struct io_operation *operation) {
    pthread_mutex_lock(&operations_lock);
    operation->is_busy = false;
    pthread_cond_broadcast(&unclaimed);
    pthread_mutex_unlock(&operations_lock);
}

/* When the program learns that it is complete, none that it starts then is behind it. */
static void finish(struct io_operation *operation, NTSTATUS status) {
    pthread_mutex_lock(&operations_lock);
    operation->is_finished = true;
    pthread_mutex_unlock(&operations_lock);
    complete(operation->file, &operation->request, operation->thread, status, operation->done, true);
    unclaim(operation);
}

static void attempt_claimed(struct io_operation *operation, short ready) {
    NTSTATUS status = operation->attempt(operation, ready);
    if (status == STATUS_PENDING)
        unclaim(operation);
    else
        finish(operation, status);
}

/* Attempts it if there is reason to. */
static void advance(struct io_operation *operation, short ready) {
    if ((ready || operation->deadline <= monotonic_now()) && claim(operation))
        attempt_claimed(operation, ready);
}

/* Operations leave the list by their thread only. */
static void forget_finished(void) {
    struct io_operation *finished = NULL, *each;
    pthread_mutex_lock(&operations_lock);
    for (struct io_operation **at = &operations; (each = *at);) {
        if (!each->is_finished || each->is_busy) {
            at = &each->next;
            continue;
        }
        *at = each->next;
        each->next = finished;
        finished = each;
    }
    pthread_mutex_unlock(&operations_lock);
    while ((each = finished)) {
        finished = each->next;
        free_operation(each);
    }
}

struct waiting {
    struct io_operation **operations;
    struct pollfd *polled;               /* one for each, and the thread's own behind them */
    size_t count, capacity;
};

static bool grow(struct waiting *waiting) {
    size_t capacity = 2 * waiting->capacity + 16;
    struct io_operation **list = realloc(waiting->operations, capacity * sizeof *list);
    if (list)
        waiting->operations = list;
    struct pollfd *polled = realloc(waiting->polled, (capacity + 1) * sizeof *polled);
    if (polled)
        waiting->polled = polled;
    if (!list || !polled)
        return false;
    waiting->capacity = capacity;
    return true;
}

static bool same_direction(const struct io_operation *one, const struct io_operation *other) {
    return !one->is_finished && one->fd >= 0 && one->fd == other->fd && one->file == other->file && one->events & other->events;
}

static bool is_behind_any(const struct io_operation *operation) {
    for (const struct io_operation *each = operations; each != operation; each = each->next)
        if (same_direction(each, operation))
            return true;
    return false;
}

/* Whether one that was started earlier waits for the same. The lock is held. Asked of all in their order, once a round;
 * a file remembers what waits for its first descriptor, which is the only one of most, so that thousands of operations on
 * one file cost no more than each by itself. */
static bool is_behind(const struct io_operation *operation, unsigned round) {
    struct io_turn *turn = &operation->file->turn;
    if (operation->fd < 0)
        return false;
    if (turn->round != round)
        *turn = (struct io_turn){round, operation->fd, 0};
    if (turn->fd != operation->fd)
        return is_behind_any(operation);
    bool behind = turn->events & operation->events;
    turn->events |= operation->events;
    return behind;
}

static bool reads_pipe(const struct io_operation *operation) {
    const struct file *file = operation->file;
    return file->pipe && operation->fd == file->fd && operation->events & POLLIN;
}

/* What poll() need not be asked about. */
static short ready_unasked(const struct io_operation *operation) {
    if (is_set(&operation->is_target_closed))
        return POLLNVAL;
    return reads_pipe(operation) && pipe_has_rest(operation->file) ? POLLIN : 0;
}

/* What to wait for now; returns the next deadline. */
static int64_t collect(struct waiting *waiting, unsigned round) {
    int64_t deadline = INT64_MAX;
    waiting->count = 0;
    pthread_mutex_lock(&operations_lock);
    for (struct io_operation *each = operations; each; each = each->next) {
        if (waiting->count == waiting->capacity && !grow(waiting))
            break; /* the others' turn comes later */
        short ready = ready_unasked(each);
        if (is_behind(each, round) && ready != POLLNVAL)
            continue;
        waiting->polled[waiting->count] = (struct pollfd){ready ? -1 : each->fd, each->events, 0};
        waiting->operations[waiting->count++] = each;
        if (ready || each->deadline < deadline)
            deadline = ready ? 0 : each->deadline;
    }
    pthread_mutex_unlock(&operations_lock);
    return deadline;
}

static struct timespec time_until(int64_t deadline) {
    int64_t left = deadline - monotonic_now();
    if (left < 0)
        left = 0;
    return (struct timespec){left / 1000000000, left % 1000000000};
}

static void *operations_thread(void *context) {
    int own_fd = (int)(intptr_t)context;
    struct waiting waiting = {NULL, NULL, 0, 0};
    eventfd_t wakes;
    if (!grow(&waiting))
        windlass_fatal("out of memory for overlapped operations");
    for (unsigned round = 1;; round++) {
        forget_finished();
        int64_t deadline = collect(&waiting, round);
        struct timespec left = time_until(deadline);
        waiting.polled[waiting.count] = (struct pollfd){own_fd, POLLIN, 0};
        if (ppoll(waiting.polled, waiting.count + 1, deadline == INT64_MAX ? NULL : &left, NULL) < 0)
            continue;
        if (waiting.polled[waiting.count].revents)
            eventfd_read(own_fd, &wakes);
        for (size_t i = 0; i < waiting.count; i++) {
            short ready = ready_unasked(waiting.operations[i]);
            advance(waiting.operations[i], ready ? ready : waiting.polled[i].revents);
        }
    }
    return NULL;
}

/* The lock is held. */
static bool start_thread(void) {
    static bool registered;
    if (wake_fd >= 0)
        return true;
    if (!registered)
        registered = pthread_atfork(NULL, NULL, forget_operations) == 0;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0 || service_thread_create(operations_thread, (void *)(intptr_t)fd)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    wake_fd = fd;
    return true;
}

NTSTATUS io_start(const struct io_operation *model) {
    struct io_operation *operation = malloc(sizeof *operation);
    if (!operation)
        return STATUS_NO_MEMORY;
    *operation = *model;
    operation->next = NULL;
    object_reference(&operation->file->object);
    operation->thread = (struct thread_object *)object_reference(&thread_object_self()->object);
    pthread_mutex_lock(&operations_lock);
    bool ok = start_thread();
    if (ok) {
        struct io_operation **last = &operations;
        while (*last)
            last = &(*last)->next;
        *last = operation;
        wake();
    }
    pthread_mutex_unlock(&operations_lock);
    if (ok)
        return STATUS_PENDING;
    operation->release = NULL; /* still the caller's */
    free_operation(operation);
    return STATUS_INSUFFICIENT_RESOURCES;
}

bool io_is_waiting(int fd, short events) {
    if (!__atomic_load_n(&operations, __ATOMIC_ACQUIRE))
        return false;
    pthread_mutex_lock(&operations_lock);
    const struct io_operation *each = operations;
    while (each && (each->is_finished || !(each->fd == fd && each->events & events)))
        each = each->next;
    pthread_mutex_unlock(&operations_lock);
    return each != NULL;
}

static bool can_read(const struct io_operation *operation) {
    struct pollfd ready = {operation->fd, POLLIN, 0};
    return pipe_has_rest(operation->file) || poll(&ready, 1, 0) > 0;
}

/* The next that reads from a pipe and can, or that a thread is at; NULL: there is none. The lock is held. */
static struct io_operation *next_pipe_read(void) {
    struct io_operation *each = operations;
    while (each && !(reads_pipe(each) && (each->is_busy || (!each->is_finished && !is_behind_any(each) && can_read(each)))))
        each = each->next;
    return each;
}

void io_attempt_pipe_reads(void) {
    struct io_operation *operation;
    if (!__atomic_load_n(&operations, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&operations_lock);
    while ((operation = next_pipe_read())) {
        if (operation->is_busy) {
            pthread_cond_wait(&unclaimed, &operations_lock);
            continue;
        }
        operation->is_busy = true;
        pthread_mutex_unlock(&operations_lock);
        attempt_claimed(operation, POLLIN);
        pthread_mutex_lock(&operations_lock);
    }
    pthread_mutex_unlock(&operations_lock);
}

/* What is to be cancelled: NULL stands for any. */
struct cancellation {
    const struct file *file;
    const void *block;
    const struct thread_object *thread;
    NTSTATUS (*attempt)(struct io_operation *operation, short ready);
};

static bool is_meant(const struct io_operation *operation, const struct cancellation *what) {
    return operation->file == what->file && (!what->block || operation->request.block == what->block) &&
           (!what->thread || operation->thread == what->thread) && (!what->attempt || operation->attempt == what->attempt);
}

/* One that is to be cancelled, NULL: there is none. The lock is held. */
static struct io_operation *next_to_cancel(const struct cancellation *what) {
    struct io_operation *each = operations;
    while (each && ((each->is_finished && !each->is_busy) || !is_meant(each, what)))
        each = each->next;
    return each;
}

/* What is found is finished when this returns, as programs expect that free the status block then. */
static unsigned cancel(const struct cancellation *what) {
    unsigned count = 0;
    struct io_operation *operation;
    pthread_mutex_lock(&operations_lock);
    while ((operation = next_to_cancel(what))) {
        if (operation->is_busy) {
            pthread_cond_wait(&unclaimed, &operations_lock);
            continue;
        }
        operation->is_busy = true;
        pthread_mutex_unlock(&operations_lock);
        finish(operation, STATUS_CANCELLED);
        count++;
        pthread_mutex_lock(&operations_lock);
    }
    if (count)
        wake();
    pthread_mutex_unlock(&operations_lock);
    return count;
}

unsigned io_cancel(struct file *file, const void *block, const struct thread_object *thread) {
    return cancel(&(struct cancellation){file, block, thread, NULL});
}

void io_cancel_attempts(struct file *file, NTSTATUS (*attempt)(struct io_operation *operation, short ready)) {
    cancel(&(struct cancellation){file, NULL, NULL, attempt});
}

bool io_cancel_all(struct file *file, const void *block) {
    bool found = io_cancel(file, block, NULL) > 0;
    return (!block && synchronous_cancel(NULL, file)) || found;
}

void io_target_closed(struct file *target) {
    if (!__atomic_load_n(&operations, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&operations_lock);
    for (struct io_operation *each = operations; each; each = each->next)
        if (each->target == target)
            set(&each->is_target_closed);
    wake();
    pthread_mutex_unlock(&operations_lock);
}

/* ---- API ---- */

API(kernel32 kernelbase, BOOL, CancelIo, HANDLE hFile) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    io_cancel(file, NULL, thread_object_self());
    file_release(file);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, CancelIoEx, HANDLE hFile, OVERLAPPED *lpOverlapped) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    bool found = io_cancel_all(file, lpOverlapped);
    file_release(file);
    return found ? TRUE : fail(ERROR_NOT_FOUND);
}

static NTSTATUS cancel_of_thread(HANDLE handle) {
    enum { THREAD_TERMINATE = 1 };
    NTSTATUS status;
    struct object *object = handle_object(handle, &thread_type, THREAD_TERMINATE, &status);
    if (!object)
        return status;
    status = synchronous_cancel((struct thread_object *)object, NULL) ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    object_release(object);
    return status;
}

/* "CancelSynchronousIo function" */
API(kernel32 kernelbase, BOOL, CancelSynchronousIo, HANDLE hThread) { return succeed_or_fail(cancel_of_thread(hThread)); }

API(ntdll, NTSTATUS, NtCancelSynchronousIoFile, HANDLE ThreadHandle, IO_STATUS_BLOCK *IoRequestToCancel,
    IO_STATUS_BLOCK *IoStatusBlock) {
    (void)IoRequestToCancel;
    NTSTATUS status = cancel_of_thread(ThreadHandle);
    IoStatusBlock->Status = status;
    IoStatusBlock->Information = 0;
    return status;
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
