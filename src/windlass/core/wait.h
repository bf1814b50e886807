/* Waiting for kernel objects.
 *
 * One lock, the dispatcher lock, guards the signal state of all kernel objects and their queues of waiting threads, so
 * that "wait for all" is atomic. It is held for a few dozen instructions, never while a thread sleeps, and never while
 * memory of the Windows program is touched. A thread that signals an object satisfies the waits it can, in the order
 * in which they came, and wakes those threads. */
#ifndef WINDLASS_WAIT_H
#define WINDLASS_WAIT_H

#include "futex.h"
#include "handle.h"
#include "service.h"

enum { MAXIMUM_WAIT_OBJECTS = 64 };

/* One per (waiting thread, object). On the waiter's stack. */
struct wait_block {
    struct object *object;
    struct waiter *waiter;
    struct wait_block *next, *previous;             /* the object's queue */
};

/* Releasing wakes the threads whose waits are over, and calls functions of async_waits: no lock that those take may be
 * held. */
void dispatcher_acquire(void);
bool dispatcher_try_acquire(void);
void dispatcher_release(void);

/* The object's state may have become signaled: satisfies waits. The dispatcher lock is held. Threads are woken when it
 * is released. */
void object_signaled(struct object *object);

/* The same, when another process has changed it. */
void object_recheck(struct object *object);

/* What interrupts a wait: APCs, and for native functions alerts too (NtAlertThread). */
enum alertable { NOT_ALERTABLE, ALERTABLE, ALERTABLE_NATIVELY };
static inline enum alertable natively(BOOLEAN alertable) { return alertable ? ALERTABLE_NATIVELY : NOT_ALERTABLE; }

/* Waits until one of the objects, or all at once, can be acquired. `deadline`: see futex.h. Returns STATUS_WAIT_0 + i,
 * STATUS_ABANDONED_WAIT_0 + i, STATUS_USER_APC (APCs have been run), STATUS_ALERTED, STATUS_TIMEOUT. With
 * count 0 it sleeps. */
NTSTATUS wait_for_objects(struct object *const *objects, unsigned count, bool all, enum alertable alertable,
                          int64_t deadline);

/* The same for handles, with their errors: STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH for what cannot be waited
 * for, STATUS_ACCESS_DENIED without SYNCHRONIZE, STATUS_INVALID_PARAMETER_1 for a bad count. */
NTSTATUS wait_for_handles(const HANDLE *handles, unsigned count, bool all, enum alertable alertable, int64_t deadline);

/* Signals one object and waits for another. */
NTSTATUS signal_and_wait(HANDLE to_signal, HANDLE to_wait_on, enum alertable alertable, int64_t deadline);

/* STATUS_SUCCESS, STATUS_USER_APC or STATUS_ALERTED. A deadline of 0 lets other threads run. */
NTSTATUS sleep_until(int64_t deadline, enum alertable alertable);

/* A wait without a thread: `done` is called, without any lock and on any thread, when the object has been acquired (by
 * nobody: a mutex is found free but not taken) or the deadline has passed (STATUS_TIMEOUT). */
struct async_wait;
typedef void async_wait_done(struct async_wait *self, NTSTATUS status);

struct waiter {
    struct waiter *next, *previous;                  /* all sleeping waiters */
    struct thread_object *thread;                    /* NULL: an async_wait */
    struct wait_block *blocks;
    unsigned count;
    bool all, done;
    enum alertable alertable;
    NTSTATUS status;
};

struct async_wait {
    struct waiter waiter;
    struct wait_block block;
    struct service_timer timer;
    struct async_wait *next_done;
    async_wait_done *done;
};

/* Begins the wait; `object` must live until it is over. `done` may have been called when this returns. */
void async_wait_begin(struct async_wait *wait, struct object *object, int64_t deadline, async_wait_done *done);

/* True: the wait is over without `done` having been called, nor will it be. False: it has been or is about to be. */
bool async_wait_cancel(struct async_wait *wait);

/* An asynchronous procedure call. Exactly one of the two is called in the end, without any lock, and owns the
 * structure: `run` on the thread in an alertable wait, `discard` when the thread has ended first. */
struct apc {
    struct apc *next;
    void (*run)(struct apc *self);
    void (*discard)(struct apc *self);
};

/* False when the thread has ended; the structure is still the caller's then. */
bool thread_queue_apc(struct thread_object *thread, struct apc *apc);

/* Takes it back; false: it has been, or is being, run or discarded. */
bool thread_unqueue_apc(struct thread_object *thread, struct apc *apc);

/* On the calling thread, whose stack with a wait on it is about to go. */
void thread_cancel_wait(struct thread_object *thread);

/* Interrupts the thread's native alertable wait: the one it is in, or else its next one. */
void thread_alert(struct thread_object *thread);

/* Takes an alert back that no wait has been interrupted for; false: there is none. Of the calling thread. */
bool thread_take_alert(void);

/* Runs what is queued for the calling thread ("NtTestAlert"). True: there was something. */
bool thread_run_apcs(void);

#endif
