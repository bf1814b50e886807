/* The thread pool's functions before Windows Vista ("Thread Pooling"): work items, registered waits, timer queues. */
#include <pthread.h>

#include "fork.h"
#include "pool.h"

enum {
    WT_EXECUTEONLYONCE = 0x8,
    WT_EXECUTELONGFUNCTION = 0x10,
};

static CALLBACK_ENVIRON environment_for(ULONG flags) {
    return (CALLBACK_ENVIRON){.Version = 3, .CallbackPriority = 1, .Size = sizeof(CALLBACK_ENVIRON),
                              .Flags = flags & WT_EXECUTELONGFUNCTION ? ENVIRON_LONG_FUNCTION : 0};
}

static struct task *new_task(const struct task_kind *kind, const void *function, PVOID context, ULONG flags) {
    CALLBACK_ENVIRON environment = environment_for(flags);
    return task_new(kind, function, context, &environment);
}

/* What UnregisterWaitEx and DeleteTimerQueueTimer do with a task ("CompletionEvent"): INVALID_HANDLE_VALUE waits for
 * callbacks that run; an event is set when they have returned; NULL neither. FALSE with ERROR_IO_PENDING: they have not
 * yet. */
static BOOL end_task(struct task *task, HANDLE completion_event) {
    if (completion_event == INVALID_HANDLE_VALUE) {
        task_close_and_wait(task);
        return TRUE;
    }
    struct object *event = NULL;
    if (completion_event && !(event = handle_object_or_fail(completion_event, NULL, 0)))
        return FALSE;
    bool done = task_close(task, true, event);
    object_release(event);
    return done ? TRUE : fail(ERROR_IO_PENDING);
}

/* ---- work items ---- */

static void call_item(struct task *task, struct callback_instance *instance, const struct due *due) {
    (void)instance, (void)due;
    ((DWORD(WINAPI *)(PVOID))task->function)(task->context);
    task_close(task, false, NULL);
}

static const struct task_kind item_kind = {.call = call_item};

