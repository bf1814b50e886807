#include "wait.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "fork.h"
#include "lock.h"
#include "shared.h"
#include "thread_object.h"

/* ---- the dispatcher lock ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

/* Threads whose waits are over, woken once the lock is free; each referenced. */
static struct thread_object *to_wake;

void dispatcher_acquire(void) { lock_acquire(&lock); }
bool dispatcher_try_acquire(void) { return lock_try_acquire(&lock); }

/* Waits without a thread that are over. */
static struct async_wait *to_call;

static void call_done(struct async_wait *wait) {
    for (struct async_wait *next; wait; wait = next) {
        next = wait->next_done;
        service_timer_disarm(&wait->timer);
        wait->done(wait, wait->waiter.status);
    }
}

enum { WOKEN_AT_ONCE = 16 };

/* Takes threads off the list. That needs the lock: without it, one that wakes by itself may be in its next wait, and on
 * the list again. */
static unsigned take_to_wake(struct thread_object **threads) {
    unsigned count = 0;
    for (; to_wake && count < WOKEN_AT_ONCE; to_wake = to_wake->next_to_wake)
        threads[count++] = to_wake;
    return count;
}

/* False when threads to be woken are left. */
static bool release_and_wake(void) {
    struct thread_object *threads[WOKEN_AT_ONCE];
    unsigned count = take_to_wake(threads);
    bool is_last = !to_wake;
    struct async_wait *done = to_call;
    unsigned elsewhere = __builtin_expect(shared_entered, 0) ? shared_leave() : 0;
    to_call = NULL;
    lock_release(&lock);
    if (elsewhere)
        shared_wake(elsewhere);
    for (unsigned i = 0; i < count; i++) {
        futex_wake(&threads[i]->wake, 1);
        object_release(&threads[i]->object);
    }
    call_done(done);
    return is_last;
}

void dispatcher_release(void) {
    while (!release_and_wake())
        dispatcher_acquire();
}

/* ---- waits ---- */

static bool can_acquire(struct object *object, struct thread_object *thread) {
    return object->type->is_signaled(object, thread);
}

/* True when the object was an abandoned mutex. */
static bool acquire(struct object *object, struct thread_object *thread) {
    return object->type->acquire && object->type->acquire(object, thread);
}

/* Acquires what the waiter waits for, if it can be had now. */
static bool satisfy(struct waiter *waiter) {
    struct thread_object *thread = waiter->thread;
    if (waiter->all) {
        bool abandoned = false;
        for (unsigned i = 0; i < waiter->count; i++)
            if (!can_acquire(waiter->blocks[i].object, thread))
                return false;
        for (unsigned i = 0; i < waiter->count; i++)
            abandoned |= acquire(waiter->blocks[i].object, thread);
        waiter->status = abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
        return true;
    }
    for (unsigned i = 0; i < waiter->count; i++) {
        struct object *object = waiter->blocks[i].object;
        if (can_acquire(object, thread)) {
            waiter->status = (NTSTATUS)i + (acquire(object, thread) ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0);
            return true;
        }
    }
    return false;
}

static void enqueue(struct wait_block *block) {
    struct object *object = block->object;
    if (object->type->waited)
        object->type->waited(object);
    if (object->shared)
        shared_waited(object->shared);
    block->next = NULL;
    block->previous = object->last_waiter;
    if (block->previous)
        block->previous->next = block;
    else
        object->first_waiter = block;
    object->last_waiter = block;
}

static void dequeue(struct wait_block *block) {
    struct object *object = block->object;
    if (block->previous)
        block->previous->next = block->next;
    else
        object->first_waiter = block->next;
    if (block->next)
        block->next->previous = block->previous;
    else
        object->last_waiter = block->previous;
}

static struct waiter *sleeping;

/* Puts the waiter into its objects' queues, or takes it out again. */
static void waiter_add(struct waiter *waiter) {
    waiter->next = sleeping;
    if (sleeping)
        sleeping->previous = waiter;
    sleeping = waiter;
    if (waiter->thread)
        waiter->thread->waiter = waiter;
    for (unsigned i = 0; i < waiter->count; i++)
        enqueue(&waiter->blocks[i]);
}

static void waiter_remove(struct waiter *waiter) {
    for (unsigned i = 0; i < waiter->count; i++)
        dequeue(&waiter->blocks[i]);
    if (waiter->thread)
        waiter->thread->waiter = NULL;
    if (waiter->previous)
        waiter->previous->next = waiter->next;
    else
        sleeping = waiter->next;
    if (waiter->next)
        waiter->next->previous = waiter->previous;
}

static struct async_wait *async_wait_of(struct waiter *waiter) {
    return (struct async_wait *)((char *)waiter - offsetof(struct async_wait, waiter));
}

