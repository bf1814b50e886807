/* What std::mutex, std::condition_variable and std::thread of Visual C++ 2012 and 2013 call in msvcp110 and msvcp120: the
 * C functions below the classes, which programs compile into themselves (<thr/threads.h>).
 *
 * A mutex or condition variable of the program is a pointer to what these functions keep. What a function of theirs
 * throws (system_error) is not here. */
#include "api.h"
#include "clock.h"
#include "crt.h"
#include "cxx_exception.h"
#include "futex.h"

#define MSVCP_THREAD_DLLS msvcp110 msvcp120

enum { THRD_SUCCESS, THRD_NOMEM, THRD_TIMEDOUT, THRD_BUSY, THRD_ERROR };
enum { MTX_PLAIN = 1, MTX_TRY = 2, MTX_TIMED = 4, MTX_RECURSIVE = 0x100 };
enum { TIME_UTC_BASE = 1 };

/* Seconds and nanoseconds since 1970. */
typedef struct {
    int64_t sec;
    LONG nsec;
} xtime;

/* ---- time ---- */

API(MSVCP_THREAD_DLLS, int64_t, _Xtime_get_ticks, void) { return system_time_now() - FILETIME_OF_UNIX_EPOCH; }

API(MSVCP_THREAD_DLLS, int, xtime_get, xtime *time, int base) {
    if (base != TIME_UTC_BASE || !time)
        return 0;
    int64_t ticks = api__Xtime_get_ticks();
    *time = (xtime){ticks / 10000000, (LONG)(ticks % 10000000 * 100)};
    return base;
}

/* Up to the longest wait that there is; 0 for a time that has passed. */
static int64_t nanoseconds_between(const xtime *later, const xtime *earlier) {
    const int64_t longest = INT64_MAX / 2000000000;
    int64_t seconds = later->sec - earlier->sec, rest = later->nsec - earlier->nsec;
    if (seconds > longest)
        seconds = longest;
    int64_t between = seconds < 0 ? -1 : seconds * 1000000000 + rest;
    return between < 0 ? 0 : between;
}

API(MSVCP_THREAD_DLLS, LONG, _Xtime_diff_to_millis2, const xtime *later, const xtime *earlier) {
    int64_t milliseconds = (nanoseconds_between(later, earlier) + 999999) / 1000000;
    return milliseconds > INT32_MAX ? INT32_MAX : (LONG)milliseconds;
}

API(MSVCP_THREAD_DLLS, LONG, _Xtime_diff_to_millis, const xtime *time) {
    xtime now;
    api_xtime_get(&now, TIME_UTC_BASE);
    return api__Xtime_diff_to_millis2(time, &now);
}

static int64_t deadline_of(const xtime *time) {
    xtime now;
    if (!time)
        return INT64_MAX;
    api_xtime_get(&now, TIME_UTC_BASE);
    return monotonic_now() + nanoseconds_between(time, &now);
}

/* ---- mutexes ---- */

struct mutex {
    atomic_uint word;                   /* 0: free, 1: held, 2: held and waited for */
    int type;
    void *_Atomic owner;                /* a TEB */
    unsigned depth;
};

API(MSVCP_THREAD_DLLS, int, _Mtx_init, struct mutex **mutex, int type) {
    *mutex = crt_calloc(1, sizeof **mutex);
    if (!*mutex)
        return THRD_NOMEM;
    (*mutex)->type = type;
    return THRD_SUCCESS;
}

API(MSVCP_THREAD_DLLS, VOID, _Mtx_destroy, struct mutex **mutex) {
    if (mutex && *mutex)
        crt_free(*mutex);
}

static bool is_owner(const struct mutex *mutex) {
    return atomic_load_explicit(&mutex->owner, memory_order_relaxed) == teb_self();
}

API(MSVCP_THREAD_DLLS, int, _Mtx_current_owns, struct mutex **mutex) { return (*mutex)->depth && is_owner(*mutex); }

static bool take(struct mutex *mutex, int64_t deadline) {
    unsigned free = 0;
    bool taken = atomic_compare_exchange_strong(&mutex->word, &free, 1);
    while (!taken && deadline) {
        taken = atomic_exchange(&mutex->word, 2) == 0;
        if (!taken && !futex_wait_until(&mutex->word, 2, deadline))
            deadline = 0; /* one more look, and no more sleep */
    }
    return taken;
}