API(ntdll, NTSTATUS, RtlQueueWorkItem, const void *Function, PVOID Context, ULONG Flags) {
    struct task *task = new_task(&item_kind, Function, Context, Flags);
    return task && task_post(task, NULL) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

API(kernel32 kernelbase, BOOL, QueueUserWorkItem, const void *Function, PVOID Context, ULONG Flags) {
    return succeed_or_fail(api_RtlQueueWorkItem(Function, Context, Flags));
}

/* ---- registered waits ---- */

struct registered_wait {
    struct task *task;
    struct object *object;
    ULONG milliseconds;
    bool once;
    const void *function;
    PVOID context;
};

static void wait_again(struct registered_wait *wait) {
    task_set_wait(wait->task, wait->object, deadline_from_milliseconds(wait->milliseconds));
}

static void call_registered(struct task *task, struct callback_instance *instance, const struct due *due) {
    struct registered_wait *wait = task->context;
    (void)instance;
    if (!wait->once)
        wait_again(wait);
    ((void(WINAPI *)(PVOID, BOOLEAN timed_out))wait->function)(wait->context,
                                                               due->result == (ULONG_PTR)STATUS_TIMEOUT);
}

static void free_registered(PVOID context) {
    struct registered_wait *wait = context;
    object_release(wait->object);
    free(wait);
}

static const struct task_kind registered_kind = {call_registered, free_registered};

API(ntdll, NTSTATUS, RtlRegisterWait, PHANDLE NewWaitObject, HANDLE Object, const void *Callback, PVOID Context,
    ULONG Milliseconds, ULONG Flags) {
    NTSTATUS status = STATUS_SUCCESS;
    struct object *object = handle_object(Object, NULL, 0, &status);
    if (!object)
        return status;
    struct registered_wait *wait = object->type->is_signaled ? calloc(1, sizeof *wait) : NULL;
    if (wait)
        *wait = (struct registered_wait){.task = new_task(&registered_kind, NULL, wait, Flags), .object = object,
                                         .milliseconds = Milliseconds, .once = Flags & WT_EXECUTEONLYONCE,
                                         .function = Callback, .context = Context};
    if (!wait || !wait->task) {
        status = object->type->is_signaled ? STATUS_NO_MEMORY : STATUS_OBJECT_TYPE_MISMATCH;
        free(wait);
        object_release(object);
        return status;
    }
    *NewWaitObject = wait;
    wait_again(wait);
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, RegisterWaitForSingleObject, PHANDLE phNewWaitObject, HANDLE hObject,
    const void *Callback, PVOID Context, ULONG dwMilliseconds, ULONG dwFlags) {
    return succeed_or_fail(
        api_RtlRegisterWait(phNewWaitObject, hObject, Callback, Context, dwMilliseconds, dwFlags));
}

API(kernel32 kernelbase, HANDLE, RegisterWaitForSingleObjectEx, HANDLE hObject, const void *Callback, PVOID Context,
    ULONG dwMilliseconds, ULONG dwFlags) {
    HANDLE wait = NULL;
    return api_RegisterWaitForSingleObject(&wait, hObject, Callback, Context, dwMilliseconds, dwFlags) ? wait : NULL;
}

API(kernel32 kernelbase, BOOL, UnregisterWaitEx, HANDLE WaitHandle, HANDLE CompletionEvent) {
    struct registered_wait *wait = WaitHandle;
    if (!wait)
        return fail(ERROR_INVALID_HANDLE);
    wait->once = true;
    return end_task(wait->task, CompletionEvent);
}

API(kernel32 kernelbase, BOOL, UnregisterWait, HANDLE WaitHandle) { return api_UnregisterWaitEx(WaitHandle, NULL); }

API(ntdll, NTSTATUS, RtlDeregisterWaitEx, HANDLE WaitHandle, HANDLE CompletionEvent) {
    if (!WaitHandle)
        return STATUS_INVALID_HANDLE;
    return api_UnregisterWaitEx(WaitHandle, CompletionEvent) ? STATUS_SUCCESS : STATUS_PENDING;
}

API(ntdll, NTSTATUS, RtlDeregisterWait, HANDLE WaitHandle) { return api_RtlDeregisterWaitEx(WaitHandle, NULL); }

/* ---- timer queues ---- */

struct timer_queue {
    struct queue_timer *timers;
};

struct queue_timer {
    struct timer_queue *queue;
    struct queue_timer *next;
    struct task *task;
    const void *function;
    PVOID context;
};

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(queue_lock);
static struct timer_queue default_queue;

static void call_timer(struct task *task, struct callback_instance *instance, const struct due *due) {
    struct queue_timer *timer = task->context;
    (void)instance, (void)due;
    ((void(WINAPI *)(PVOID, BOOLEAN timed_out))timer->function)(timer->context, TRUE);
}

static const struct task_kind queue_timer_kind = {call_timer, free};

API(ntdll, NTSTATUS, RtlCreateTimerQueue, PHANDLE TimerQueue) {
    *TimerQueue = calloc(1, sizeof(struct timer_queue));
    return *TimerQueue ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

API(kernel32 kernelbase, HANDLE, CreateTimerQueue, void) {
    HANDLE queue;
    succeed_or_fail(api_RtlCreateTimerQueue(&queue));
    return queue;
}

static void set_timer(struct queue_timer *timer, ULONG due, ULONG period, bool once) {
    task_set_timer(timer->task, deadline_from_milliseconds(due), once ? 0 : period * 1000000ll);
}

API(ntdll, NTSTATUS, RtlCreateTimer, PHANDLE TimerQueueHandle, PHANDLE TimerHandle, const void *Callback,
    PVOID Parameter, DWORD DueTime, DWORD Period, ULONG Flags) {
    struct timer_queue *queue = TimerQueueHandle ? (struct timer_queue *)TimerQueueHandle : &default_queue;
    struct queue_timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return STATUS_NO_MEMORY;
    *timer = (struct queue_timer){.queue = queue, .function = Callback, .context = Parameter,
                                  .task = new_task(&queue_timer_kind, NULL, timer, Flags)};
    if (!timer->task) {
        free(timer);
        return STATUS_NO_MEMORY;
    }
    pthread_mutex_lock(&queue_lock);
    timer->next = queue->timers;
    queue->timers = timer;
    pthread_mutex_unlock(&queue_lock);
    *TimerHandle = timer;
    set_timer(timer, DueTime, Period, Flags & WT_EXECUTEONLYONCE);
    return STATUS_SUCCESS;
}

API_ALIAS(api_RtlCreateTimer, obsolete, ntdll, "RtlSetTimer");

API(kernel32 kernelbase, BOOL, CreateTimerQueueTimer, PHANDLE phNewTimer, HANDLE TimerQueue, const void *Callback,
    PVOID Parameter, DWORD DueTime, DWORD Period, ULONG Flags) {
    return succeed_or_fail(api_RtlCreateTimer(TimerQueue, phNewTimer, Callback, Parameter, DueTime, Period, Flags));
}

API(ntdll, NTSTATUS, RtlUpdateTimer, HANDLE TimerQueue, HANDLE Timer, ULONG DueTime, ULONG Period) {
    (void)TimerQueue;
    if (!Timer)
        return STATUS_INVALID_PARAMETER;
    set_timer(Timer, DueTime, Period, false);
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, ChangeTimerQueueTimer, HANDLE TimerQueue, HANDLE Timer, ULONG DueTime, ULONG Period) {
    return succeed_or_fail(api_RtlUpdateTimer(TimerQueue, Timer, DueTime, Period));
}

static void unlink_timer(struct queue_timer *timer) {
    pthread_mutex_lock(&queue_lock);
    struct queue_timer **link = &timer->queue->timers;
    while (*link && *link != timer)
        link = &(*link)->next;
    if (*link)
        *link = timer->next;
    pthread_mutex_unlock(&queue_lock);
}

API(kernel32 kernelbase, BOOL, DeleteTimerQueueTimer, HANDLE TimerQueue, HANDLE Timer, HANDLE CompletionEvent) {
    struct queue_timer *timer = Timer;
    (void)TimerQueue;
    if (!timer)
        return fail(ERROR_INVALID_PARAMETER);
    unlink_timer(timer);
    return end_task(timer->task, CompletionEvent);
}

API(ntdll, NTSTATUS, RtlDeleteTimer, HANDLE TimerQueue, HANDLE Timer, HANDLE CompletionEvent) {
    if (!Timer)
        return STATUS_INVALID_PARAMETER;
    return api_DeleteTimerQueueTimer(TimerQueue, Timer, CompletionEvent) ? STATUS_SUCCESS : STATUS_PENDING;
}

/* The forms of Windows 2000 beta versions, still exported. */
API(kernel32, HANDLE, SetTimerQueueTimer, HANDLE TimerQueue, const void *Callback, PVOID Parameter, DWORD DueTime,
    DWORD Period, BOOL PreferIo) {
    HANDLE timer = NULL;
    (void)PreferIo;
    return succeed_or_fail(api_RtlCreateTimer(TimerQueue, &timer, Callback, Parameter, DueTime, Period, 0)) ? timer : NULL;
}

API(kernel32, BOOL, CancelTimerQueueTimer, HANDLE TimerQueue, HANDLE Timer) {
    return api_DeleteTimerQueueTimer(TimerQueue, Timer, NULL);
}

API(ntdll, NTSTATUS, RtlCancelTimer, HANDLE TimerQueue, HANDLE Timer) {
    return api_RtlDeleteTimer(TimerQueue, Timer, NULL);
}

API_USE(BOOL, SetEvent, HANDLE event);

/* An event is set when the callbacks of all timers have returned. */
API(kernel32 kernelbase, BOOL, DeleteTimerQueueEx, HANDLE TimerQueue, HANDLE CompletionEvent) {
    struct timer_queue *queue = TimerQueue;
    bool all_done = true;
    if (!queue || queue == &default_queue)
        return fail(ERROR_INVALID_HANDLE);
    while (queue->timers) {
        struct queue_timer *timer = queue->timers;
        unlink_timer(timer);
        /* With an event, wait here: one event cannot count several timers. */
        all_done &= end_task(timer->task, CompletionEvent ? INVALID_HANDLE_VALUE : NULL);
    }
    free(queue);
    if (CompletionEvent && CompletionEvent != INVALID_HANDLE_VALUE)
        api_SetEvent(CompletionEvent);
    return all_done ? TRUE : fail(ERROR_IO_PENDING);
}

API(kernel32, BOOL, DeleteTimerQueue, HANDLE TimerQueue) { return api_DeleteTimerQueueEx(TimerQueue, NULL); }

API(ntdll, NTSTATUS, RtlDeleteTimerQueueEx, HANDLE TimerQueue, HANDLE CompletionEvent) {
    if (!TimerQueue)
        return STATUS_INVALID_HANDLE;
    return api_DeleteTimerQueueEx(TimerQueue, CompletionEvent) ? STATUS_SUCCESS : STATUS_PENDING;
}

API(ntdll, NTSTATUS, RtlDeleteTimerQueue, HANDLE TimerQueue) { return api_RtlDeleteTimerQueueEx(TimerQueue, NULL); }
