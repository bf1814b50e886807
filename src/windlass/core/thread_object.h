/* The kernel object of a thread. Every thread with a TEB can have one; it is made when something first asks for it and
 * outlives the thread while handles are open. */
#ifndef WINDLASS_THREAD_OBJECT_H
#define WINDLASS_THREAD_OBJECT_H

#include "handle.h"

#define STILL_ACTIVE 259u

struct apc;
struct mutant;
struct waiter;

struct thread_object {
    struct object object;
    DWORD id;

    /* Under the dispatcher lock. */
    struct thread *thread;                          /* NULL once the thread has ended */
    DWORD exit_code;                                /* STILL_ACTIVE until then */
    struct waiter *waiter;                          /* what it waits for */
    struct apc *first_apc, *last_apc;
    struct mutant *owned;                           /* mutexes to be abandoned at its end */
    struct thread_object *next_to_wake;

    atomic_uint wake;                               /* it sleeps here while 0 */
};

extern const struct object_type thread_type;

/* The calling thread's object, with no reference added. */
struct thread_object *thread_object_self(void);

/* Of another thread of this process, with a reference added; NULL: no such thread has a TEB. */
struct thread_object *thread_object_from_id(DWORD id);

/* From thread.c when the thread has left Windows code for good. */
void thread_object_end(struct thread *thread);

#endif