/* Ends a wait: the thread will find waiter->done. */
static void finish(struct waiter *waiter) {
    struct thread_object *thread = waiter->thread;
    waiter_remove(waiter);
    waiter->done = true;
    if (!thread) {
        async_wait_of(waiter)->next_done = to_call;
        to_call = async_wait_of(waiter);
        return;
    }
    atomic_store(&thread->wake, 1);
    object_reference(&thread->object);
    thread->next_to_wake = to_wake;
    to_wake = thread;
}

void object_signaled(struct object *object) {
    if (object->shared)
        shared_signaled(object->shared);
    object_recheck(object);
}

void object_recheck(struct object *object) {
    struct wait_block *block = object->first_waiter;
    while (block && can_acquire(object, block->waiter->thread)) {
        struct waiter *waiter = block->waiter;
        do
            block = block->next;
        while (block && block->waiter == waiter);    /* it may wait twice for one object */
        if (satisfy(waiter))
            finish(waiter);
    }
}

bool thread_run_apcs(void) {
    struct thread_object *thread = thread_object_self();
    for (bool any = false;; any = true) {
        dispatcher_acquire();
        struct apc *apc = thread->first_apc;
        if (apc)
            thread->first_apc = apc->next;
        dispatcher_release();
        if (!apc)
            return any;
        apc->run(apc);
    }
}

/* Sleeps until the wait is finished by another thread or the deadline passes. The lock is held, and held again at the
 * end. */
static void sleep_until_done(struct waiter *waiter, int64_t deadline) {
    struct thread_object *thread = waiter->thread;
    atomic_store(&thread->wake, 0);
    waiter_add(waiter);
    bool in_time = true;
    while (!waiter->done && in_time) {
        dispatcher_release();
        in_time = futex_wait_until(&thread->wake, 0, deadline);
        dispatcher_acquire();
    }
    if (waiter->done)
        return;
    waiter_remove(waiter);
    waiter->status = STATUS_TIMEOUT;
}

static bool take_alert(struct thread_object *thread) {
    bool was_alerted = thread->has_alert;
    thread->has_alert = false;
    return was_alerted;
}

NTSTATUS wait_for_objects(struct object *const *objects, unsigned count, bool all, enum alertable alertable,
                          int64_t deadline) {
    struct thread_object *thread = thread_object_self();
    struct wait_block blocks[MAXIMUM_WAIT_OBJECTS];
    struct waiter waiter = {.thread = thread, .blocks = blocks, .count = count, .all = all && count,
                            .alertable = alertable};
    for (unsigned i = 0; i < count; i++)
        blocks[i] = (struct wait_block){.object = objects[i], .waiter = &waiter};

    dispatcher_acquire();
    if (!count || !satisfy(&waiter)) {
        waiter.status = STATUS_TIMEOUT;
        if (alertable == ALERTABLE_NATIVELY && take_alert(thread))
            waiter.status = STATUS_ALERTED;
        else if (alertable && thread->first_apc)
            waiter.status = STATUS_USER_APC;
        else if (deadline)
            sleep_until_done(&waiter, deadline);
    }
    dispatcher_release();
    if (waiter.status == STATUS_USER_APC)
        thread_run_apcs();
    return waiter.status;
}

/* ---- waits without a thread ---- */

static void async_wait_expired(struct service_timer *timer) {
    struct async_wait *wait = (struct async_wait *)((char *)timer - offsetof(struct async_wait, timer));
    dispatcher_acquire();
    if (!wait->waiter.done) {
        wait->waiter.status = STATUS_TIMEOUT;
        finish(&wait->waiter);
    }
    dispatcher_release();
}

void async_wait_begin(struct async_wait *wait, struct object *object, int64_t deadline, async_wait_done *done) {
    *wait = (struct async_wait){.waiter = {.blocks = &wait->block, .count = 1}, .done = done,
                                .block = {.object = object, .waiter = &wait->waiter},
                                .timer = {.expired = async_wait_expired}};
    dispatcher_acquire();
    waiter_add(&wait->waiter);
    if (satisfy(&wait->waiter) || (wait->waiter.status = STATUS_TIMEOUT, deadline == 0))
        finish(&wait->waiter);
    else if (deadline != INT64_MAX)
        service_timer_arm(&wait->timer, deadline);
    dispatcher_release();
}

bool async_wait_cancel(struct async_wait *wait) {
    dispatcher_acquire();
    bool cancelled = !wait->waiter.done;
    if (cancelled) {
        waiter_remove(&wait->waiter);
        wait->waiter.done = true;
    }
    dispatcher_release();
    if (cancelled)
        service_timer_disarm(&wait->timer);
    return cancelled;
}

