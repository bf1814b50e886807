/* The lock of a stream or a file descriptor: recursive, as _lock_file() needs, and cheap when nobody else wants
 * it. */
#ifndef WINDLASS_CRT_LOCK_H
#define WINDLASS_CRT_LOCK_H

#include <stdatomic.h>

#include "alone.h"
#include "core.h"

struct crt_lock {
    atomic_uint state;      /* 0 free, 1 held, 2 held and waited for */
    unsigned depth;         /* of the owner's further acquisitions */
    void *_Atomic owner;    /* a TEB */
};

void crt_lock_wait(struct crt_lock *lock);
void crt_lock_wake(struct crt_lock *lock);

/* In a fork's child: frees the lock if a thread of the parent had it. */
void crt_lock_survive_fork(struct crt_lock *lock);

/* Only in API functions, where GS is known to be right. */
static inline void crt_lock_acquire(struct crt_lock *lock) {
    void *self = teb_self();
    if (atomic_load_explicit(&lock->owner, memory_order_relaxed) == self) {
        lock->depth++;
        return;
    }
    unsigned free = 0;
    if (thread_is_alone())
        atomic_store_explicit(&lock->state, 1, memory_order_relaxed);
    else if (!atomic_compare_exchange_strong_explicit(&lock->state, &free, 1, memory_order_acquire,
                                                      memory_order_relaxed))
        crt_lock_wait(lock);
    atomic_store_explicit(&lock->owner, self, memory_order_relaxed);
}

static inline bool crt_lock_try(struct crt_lock *lock) {
    void *self = teb_self();
    unsigned free = 0;
    if (atomic_load_explicit(&lock->owner, memory_order_relaxed) == self) {
        lock->depth++;
        return true;
    }
    if (!atomic_compare_exchange_strong_explicit(&lock->state, &free, 1, memory_order_acquire, memory_order_relaxed))
        return false;
    atomic_store_explicit(&lock->owner, self, memory_order_relaxed);
    return true;
}

static inline void crt_lock_release(struct crt_lock *lock) {
    if (lock->depth) {
        lock->depth--;
        return;
    }
    atomic_store_explicit(&lock->owner, NULL, memory_order_relaxed);
    if (thread_is_alone())
        atomic_store_explicit(&lock->state, 0, memory_order_relaxed);
    else if (atomic_exchange_explicit(&lock->state, 0, memory_order_release) == 2)
        crt_lock_wake(lock);
}

#endif
