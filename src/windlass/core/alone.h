/* Locks without atomic operations, for as long as the process has one thread. */
#ifndef WINDLASS_ALONE_H
#define WINDLASS_ALONE_H

#include <stdatomic.h>
#include <stdbool.h>

/* The host C library's, from glibc 2.32 on: true until a second thread is started. */
extern char __libc_single_threaded __attribute__((weak));

static inline bool thread_is_alone(void) { return &__libc_single_threaded && __libc_single_threaded; }

/* Changes *word from `expected` to `desired`, as the first or last thing done about a lock; false: it is something else.
 * A thread that comes in between sees what was done before it was started. */
static inline bool change_cheaply(atomic_uint *word, unsigned expected, unsigned desired) {
    if (!thread_is_alone())
        return atomic_compare_exchange_strong_explicit(word, &expected, desired, memory_order_acq_rel,
                                                       memory_order_relaxed);
    if (atomic_load_explicit(word, memory_order_relaxed) != expected)
        return false;
    atomic_store_explicit(word, desired, memory_order_relaxed);
    return true;
}

#endif
