/* Waitable timers ("Waitable Timer Objects").
 *
 * Each process whose threads wait for a timer looks out for its time by itself, and so does the one that has set it: whoever
 * comes first signals it for all. */
#include "clock.h"
#include "names.h"
#include "namespace.h"
#include "nt.h"
#include "service.h"
#include "shared.h"
#include "thread_object.h"
#include "wait.h"

typedef void(WINAPI *timer_apc)(PVOID argument, DWORD low, DWORD high);

struct timer_state {
    bool manual_reset, signaled;
    uint32_t settings;                               /* counts SetWaitableTimer and CancelWaitableTimer */
    int64_t deadline;                                /* the next; INT64_MAX: none */
    int64_t period;                                  /* nanoseconds; 0: once */
};

struct timer {
    struct object object;
    struct timer_state state;
    struct service_timer alarm;

    /* Under the dispatcher lock. */
    uint32_t setting;                                /* this process's, which the completion routine belongs to */

    /* The completion routine: queued to the thread that set the timer, at most once at a time. */
    timer_apc routine;
    PVOID argument;
    struct thread_object *thread;                    /* referenced */
    struct apc apc;
    bool apc_is_queued;
    int64_t expired_at;                              /* system time */
};

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    const struct timer_state *state = object_state(object);
    (void)waiter;
    return state->signaled;
}

static bool acquire(struct object *object, struct thread_object *waiter) {
    struct timer_state *state = object_state(object);
    (void)waiter;
    if (!state->manual_reset)
        state->signaled = false;
    return false;
}

/* Another process may have set the time. */
static void waited(struct object *object) {
    const struct timer_state *state = object_state(object);
    struct timer *timer = (struct timer *)object;
    if (object->shared && timer->alarm.deadline != state->deadline)
        service_timer_arm(&timer->alarm, state->deadline);
}

static void run_routine(struct apc *apc) {
    struct timer *timer = (struct timer *)((char *)apc - offsetof(struct timer, apc));
    dispatcher_acquire();
    timer->apc_is_queued = false;
    timer_apc routine = timer->routine;
    PVOID argument = timer->argument;
    int64_t time = timer->expired_at;
    dispatcher_release();
    object_release(&timer->object);
    if (routine)
        routine(argument, (DWORD)time, (DWORD)((uint64_t)time >> 32));
}

static void discard_routine(struct apc *apc) {
    struct timer *timer = (struct timer *)((char *)apc - offsetof(struct timer, apc));
    timer->apc_is_queued = false;
    object_release(&timer->object);
}

/* Signals the timer if its time has come and no other process has done so. */
static void signal_in_time(struct timer_state *state) {
    int64_t now = monotonic_now();
    if (now < state->deadline)
        return;
    state->signaled = true;
    state->deadline = state->period ? state->deadline + state->period : INT64_MAX;
}

/* A timer that waits for its time holds no reference to itself: it goes with its last handle. */
static void expired(struct service_timer *alarm) {
    struct timer *timer = (struct timer *)((char *)alarm - offsetof(struct timer, alarm));
    dispatcher_acquire();
    struct timer_state *state = object_state(&timer->object);
    bool is_own = timer->setting == state->settings;
    signal_in_time(state);
    timer->expired_at = system_time_now();
    if (is_own && state->period)
        service_timer_arm(alarm, alarm->deadline + state->period);
    else if (timer->object.first_waiter && state->deadline != INT64_MAX)
        service_timer_arm(alarm, state->deadline);
    struct thread_object *thread = is_own && timer->routine && !timer->apc_is_queued ? timer->thread : NULL;
    if (thread) {
        timer->apc_is_queued = true;
        object_reference(&thread->object);
        object_reference(&timer->object);
    }
    object_signaled(&timer->object);
    dispatcher_release();
    if (!thread)
        return;
    if (!thread_queue_apc(thread, &timer->apc))
        discard_routine(&timer->apc);
    object_release(&thread->object);
}

