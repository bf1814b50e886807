/* The thread pool ("Thread Pool API"): kernel32's functions and the Tp functions of ntdll that they are. Mechanism:
 * core/pool.c; older functions: threadpool_legacy.c. */
#include "clock.h"
#include "file.h"
#include "pool.h"
#include "thread_object.h"

/* ---- pools and groups ---- */

static struct pool *or_no_memory(void *made) {
    if (!made)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return made;
}

API(kernel32 kernelbase, struct pool *, CreateThreadpool, PVOID reserved) {
    (void)reserved;
    return or_no_memory(pool_new());
}

API(ntdll, void, TpReleasePool, struct pool *Pool) { pool_close(Pool); }
API_ALIAS(api_TpReleasePool, kernel32_name, kernel32 kernelbase, "CloseThreadpool");

API(ntdll, void, TpSetPoolMaxThreads, struct pool *Pool, DWORD MaxThreads) { pool_set_maximum(Pool, MaxThreads); }
API_ALIAS(api_TpSetPoolMaxThreads, kernel32_name, kernel32 kernelbase, "SetThreadpoolThreadMaximum");

API(ntdll, NTSTATUS, TpSetPoolMinThreads, struct pool *Pool, DWORD MinThreads) {
    return pool_set_minimum(Pool, MinThreads) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

API(kernel32 kernelbase, BOOL, SetThreadpoolThreadMinimum, struct pool *ptpp, DWORD cthrdMic) {
    return succeed_or_fail(api_TpSetPoolMinThreads(ptpp, cthrdMic));
}

typedef struct { SIZE_T StackReserve, StackCommit; } TP_POOL_STACK_INFORMATION;

/* All pools' threads have stacks of one size; a smaller one is granted. */
API(kernel32 kernelbase, BOOL, SetThreadpoolStackInformation, struct pool *ptpp,
    const TP_POOL_STACK_INFORMATION *ptpsi) {
    return ptpp && ptpsi ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, BOOL, QueryThreadpoolStackInformation, struct pool *ptpp,
    TP_POOL_STACK_INFORMATION *ptpsi) {
    if (!ptpp || !ptpsi)
        return fail(ERROR_INVALID_PARAMETER);
    *ptpsi = (TP_POOL_STACK_INFORMATION){0x100000, 0x1000};
    return TRUE;
}

API(ntdll, NTSTATUS, TpSetPoolStackInformation, struct pool *Pool, const TP_POOL_STACK_INFORMATION *Information) {
    return api_SetThreadpoolStackInformation(Pool, Information) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

API(ntdll, NTSTATUS, TpQueryPoolStackInformation, struct pool *Pool, TP_POOL_STACK_INFORMATION *Information) {
    return api_QueryThreadpoolStackInformation(Pool, Information) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

API(kernel32 kernelbase, PVOID, CreateThreadpoolCleanupGroup, void) { return or_no_memory((void *)group_new()); }

API(ntdll, void, TpReleaseCleanupGroupMembers, struct task_group *CleanupGroup, BOOL CancelPendingCallbacks,
    PVOID CleanupParameter) {
    group_close_members(CleanupGroup, CancelPendingCallbacks, CleanupParameter);
}
API_ALIAS(api_TpReleaseCleanupGroupMembers, kernel32_name, kernel32 kernelbase, "CloseThreadpoolCleanupGroupMembers");

API(ntdll, void, TpReleaseCleanupGroup, struct task_group *CleanupGroup) { group_close(CleanupGroup); }
API_ALIAS(api_TpReleaseCleanupGroup, kernel32_name, kernel32 kernelbase, "CloseThreadpoolCleanupGroup");

static NTSTATUS put(void *made, PVOID *result) {
    *result = made;
    return made ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

API(ntdll, NTSTATUS, TpAllocPool, PVOID *Pool, PVOID Reserved) {
    (void)Reserved;
    return put(pool_new(), Pool);
}

API(ntdll, NTSTATUS, TpAllocCleanupGroup, PVOID *CleanupGroup) { return put(group_new(), CleanupGroup); }

/* ---- inside a callback ---- */

API(ntdll, void, TpCallbackSetEventOnCompletion, struct callback_instance *Instance, HANDLE Event) {
    Instance->event = Event;
}
API_ALIAS(api_TpCallbackSetEventOnCompletion, kernel32_name, kernel32 kernelbase, "SetEventWhenCallbackReturns");

API(ntdll, void, TpCallbackReleaseSemaphoreOnCompletion, struct callback_instance *Instance, HANDLE Semaphore,
    DWORD ReleaseCount) {
    Instance->semaphore = Semaphore;
    Instance->semaphore_count = ReleaseCount;
}
API_ALIAS(api_TpCallbackReleaseSemaphoreOnCompletion, kernel32_name, kernel32 kernelbase,
          "ReleaseSemaphoreWhenCallbackReturns");

API(ntdll, void, TpCallbackReleaseMutexOnCompletion, struct callback_instance *Instance, HANDLE Mutex) {
    Instance->mutex = Mutex;
}
API_ALIAS(api_TpCallbackReleaseMutexOnCompletion, kernel32_name, kernel32 kernelbase,
          "ReleaseMutexWhenCallbackReturns");

API(ntdll, void, TpCallbackLeaveCriticalSectionOnCompletion, struct callback_instance *Instance,
    CRITICAL_SECTION *CriticalSection) {
    Instance->section = CriticalSection;
}
API_ALIAS(api_TpCallbackLeaveCriticalSectionOnCompletion, kernel32_name, kernel32 kernelbase,
          "LeaveCriticalSectionWhenCallbackReturns");

API(ntdll, void, TpCallbackUnloadDllOnCompletion, struct callback_instance *Instance, HMODULE DllHandle) {
    Instance->module = DllHandle;
}
API_ALIAS(api_TpCallbackUnloadDllOnCompletion, kernel32_name, kernel32 kernelbase, "FreeLibraryWhenCallbackReturns");

API(ntdll, void, TpDisassociateCallback, struct callback_instance *Instance) { pool_disassociate(Instance); }
API_ALIAS(api_TpDisassociateCallback, kernel32_name, kernel32 kernelbase, "DisassociateCurrentThreadFromCallback");

API(kernel32 kernelbase, BOOL, CallbackMayRunLong, struct callback_instance *pci) {
    return pool_callback_runs_long(pci);
}

API(ntdll, NTSTATUS, TpCallbackMayRunLong, struct callback_instance *Instance) {
    return pool_callback_runs_long(Instance) ? STATUS_SUCCESS : STATUS_TOO_MANY_THREADS;
}

/* ---- simple callbacks ---- */

static void call_simple(struct task *task, struct callback_instance *instance, const struct due *due) {
    (void)due;
    ((void(WINAPI *)(struct callback_instance *, PVOID))task->function)(instance, task->context);
    task_close(task, false, NULL);
}

static const struct task_kind simple_kind = {.call = call_simple};

API(ntdll, NTSTATUS, TpSimpleTryPost, const void *Callback, PVOID Context, CALLBACK_ENVIRON *CallbackEnviron) {
    struct task *task = task_new(&simple_kind, Callback, Context, CallbackEnviron);
    if (!task)
        return STATUS_NO_MEMORY;
    return task_post(task, NULL) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

API(kernel32 kernelbase, BOOL, TrySubmitThreadpoolCallback, const void *pfns, PVOID pv, CALLBACK_ENVIRON *pcbe) {
    return succeed_or_fail(api_TpSimpleTryPost(pfns, pv, pcbe));
}

/* ---- work ---- */

static void call_work(struct task *task, struct callback_instance *instance, const struct due *due) {
    (void)due;
    ((void(WINAPI *)(struct callback_instance *, PVOID, struct task *))task->function)(instance, task->context, task);
}

static const struct task_kind work_kind = {.call = call_work};

API(kernel32 kernelbase, PVOID, CreateThreadpoolWork, const void *pfnwk, PVOID pv, CALLBACK_ENVIRON *pcbe) {
    return or_no_memory((void *)task_new(&work_kind, pfnwk, pv, pcbe));
}

API(ntdll, NTSTATUS, TpAllocWork, PVOID *Work, const void *Callback, PVOID Context,
    CALLBACK_ENVIRON *CallbackEnviron) {
    return put(task_new(&work_kind, Callback, Context, CallbackEnviron), Work);
}

API(ntdll, void, TpPostWork, struct task *Work) { task_post(Work, NULL); }
API_ALIAS(api_TpPostWork, kernel32_name, kernel32 kernelbase, "SubmitThreadpoolWork");

API(ntdll, void, TpWaitForWork, struct task *Work, BOOL CancelPendingCallbacks) {
    task_wait(Work, CancelPendingCallbacks);
}
API_ALIAS(api_TpWaitForWork, kernel32_name, kernel32 kernelbase, "WaitForThreadpoolWorkCallbacks");

API(ntdll, void, TpReleaseWork, struct task *Work) { task_close(Work, false, NULL); }
API_ALIAS(api_TpReleaseWork, kernel32_name, kernel32 kernelbase, "CloseThreadpoolWork");

/* ---- timers ---- */

static const struct task_kind timer_kind = {.call = call_work}; /* PTP_TIMER_CALLBACK has the same parameters */

API(kernel32 kernelbase, PVOID, CreateThreadpoolTimer, const void *pfnti, PVOID pv, CALLBACK_ENVIRON *pcbe) {
    return or_no_memory((void *)task_new(&timer_kind, pfnti, pv, pcbe));
}

API(ntdll, NTSTATUS, TpAllocTimer, PVOID *Timer, const void *Callback, PVOID Context,
    CALLBACK_ENVIRON *CallbackEnviron) {
    return put(task_new(&timer_kind, Callback, Context, CallbackEnviron), Timer);
}

/* NULL stops the timer. The window, by which it may be late, is not made use of. */
API(ntdll, BOOL, TpSetTimerEx, struct task *Timer, const LARGE_INTEGER *DueTime, DWORD Period, DWORD WindowLength) {
    (void)WindowLength;
    return task_set_timer(Timer, DueTime ? deadline_from_nt(DueTime) : INT64_MAX, Period * 1000000ll);
}

API(ntdll, void, TpSetTimer, struct task *Timer, const LARGE_INTEGER *DueTime, DWORD Period, DWORD WindowLength) {
    api_TpSetTimerEx(Timer, DueTime, Period, WindowLength);
}

static const LARGE_INTEGER *time_of(const FILETIME *time, LARGE_INTEGER *value) {
    if (!time)
        return NULL;
    value->QuadPart = filetime_value(*time);
    return value;
}

API(kernel32 kernelbase, BOOL, SetThreadpoolTimerEx, struct task *pti, const FILETIME *pftDueTime, DWORD msPeriod,
    DWORD msWindowLength) {
    LARGE_INTEGER time;
    return api_TpSetTimerEx(pti, time_of(pftDueTime, &time), msPeriod, msWindowLength);
}

API(kernel32 kernelbase, void, SetThreadpoolTimer, struct task *pti, const FILETIME *pftDueTime, DWORD msPeriod,
    DWORD msWindowLength) {
    api_SetThreadpoolTimerEx(pti, pftDueTime, msPeriod, msWindowLength);
}

API(ntdll, BOOL, TpIsTimerSet, struct task *Timer) { return task_timer_is_set(Timer); }
API_ALIAS(api_TpIsTimerSet, kernel32_name, kernel32 kernelbase, "IsThreadpoolTimerSet");

API_ALIAS(api_TpWaitForWork, timer_nt, ntdll, "TpWaitForTimer");
API_ALIAS(api_TpWaitForWork, timer, kernel32 kernelbase, "WaitForThreadpoolTimerCallbacks");
API_ALIAS(api_TpReleaseWork, timer_nt, ntdll, "TpReleaseTimer");
API_ALIAS(api_TpReleaseWork, timer, kernel32 kernelbase, "CloseThreadpoolTimer");

/* ---- waits ---- */

static void call_wait(struct task *task, struct callback_instance *instance, const struct due *due) {
    ((void(WINAPI *)(struct callback_instance *, PVOID, struct task *, DWORD))task->function)(
        instance, task->context, task, (DWORD)due->result);
}

static const struct task_kind wait_kind = {.call = call_wait};

API(kernel32 kernelbase, PVOID, CreateThreadpoolWait, const void *pfnwa, PVOID pv, CALLBACK_ENVIRON *pcbe) {
    return or_no_memory((void *)task_new(&wait_kind, pfnwa, pv, pcbe));
}

API(ntdll, NTSTATUS, TpAllocWait, PVOID *Wait, const void *Callback, PVOID Context,
    CALLBACK_ENVIRON *CallbackEnviron) {
    return put(task_new(&wait_kind, Callback, Context, CallbackEnviron), Wait);
}

API(ntdll, BOOL, TpSetWaitEx, struct task *Wait, HANDLE Handle, const LARGE_INTEGER *Timeout, PVOID Reserved) {
    NTSTATUS status;
    (void)Reserved;
    struct object *object = Handle ? handle_object(Handle, NULL, 0, &status) : NULL;
    if (object && !object->type->is_signaled) {
        object_release(object);
        object = NULL;
    }
    bool was_set = task_set_wait(Wait, object, deadline_from_nt(Timeout));
    object_release(object);
    return was_set;
}

API(ntdll, void, TpSetWait, struct task *Wait, HANDLE Handle, const LARGE_INTEGER *Timeout) {
    api_TpSetWaitEx(Wait, Handle, Timeout, NULL);
}

API(kernel32 kernelbase, BOOL, SetThreadpoolWaitEx, struct task *pwa, HANDLE h, const FILETIME *pftTimeout,
    PVOID Reserved) {
    LARGE_INTEGER time;
    return api_TpSetWaitEx(pwa, h, time_of(pftTimeout, &time), Reserved);
}

API(kernel32 kernelbase, void, SetThreadpoolWait, struct task *pwa, HANDLE h, const FILETIME *pftTimeout) {
    api_SetThreadpoolWaitEx(pwa, h, pftTimeout, NULL);
}

API_ALIAS(api_TpWaitForWork, wait_nt, ntdll, "TpWaitForWait");
API_ALIAS(api_TpWaitForWork, wait, kernel32 kernelbase, "WaitForThreadpoolWaitCallbacks");
API_ALIAS(api_TpReleaseWork, wait_nt, ntdll, "TpReleaseWait");
API_ALIAS(api_TpReleaseWork, wait, kernel32 kernelbase, "CloseThreadpoolWait");

/* ---- I/O: StartThreadpoolIo announces a request, whose end or CancelThreadpoolIo takes that back ---- */

static void call_io(struct task *task, struct callback_instance *instance, const struct due *due) {
    ((void(WINAPI *)(struct callback_instance *, PVOID, PVOID, ULONG, ULONG_PTR, struct task *))task->function)(
        instance, task->context, due->overlapped, win32_from_status((NTSTATUS)due->result), due->bytes, task);
}

static const struct task_kind io_kind = {.call = call_io};

static void call_native_io(struct task *task, struct callback_instance *instance, const struct due *due) {
    IO_STATUS_BLOCK block = {.Status = (NTSTATUS)due->result, .Information = due->bytes};
    ((void(WINAPI *)(struct callback_instance *, PVOID, PVOID, IO_STATUS_BLOCK *, struct task *))task->function)(
        instance, task->context, due->overlapped, &block, task);
}

static const struct task_kind native_io_kind = {.call = call_native_io};

static struct due *due_of(NTSTATUS status, DWORD bytes, OVERLAPPED *overlapped) {
    struct due *due = calloc(1, sizeof *due);
    if (!due)
        windlass_fatal("out of memory for the end of an I/O request");
    due->result = (DWORD)status;
    due->bytes = bytes;
    due->overlapped = overlapped;
    return due;
}

static void io_ended(void *task, NTSTATUS status, DWORD bytes, OVERLAPPED *overlapped) {
    task_post(task, due_of(status, bytes, overlapped));
    task_expect_no_more(task);
}

static void io_port_destroyed(void *task) { task_release(task); }

static const struct port_sink io_sink = {io_ended, io_port_destroyed};

/* Binds a file to a task, which the port refers to. */
static NTSTATUS bind(HANDLE handle, const struct port_sink *sink, struct task *task) {
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return STATUS_INVALID_HANDLE;
    task_retain(task);
    struct completion_port *port = port_new_sink(sink, task);
    if (!port)
        task_release(task);
    NTSTATUS status = !port ? STATUS_NO_MEMORY : port_bind(port, file, 0) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (port)
        port_release(port);
    file_release(file);
    return status;
}

static NTSTATUS io_new(struct task **made, const struct task_kind *kind, HANDLE file, const void *function, PVOID context,
                       CALLBACK_ENVIRON *environment) {
    struct task *task = task_new(kind, function, context, environment);
    NTSTATUS status = task ? bind(file, &io_sink, task) : STATUS_NO_MEMORY;
    if (NT_SUCCESS(status))
        *made = task;
    else if (task)
        task_close(task, true, NULL);
    return status;
}

API(kernel32 kernelbase, PVOID, CreateThreadpoolIo, HANDLE fl, const void *pfnio, PVOID pv, CALLBACK_ENVIRON *pcbe) {
    struct task *task = NULL;
    succeed_or_fail(io_new(&task, &io_kind, fl, pfnio, pv, pcbe));
    return task;
}

API(ntdll, NTSTATUS, TpAllocIoCompletion, struct task **IoReturn, HANDLE File, const void *Callback, PVOID Context,
    CALLBACK_ENVIRON *CallbackEnviron) {
    return io_new(IoReturn, &native_io_kind, File, Callback, Context, CallbackEnviron);
}

API(ntdll, void, TpStartAsyncIoOperation, struct task *Io) { task_expect(Io); }
API_ALIAS(api_TpStartAsyncIoOperation, kernel32_name, kernel32 kernelbase, "StartThreadpoolIo");

API(ntdll, void, TpCancelAsyncIoOperation, struct task *Io) { task_expect_no_more(Io); }
API_ALIAS(api_TpCancelAsyncIoOperation, kernel32_name, kernel32 kernelbase, "CancelThreadpoolIo");

API_ALIAS(api_TpWaitForWork, io_nt, ntdll, "TpWaitForIoCompletion");
API_ALIAS(api_TpWaitForWork, io, kernel32 kernelbase, "WaitForThreadpoolIoCallbacks");
API_ALIAS(api_TpReleaseWork, io_nt, ntdll, "TpReleaseIoCompletion");
API_ALIAS(api_TpReleaseWork, io, kernel32 kernelbase, "CloseThreadpoolIo");

/* The older way: every end of a request calls the function, as long as the file is open. */
static void call_bound(struct task *task, struct callback_instance *instance, const struct due *due) {
    (void)instance;
    ((void(WINAPI *)(DWORD error, DWORD bytes, PVOID overlapped))task->function)(
        win32_from_status((NTSTATUS)due->result), (DWORD)due->bytes, due->overlapped);
}

static const struct task_kind bound_kind = {.call = call_bound};

static void bound_io_ended(void *task, NTSTATUS status, DWORD bytes, OVERLAPPED *overlapped) {
    task_post(task, due_of(status, bytes, overlapped));
}

static const struct port_sink bound_sink = {bound_io_ended, io_port_destroyed};

API(kernel32 kernelbase, BOOL, BindIoCompletionCallback, HANDLE FileHandle, const void *Function, ULONG Flags) {
    (void)Flags;
    struct task *task = task_new(&bound_kind, Function, NULL, NULL);
    NTSTATUS status = task ? bind(FileHandle, &bound_sink, task) : STATUS_NO_MEMORY;
    if (task)
        task_release(task);                          /* the port's reference stays */
    return succeed_or_fail(status);
}