/* ---- by handle ---- */

static struct object *waitable_object(HANDLE handle, NTSTATUS *status) {
    struct object *object = handle_object(handle, NULL, SYNCHRONIZE, status);
    if (object && !object->type->is_signaled) {
        *status = STATUS_OBJECT_TYPE_MISMATCH;
        object_release(object);
        object = NULL;
    }
    return object;
}

static bool has_duplicates(struct object *const *objects, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < i; j++)
            if (objects[i] == objects[j])
                return true;
    return false;
}

NTSTATUS wait_for_handles(const HANDLE *handles, unsigned count, bool all, enum alertable alertable,
                          int64_t deadline) {
    struct object *objects[MAXIMUM_WAIT_OBJECTS];
    NTSTATUS status = STATUS_SUCCESS;
    unsigned referenced = 0;
    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    while (referenced < count && (objects[referenced] = waitable_object(handles[referenced], &status)) != NULL)
        referenced++;
    if (referenced == count && all && has_duplicates(objects, count))
        status = STATUS_INVALID_PARAMETER_MIX;
    if (NT_SUCCESS(status))
        status = wait_for_objects(objects, count, all, alertable, deadline);
    while (referenced)
        object_release(objects[--referenced]);
    return status;
}

/* "SignalObjectAndWait function": the two steps are not one atomic operation. */
NTSTATUS signal_and_wait(HANDLE to_signal, HANDLE to_wait_on, enum alertable alertable, int64_t deadline) {
    NTSTATUS status;
    struct object *signaled = handle_object(to_signal, NULL, 0, &status);
    if (!signaled)
        return status;
    struct object *waited = waitable_object(to_wait_on, &status);
    if (waited) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
        if (signaled->type->signal) {
            struct thread_object *self = thread_object_self();
            dispatcher_acquire();
            status = signaled->type->signal(signaled, self);
            dispatcher_release();
        }
        if (NT_SUCCESS(status))
            status = wait_for_objects(&waited, 1, false, alertable, deadline);
    }
    object_release(waited);
    object_release(signaled);
    return status;
}

NTSTATUS sleep_until(int64_t deadline, enum alertable alertable) {
    if (alertable) {
        NTSTATUS status = wait_for_objects(NULL, 0, false, alertable, deadline);
        return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
    }
    if (deadline == 0) {
        sched_yield();
        return STATUS_SUCCESS;
    }
    struct timespec until = {deadline / 1000000000, deadline % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
    return STATUS_SUCCESS;
}

/* ---- asynchronous procedure calls ---- */

bool thread_queue_apc(struct thread_object *thread, struct apc *apc) {
    apc->next = NULL;
    dispatcher_acquire();
    bool alive = !thread->ended && !thread->process;
    if (alive) {
        if (thread->first_apc)
            thread->last_apc->next = apc;
        else
            thread->first_apc = apc;
        thread->last_apc = apc;
        struct waiter *waiter = thread->waiter;
        if (waiter && waiter->alertable) {
            waiter->status = STATUS_USER_APC;
            finish(waiter);
        }
    }
    dispatcher_release();
    return alive;
}

bool thread_unqueue_apc(struct thread_object *thread, struct apc *apc) {
    dispatcher_acquire();
    struct apc **link = &thread->first_apc, *previous = NULL;
    while (*link && *link != apc) {
        previous = *link;
        link = &previous->next;
    }
    bool found = *link != NULL;
    if (found) {
        *link = apc->next;
        if (!apc->next)
            thread->last_apc = previous;
    }
    dispatcher_release();
    return found;
}

void thread_alert(struct thread_object *thread) {
    dispatcher_acquire();
    struct waiter *waiter = thread->waiter;
    if (waiter && waiter->alertable == ALERTABLE_NATIVELY) {
        waiter->status = STATUS_ALERTED;
        finish(waiter);
    } else {
        thread->has_alert = true;
    }
    dispatcher_release();
}

bool thread_take_alert(void) {
    dispatcher_acquire();
    bool was_alerted = take_alert(thread_object_self());
    dispatcher_release();
    return was_alerted;
}

void thread_cancel_wait(struct thread_object *thread) {
    dispatcher_acquire();
    if (thread->waiter)
        waiter_remove(thread->waiter);
    dispatcher_release();
}

/* ---- fork ---- */

/* The threads that slept in the parent do not exist here, and their stacks will be used again. */
static void after_fork_in_child(void) {
    dispatcher_acquire();
    for (struct waiter *waiter = sleeping, *next; waiter; waiter = next) {
        next = waiter->next;
        if (waiter->thread)
            waiter_remove(waiter);
    }
    to_wake = NULL;
    shared_forked();
    dispatcher_release();
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