/* The completion routine will not be called any more when this returns. */
static void forget_routine(struct timer *timer) {
    dispatcher_acquire();
    struct thread_object *thread = timer->thread;
    timer->thread = NULL;
    dispatcher_release();
    service_timer_disarm(&timer->alarm);
    if (!thread)
        return;
    if (thread_unqueue_apc(thread, &timer->apc))
        discard_routine(&timer->apc);
    object_release(&thread->object);
}

/* Cancels the timer in all processes. */
static void stop(struct timer *timer) {
    dispatcher_acquire();
    struct timer_state *state = object_state(&timer->object);
    state->deadline = INT64_MAX;
    timer->setting = ++state->settings;
    dispatcher_release();
    forget_routine(timer);
}

static void closed(struct object *object) { forget_routine((struct timer *)object); }

static void destroy(struct object *object) {
    forget_routine((struct timer *)object);
    free(object);
}

static struct object *timer_new(bool manual_reset);
static struct object *attach(void) { return timer_new(false); }

extern const struct object_type timer_type;
const struct object_type timer_type = {
    .name = "Timer",
    .destroy = destroy,
    .closed = closed,
    .is_signaled = is_signaled,
    .acquire = acquire,
    .waited = waited,
    .attach = attach,
    .state_offset = offsetof(struct timer, state),
    .state_size = sizeof(struct timer_state),
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 3,
    .generic_read = READ_CONTROL | 1,
    .generic_write = READ_CONTROL | 2,
    .generic_execute = READ_CONTROL | SYNCHRONIZE,
};

enum { TIMER_QUERY_STATE = 1, TIMER_MODIFY_STATE = 2 };

static struct object *timer_new(bool manual_reset) {
    struct timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return NULL;
    object_init(&timer->object, &timer_type);
    timer->state = (struct timer_state){.manual_reset = manual_reset, .deadline = INT64_MAX};
    timer->alarm.deadline = INT64_MAX;
    timer->alarm.expired = expired;
    timer->apc = (struct apc){NULL, run_routine, discard_routine};
    return &timer->object;
}

static void set(struct timer *timer, const LARGE_INTEGER *due, LONG period, timer_apc routine, PVOID argument) {
    int64_t deadline = deadline_from_nt(due);
    struct thread_object *self = routine ? thread_object_self() : NULL;
    stop(timer);
    dispatcher_acquire();
    struct timer_state *state = object_state(&timer->object);
    state->signaled = false;
    state->deadline = deadline ? deadline : monotonic_now();
    state->period = period * 1000000ll;
    timer->setting = ++state->settings;
    timer->routine = routine;
    timer->argument = argument;
    if (self) {
        object_reference(&self->object);
        timer->thread = self;
    }
    service_timer_arm(&timer->alarm, state->deadline);
    if (timer->object.shared)
        shared_signaled(timer->object.shared);       /* its waiters elsewhere learn of the new time */
    dispatcher_release();
}

/* ---- Win32 ---- */

enum { CREATE_WAITABLE_TIMER_MANUAL_RESET = 1 };

API(kernel32 kernelbase, HANDLE, CreateWaitableTimerExW, SECURITY_ATTRIBUTES *lpTimerAttributes, LPCWSTR lpTimerName,
    DWORD dwFlags, DWORD dwDesiredAccess) {
    return create_named(timer_new(dwFlags & CREATE_WAITABLE_TIMER_MANUAL_RESET), lpTimerName, dwDesiredAccess,
                        lpTimerAttributes);
}