/* A plain mutex may be locked again by its owner, too; others are busy then. */
static int lock(struct mutex *mutex, int64_t deadline) {
    if (is_owner(mutex)) {
        if (!(mutex->type & MTX_RECURSIVE) && mutex->type & (MTX_TRY | MTX_TIMED))
            return THRD_BUSY;
        mutex->depth++;
        return THRD_SUCCESS;
    }
    if (!take(mutex, deadline))
        return deadline ? THRD_TIMEDOUT : THRD_BUSY;
    atomic_store_explicit(&mutex->owner, (void *)teb_self(), memory_order_relaxed);
    mutex->depth = 1;
    return THRD_SUCCESS;
}

static void release(struct mutex *mutex) {
    atomic_store_explicit(&mutex->owner, NULL, memory_order_relaxed);
    mutex->depth = 0;
    if (atomic_exchange(&mutex->word, 0) == 2)
        futex_wake(&mutex->word, 1);
}

API(MSVCP_THREAD_DLLS, int, _Mtx_lock, struct mutex **mutex) { return lock(*mutex, INT64_MAX); }
API(MSVCP_THREAD_DLLS, int, _Mtx_trylock, struct mutex **mutex) { return lock(*mutex, 0); }
API(MSVCP_THREAD_DLLS, int, _Mtx_timedlock, struct mutex **mutex, const xtime *time) {
    return lock(*mutex, deadline_of(time));
}

API(MSVCP_THREAD_DLLS, int, _Mtx_unlock, struct mutex **mutex) {
    if (--(*mutex)->depth == 0)
        release(*mutex);
    return THRD_SUCCESS;
}

/* ---- condition variables ---- */

struct condition {
    atomic_uint rounds;                 /* changes with each signal */
};

API(MSVCP_THREAD_DLLS, int, _Cnd_init, struct condition **condition) {
    *condition = crt_calloc(1, sizeof **condition);
    return *condition ? THRD_SUCCESS : THRD_NOMEM;
}

API(MSVCP_THREAD_DLLS, VOID, _Cnd_destroy, struct condition **condition) {
    if (condition && *condition)
        crt_free(*condition);
}

/* The mutex is given up wholly, and had as often again. */
static bool wait_for(struct condition *condition, struct mutex *mutex, int64_t deadline) {
    unsigned round = atomic_load(&condition->rounds), depth = mutex->depth;
    release(mutex);
    bool in_time = futex_wait_until(&condition->rounds, round, deadline);
    lock(mutex, INT64_MAX);
    mutex->depth = depth;
    return in_time;
}

API(MSVCP_THREAD_DLLS, int, _Cnd_wait, struct condition **condition, struct mutex **mutex) {
    wait_for(*condition, *mutex, INT64_MAX);
    return THRD_SUCCESS;
}

API(MSVCP_THREAD_DLLS, int, _Cnd_timedwait, struct condition **condition, struct mutex **mutex, const xtime *time) {
    return wait_for(*condition, *mutex, deadline_of(time)) ? THRD_SUCCESS : THRD_TIMEDOUT;
}

static void signal_to(struct condition *condition, int count) {
    atomic_fetch_add(&condition->rounds, 1);
    futex_wake(&condition->rounds, count);
}

API(MSVCP_THREAD_DLLS, int, _Cnd_signal, struct condition **condition) {
    signal_to(*condition, 1);
    return THRD_SUCCESS;
}

API(MSVCP_THREAD_DLLS, int, _Cnd_broadcast, struct condition **condition) {
    signal_to(*condition, FUTEX_ALL);
    return THRD_SUCCESS;
}

/* ---- threads ---- */

typedef unsigned(WINAPI *thread_start)(void *);

/* A parameter of this type is passed by its address. */
struct started {
    HANDLE handle;
    unsigned id;
};

API_USE(uintptr_t, _beginthreadex, PVOID security, unsigned stack_size, thread_start function, void *argument, unsigned flags,
        unsigned *id);
