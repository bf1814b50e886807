/* Locks of the host in which no thread is stopped by another (suspend.c).
 *
 * For short sections, in which no Windows code is called: who stopped a thread there would soon wait for the lock. */
#ifndef WINDLASS_LOCK_H
#define WINDLASS_LOCK_H

#include <pthread.h>
#include <stdbool.h>

/* How many the calling thread holds or waits for. Read in a signal handler. */
extern __thread volatile unsigned locks_held;

static inline void lock_acquire(pthread_mutex_t *lock) {
    locks_held++;
    pthread_mutex_lock(lock);
}

static inline bool lock_try_acquire(pthread_mutex_t *lock) {
    locks_held++;
    bool acquired = pthread_mutex_trylock(lock) == 0;
    if (!acquired)
        locks_held--;
    return acquired;
}

static inline void lock_release(pthread_mutex_t *lock) {
    pthread_mutex_unlock(lock);
    locks_held--;
}

#endif