API(kernel32, HANDLE, CreateWaitableTimerExA, SECURITY_ATTRIBUTES *lpTimerAttributes, LPCSTR lpTimerName,
    DWORD dwFlags, DWORD dwDesiredAccess) {
    return create_named_ansi(timer_new(dwFlags & CREATE_WAITABLE_TIMER_MANUAL_RESET), lpTimerName, dwDesiredAccess,
                             lpTimerAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateWaitableTimerW, SECURITY_ATTRIBUTES *lpTimerAttributes, BOOL bManualReset,
    LPCWSTR lpTimerName) {
    return create_named(timer_new(bManualReset), lpTimerName, timer_type.all_access, lpTimerAttributes);
}

API(kernel32, HANDLE, CreateWaitableTimerA, SECURITY_ATTRIBUTES *lpTimerAttributes, BOOL bManualReset,
    LPCSTR lpTimerName) {
    return create_named_ansi(timer_new(bManualReset), lpTimerName, timer_type.all_access, lpTimerAttributes);
}

API(kernel32 kernelbase, HANDLE, OpenWaitableTimerW, DWORD dwDesiredAccess, BOOL bInheritHandle,
    LPCWSTR lpTimerName) {
    return open_named(&timer_type, lpTimerName, dwDesiredAccess, bInheritHandle);
}

API(kernel32, HANDLE, OpenWaitableTimerA, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpTimerName) {
    return open_named_ansi(&timer_type, lpTimerName, dwDesiredAccess, bInheritHandle);
}

/* No timer wakes the machine: asking for it (fResume) succeeds with ERROR_NOT_SUPPORTED ("SetWaitableTimer
 * function"). */
API(kernel32 kernelbase, BOOL, SetWaitableTimer, HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
    timer_apc pfnCompletionRoutine, LPVOID lpArgToCompletionRoutine, BOOL fResume) {
    if (!lpDueTime)
        return fail(ERROR_NOACCESS);
    if (lPeriod < 0)
        return fail(ERROR_INVALID_PARAMETER);
    struct object *object = handle_object_or_fail(hTimer, &timer_type, TIMER_MODIFY_STATE);
    if (!object)
        return FALSE;
    set((struct timer *)object, lpDueTime, lPeriod, pfnCompletionRoutine, lpArgToCompletionRoutine);
    object_release(object);
    set_last_error(fResume ? ERROR_NOT_SUPPORTED : ERROR_SUCCESS);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetWaitableTimerEx, HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
    timer_apc pfnCompletionRoutine, LPVOID lpArgToCompletionRoutine, PVOID WakeContext, ULONG TolerableDelay) {
    (void)TolerableDelay;
    return api_SetWaitableTimer(hTimer, lpDueTime, lPeriod, pfnCompletionRoutine, lpArgToCompletionRoutine,
                                WakeContext != NULL);
}

API(kernel32 kernelbase, BOOL, CancelWaitableTimer, HANDLE hTimer) {
    struct object *object = handle_object_or_fail(hTimer, &timer_type, TIMER_MODIFY_STATE);
    if (!object)
        return FALSE;
    stop((struct timer *)object);
    object_release(object);
    return TRUE;
}

/* ---- NT ---- */

enum { NotificationTimer, SynchronizationTimer };

static bool is_signaled_now(struct object *object) {
    dispatcher_acquire();
    bool signaled = is_signaled(object, NULL);
    dispatcher_release();
    return signaled;
}

API(ntdll, NTSTATUS, NtCreateTimer, PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG TimerType) {
    if (TimerType > SynchronizationTimer)
        return STATUS_INVALID_PARAMETER_4;
    return nt_create(timer_new(TimerType == NotificationTimer), DesiredAccess, ObjectAttributes, TimerHandle);
}

API(ntdll, NTSTATUS, NtOpenTimer, PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
    const OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&timer_type, DesiredAccess, ObjectAttributes, TimerHandle);
}

API(ntdll, NTSTATUS, NtSetTimer, HANDLE TimerHandle, const LARGE_INTEGER *DueTime, timer_apc TimerApcRoutine,
    PVOID TimerContext, BOOLEAN ResumeTimer, LONG Period, BOOLEAN *PreviousState) {
    NTSTATUS status;
    (void)ResumeTimer;
    struct object *object = handle_object(TimerHandle, &timer_type, TIMER_MODIFY_STATE, &status);
    if (!object)
        return status;
    if (PreviousState)
        *PreviousState = is_signaled_now(object);
    set((struct timer *)object, DueTime, Period, TimerApcRoutine, TimerContext);
    object_release(object);
    return STATUS_SUCCESS;
}

