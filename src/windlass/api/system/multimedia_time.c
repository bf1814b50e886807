/* winmm's clock and timers ("Multimedia Timers"): the clock has a millisecond's resolution, whatever is asked for. */
#include <pthread.h>

#include "api.h"

enum { TIMERR_NOERROR = 0, TIMERR_NOCANDO = 97, MMSYSERR_INVALPARAM = 11, TIME_MS = 1 };
enum { SHORTEST_PERIOD = 1, LONGEST_PERIOD = 1000000 };
enum { TIME_PERIODIC = 1, TIME_CALLBACK_EVENT_SET = 0x10, TIME_CALLBACK_EVENT_PULSE = 0x20, TIME_KILL_SYNCHRONOUS = 0x100 };

API_USE(DWORD, GetTickCount, void);
API_USE(BOOL, SetEvent, HANDLE);
API_USE(BOOL, PulseEvent, HANDLE);
API_USE(BOOL, CreateTimerQueueTimer, PHANDLE, HANDLE, const void *, PVOID, DWORD, DWORD, ULONG);
API_USE(BOOL, DeleteTimerQueueTimer, HANDLE, HANDLE, HANDLE);

/* ---- the clock ---- */

API(winmm, DWORD, timeGetTime, void) { return api_GetTickCount(); }

typedef struct {
    UINT wType;
    DWORD value[2];
} MMTIME;

API(winmm, UINT, timeGetSystemTime, MMTIME *pmmt, UINT cbmmt) {
    if (!pmmt || cbmmt < sizeof *pmmt)
        return TIMERR_NOCANDO;
    *pmmt = (MMTIME){TIME_MS, {api_GetTickCount(), 0}};
    return TIMERR_NOERROR;
}

typedef struct {
    UINT wPeriodMin, wPeriodMax;
} TIMECAPS;

API(winmm, UINT, timeGetDevCaps, TIMECAPS *ptc, UINT cbtc) {
    if (!ptc || cbtc < sizeof *ptc)
        return TIMERR_NOCANDO;
    *ptc = (TIMECAPS){SHORTEST_PERIOD, LONGEST_PERIOD};
    return TIMERR_NOERROR;
}

static UINT check_period(UINT period) {
    return period >= SHORTEST_PERIOD && period <= LONGEST_PERIOD ? TIMERR_NOERROR : TIMERR_NOCANDO;
}

API(winmm, UINT, timeBeginPeriod, UINT uPeriod) { return check_period(uPeriod); }
API(winmm, UINT, timeEndPeriod, UINT uPeriod) { return check_period(uPeriod); }

/* ---- timers: kept by number, for one may be killed while its callback waits to run ---- */

struct event_timer {
    struct event_timer *next;
    UINT id, flags;
    HANDLE timer;
    void *callback; /* a function, or an event's handle */
    DWORD_PTR user;
};

static struct event_timer *timers;
static UINT last_id;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct event_timer **find(UINT id) {
    struct event_timer **at = &timers;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

/* Takes the timer out of the list when it has run for good. */
static bool take_due(UINT id, struct event_timer *due) {
    pthread_mutex_lock(&lock);
    struct event_timer **at = find(id), *found = *at;
    if (found) {
        *due = *found;
        if (!(found->flags & TIME_PERIODIC)) {
            *at = found->next;
            free(found);
        }
    }
    pthread_mutex_unlock(&lock);
    return found != NULL;
}

static void WINAPI run(PVOID context, BOOLEAN fired) {
    struct event_timer due;
    (void)fired;
    if (!take_due((UINT)(uintptr_t)context, &due))
        return;
    if (due.flags & TIME_CALLBACK_EVENT_SET)
        api_SetEvent(due.callback);
    else if (due.flags & TIME_CALLBACK_EVENT_PULSE)
        api_PulseEvent(due.callback);
    else
        ((void(WINAPI *)(UINT, UINT, DWORD_PTR, DWORD_PTR, DWORD_PTR))due.callback)(due.id, 0, due.user, 0, 0);
    if (!(due.flags & TIME_PERIODIC))
        api_DeleteTimerQueueTimer(NULL, due.timer, NULL);
}

/* The timer's number, 0 when there can be none. */
API(winmm, UINT, timeSetEvent, UINT uDelay, UINT uResolution, void *lpTimeProc, DWORD_PTR dwUser, UINT fuEvent) {
    (void)uResolution;
    struct event_timer *timer = calloc(1, sizeof *timer);
    if (!timer || check_period(uDelay) || !lpTimeProc) {
        free(timer);
        return 0;
    }
    *timer = (struct event_timer){NULL, 0, fuEvent, NULL, lpTimeProc, dwUser};
    pthread_mutex_lock(&lock);
    UINT id = timer->id = ++last_id ? last_id : ++last_id;
    BOOL made = api_CreateTimerQueueTimer(&timer->timer, NULL, (const void *)run, (PVOID)(uintptr_t)id, uDelay,
                                          fuEvent & TIME_PERIODIC ? uDelay : 0, 0);
    if (made) {
        timer->next = timers;
        timers = timer;
    }
    pthread_mutex_unlock(&lock);
    if (made)
        return id;
    free(timer);
    return 0;
}

/* A callback that runs may go on, unless TIME_KILL_SYNCHRONOUS was given to timeSetEvent. */
API(winmm, UINT, timeKillEvent, UINT uTimerID) {
    pthread_mutex_lock(&lock);
    struct event_timer **at = find(uTimerID), *timer = *at;
    if (timer)
        *at = timer->next;
    pthread_mutex_unlock(&lock);
    if (!timer)
        return MMSYSERR_INVALPARAM;
    api_DeleteTimerQueueTimer(NULL, timer->timer, timer->flags & TIME_KILL_SYNCHRONOUS ? (HANDLE)(intptr_t)-1 : NULL);
    free(timer);
    return TIMERR_NOERROR;
}
