/* The slow side of the locks of streams and file descriptors; see crt_lock.h. */
#include "crt_lock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void crt_lock_wait(struct crt_lock *lock) {
    while (atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
        syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void crt_lock_survive_fork(struct crt_lock *lock) {
    void *self = current_thread_or_null, *owner = atomic_load_explicit(&lock->owner, memory_order_relaxed);
    if (owner && owner == self)
        return;
    lock->depth = 0;
    atomic_store_explicit(&lock->owner, NULL, memory_order_relaxed);
    atomic_store_explicit(&lock->state, 0, memory_order_relaxed);
}

void crt_lock_wake(struct crt_lock *lock) { syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }
