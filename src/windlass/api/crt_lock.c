/* The slow side of the locks of streams and file descriptors; see crt_lock.h. */
#include "crt_lock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void crt_lock_wait(struct crt_lock *lock) {
    while (atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
        syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void crt_lock_wake(struct crt_lock *lock) { syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }
