/* The kernel object of a thread. Every thread with a TEB can have one; it is made when something first asks for it and
 * outlives the thread while handles are open. */
#ifndef WINDLASS_THREAD_OBJECT_H
#define WINDLASS_THREAD_OBJECT_H

#include "handle.h"

#define STILL_ACTIVE 259u

struct apc;
struct mutant;
struct process_object;
struct waiter;

struct thread_object {
    struct object object;
    DWORD id;
    struct process_object *process;                 /* the first thread of another process; NULL: of this one */

    /* Under the dispatcher lock. */
    struct thread *thread;                          /* NULL before it begins and once it has ended */
    bool ended;
    DWORD exit_code;                                /* STILL_ACTIVE until then */
    struct waiter *waiter;                          /* what it waits for */
    struct apc *first_apc, *last_apc;
    bool has_alert;                                 /* by NtAlertThread, for its next native wait */
    struct mutant *owned;                           /* mutexes to be abandoned at its end */
    struct thread_object *next_to_wake;

    atomic_uint wake;                               /* it sleeps here while 0 */
    atomic_uint alerted;                            /* NtAlertThreadByThreadId */

    /* How it is to end: set by itself, or while it is stopped. */
    bool exit_requested;
    DWORD requested_exit_code;

    /* suspend.c */
    atomic_uint suspension, acknowledged;
    void *signal_context;                           /* its registers while it is stopped */
    bool stop_anywhere, awaits_stop_lock, terminate;

    /* What programs set and ask for. */
    void *start_address;
    int priority;
    bool boost_disabled;
    DWORD ideal_processor;
    _Atomic DWORD_PTR cpu_sets;                     /* as a mask; 0: none selected */
    WCHAR *description;                             /* under the dispatcher lock */
    struct object *token;                           /* whom it impersonates, NULL: nobody (python_token.c) */
    int64_t created, ended_at;                      /* system time (FILETIME) */
};

extern const struct object_type thread_type;

/* The calling thread's object, with no reference added. */
struct thread_object *thread_object_self(void);

/* The object of a live thread: the calling one, or one kept alive by the thread list's lock. No reference is added. */
struct thread_object *thread_object_of(struct thread *thread);

/* Makes a thread that calls a Windows function and ends with what that returns (api/thread.c). Its object, with a
 * reference for the caller; NULL when it cannot be made. */
struct thread_object *thread_create(DWORD(WINAPI *function)(PVOID), PVOID parameter, size_t stack_size, bool suspended);

/* For a thread that is about to be made; NULL out of memory. */
struct thread_object *thread_object_new(void);

/* Of another thread of this process, with a reference added; NULL: no such thread has a TEB. */
struct thread_object *thread_object_from_id(DWORD id);

/* From thread.c when the thread has left Windows code for good. */
void thread_object_end(struct thread *thread);

/* For a thread that never began. */
void thread_object_fail(struct thread_object *object);

/* The kernel's times, 100 ns units ("GetThreadTimes function"); also for a thread that has ended, as far as known. */
void thread_object_times(struct thread_object *object, int64_t *kernel, int64_t *user);

/* ---- suspend.c ---- */

enum { MAXIMUM_SUSPEND_COUNT = 127 };

/* The counts before the call. Suspending the calling thread returns when it has been resumed. */
NTSTATUS thread_suspend(struct thread_object *object, ULONG *was);

void thread_stop_self(void);                         /* while the count is not zero */
NTSTATUS thread_resume(struct thread_object *object, ULONG *was);
ULONG thread_suspend_count(struct thread_object *object);

/* For the process's end: stops the thread, unless it holds a lock of the host or runs Python until the deadline. False: it
 * goes on. */
bool thread_stop_for_good(struct thread_object *object, int64_t deadline);

/* Lets the calling thread be stopped and have its faults handled: one that a thread of windlass's own has made comes with
 * all signals blocked. */
void thread_accept_signals(void);

/* The parts that ContextFlags names. A running thread is stopped for the moment. */
NTSTATUS thread_get_context(struct thread_object *object, CONTEXT *context);
NTSTATUS thread_set_context(struct thread_object *object, const CONTEXT *context);

/* Makes the thread end as soon as possible, without telling any DLL. STATUS_ACCESS_DENIED for threads that the host has
 * made. */
NTSTATUS thread_terminate(struct thread_object *object, DWORD exit_code);

/* Leaves Windows code for good. For threads that the host has made it goes back to the innermost call into Windows
 * code, which reports STATUS_THREAD_IS_TERMINATING. */
_Noreturn void thread_exit_self(DWORD exit_code, bool tell_dlls);

#endif