/* What NtSetTimerEx sets; a TolerableDelay lets Windows join timers, and a WakeContext wakes the computer. */
typedef struct {
    LARGE_INTEGER DueTime;
    timer_apc TimerApcRoutine;
    PVOID TimerContext, WakeContext;
    ULONG Period, TolerableDelay;
    BOOLEAN *PreviousState;
} TIMER_SET_COALESCABLE_TIMER_INFO;

API(ntdll, NTSTATUS, NtSetTimerEx, HANDLE TimerHandle, ULONG TimerSetInformationClass, PVOID TimerSetInformation,
    ULONG TimerSetInformationLength) {
    enum { TimerSetCoalescableTimer };
    const TIMER_SET_COALESCABLE_TIMER_INFO *information = TimerSetInformation;
    if (TimerSetInformationClass != TimerSetCoalescableTimer)
        return STATUS_INVALID_INFO_CLASS;
    if (TimerSetInformationLength != sizeof *information)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (information->Period > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    return api_NtSetTimer(TimerHandle, &information->DueTime, information->TimerApcRoutine, information->TimerContext,
                          information->WakeContext != NULL, (LONG)information->Period, information->PreviousState);
}

API(ntdll, NTSTATUS, NtCancelTimer, HANDLE TimerHandle, BOOLEAN *CurrentState) {
    NTSTATUS status;
    struct object *object = handle_object(TimerHandle, &timer_type, TIMER_MODIFY_STATE, &status);
    if (!object)
        return status;
    stop((struct timer *)object);
    if (CurrentState)
        *CurrentState = is_signaled_now(object);
    object_release(object);
    return STATUS_SUCCESS;
}

typedef struct { LARGE_INTEGER RemainingTime; BOOLEAN TimerState; } TIMER_BASIC_INFORMATION;

API(ntdll, NTSTATUS, NtQueryTimer, HANDLE TimerHandle, ULONG TimerInformationClass, PVOID TimerInformation,
    ULONG TimerInformationLength, PULONG ReturnLength) {
    NTSTATUS status;
    TIMER_BASIC_INFORMATION *information = TimerInformation;
    if (TimerInformationClass)
        return STATUS_INVALID_INFO_CLASS;
    if (TimerInformationLength < sizeof *information)
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *object = handle_object(TimerHandle, &timer_type, TIMER_QUERY_STATE, &status);
    if (!object)
        return status;
    dispatcher_acquire();
    const struct timer_state state = *(const struct timer_state *)object_state(object);
    dispatcher_release();
    int64_t remaining = state.deadline != INT64_MAX ? state.deadline - monotonic_now() : 0;
    *information = (TIMER_BASIC_INFORMATION){{.QuadPart = remaining / 100}, state.signaled};
    object_release(object);
    if (ReturnLength)
        *ReturnLength = sizeof *information;
    return STATUS_SUCCESS;
}

/* ---- resolution: Linux's timers are exact by themselves ---- */

enum { COARSEST_RESOLUTION = 156250, FINEST_RESOLUTION = 5000 }; /* 100 ns units, Windows' usual ones */

API(ntdll, NTSTATUS, NtQueryTimerResolution, PULONG MaximumTime, PULONG MinimumTime, PULONG CurrentTime) {
    *MaximumTime = COARSEST_RESOLUTION;
    *MinimumTime = FINEST_RESOLUTION;
    *CurrentTime = FINEST_RESOLUTION;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtSetTimerResolution, ULONG DesiredTime, BOOLEAN SetResolution, PULONG ActualTime) {
    (void)DesiredTime, (void)SetResolution;
    *ActualTime = FINEST_RESOLUTION;
    return STATUS_SUCCESS;
}