API_USE(DWORD, WaitForSingleObject, HANDLE handle, DWORD milliseconds);
API_USE(BOOL, GetExitCodeThread, HANDLE thread, LPDWORD code);
API_USE(BOOL, CloseHandle, HANDLE handle);
API_USE(DWORD, GetCurrentThreadId, void);
API_USE(BOOL, SwitchToThread, void);
API_USE(VOID, Sleep, DWORD milliseconds);

API(MSVCP_THREAD_DLLS, int, _Thrd_start, struct started *thread, thread_start function, void *argument) {
    thread->handle = (HANDLE)api__beginthreadex(NULL, 0, function, argument, 0, &thread->id);
    return thread->handle ? THRD_SUCCESS : THRD_ERROR;
}
API_ALIAS(api__Thrd_start, create, MSVCP_THREAD_DLLS, "_Thrd_create");

API(MSVCP_THREAD_DLLS, int, _Thrd_join, const struct started *thread, int *code) {
    DWORD ended = 0;
    if (api_WaitForSingleObject(thread->handle, INFINITE) || !api_GetExitCodeThread(thread->handle, &ended))
        return THRD_ERROR;
    if (code)
        *code = (int)ended;
    return api_CloseHandle(thread->handle) ? THRD_SUCCESS : THRD_ERROR;
}

API(MSVCP_THREAD_DLLS, int, _Thrd_detach, const struct started *thread) {
    return api_CloseHandle(thread->handle) ? THRD_SUCCESS : THRD_ERROR;
}

API(MSVCP_THREAD_DLLS, int, _Thrd_equal, const struct started *one, const struct started *other) { return one->id == other->id; }
API(MSVCP_THREAD_DLLS, int, _Thrd_lt, const struct started *one, const struct started *other) { return one->id < other->id; }

/* No handle: nobody closes it. */
API(MSVCP_THREAD_DLLS, struct started *, _Thrd_current, struct started *result) {
    *result = (struct started){NULL, api_GetCurrentThreadId()};
    return result;
}

API(MSVCP_THREAD_DLLS, VOID, _Thrd_yield, void) { api_SwitchToThread(); }

API(MSVCP_THREAD_DLLS, VOID, _Thrd_sleep, const xtime *until) {
    DWORD left;
    while ((left = (DWORD)api__Xtime_diff_to_millis(until)) > 0)
        api_Sleep(left);
}

/* ---- std::_Pad: a thread that begins, and copies what it was given before its maker goes on ---- */

struct pad {
    unsigned(WINAPI *const *functions)(struct pad *); /* _Go(), of the class that is derived */
    struct condition *condition;
    struct mutex *mutex;
    bool is_started;
};

API_AS(pad_new, MSVCP_THREAD_DLLS, struct pad *, "??0_Pad@std@@QEAA@XZ", struct pad *pad) {
    api__Cnd_init(&pad->condition);
    api__Mtx_init(&pad->mutex, MTX_PLAIN);
    pad->is_started = false;
    lock(pad->mutex, INT64_MAX);
    return pad;
}

API_AS(pad_destroy, MSVCP_THREAD_DLLS, VOID, "??1_Pad@std@@QEAA@XZ", struct pad *pad) {
    release(pad->mutex);
    api__Mtx_destroy(&pad->mutex);
    api__Cnd_destroy(&pad->condition);
}

static unsigned WINAPI go(void *argument) {
    struct pad *pad = argument;
    return pad->functions[0](pad);
}

API_AS(pad_launch, MSVCP_THREAD_DLLS, VOID, "?_Launch@_Pad@std@@QEAAXPEAU_Thrd_imp_t@@@Z", struct pad *pad,
       struct started *thread) {
    if (api__Thrd_start(thread, go, pad) != THRD_SUCCESS) /* std::system_error is derived from this */
        cxx_throw_standard(CXX_CLASS_RUNTIME_ERROR, "resource unavailable try again");
    while (!pad->is_started)
        wait_for(pad->condition, pad->mutex, INT64_MAX);
}

API_AS(pad_release, MSVCP_THREAD_DLLS, VOID, "?_Release@_Pad@std@@QEAAXXZ", struct pad *pad) {
    lock(pad->mutex, INT64_MAX);
    pad->is_started = true;
    signal_to(pad->condition, 1);
    release(pad->mutex);
}
