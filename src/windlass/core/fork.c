#include "fork.h"

#include <sched.h>
#include <stddef.h>
#include <string.h>

/* Set by the linker around the section that SURVIVES_FORK fills. */
extern const struct fork_lock *const __start_windlass_fork_locks[] __attribute__((visibility("hidden")));
extern const struct fork_lock *const __stop_windlass_fork_locks[] __attribute__((visibility("hidden")));

/* So often they are tried for. A thread that keeps a lock for longer waits for something, perhaps for the thread that
 * forks; then the child makes do with a fresh lock. */
enum { ATTEMPTS = 10000 };

static size_t lock_count(void) { return (size_t)(__stop_windlass_fork_locks - __start_windlass_fork_locks); }

static void release_first(size_t count) {
    while (count-- > 0)
        pthread_mutex_unlock(__start_windlass_fork_locks[count]->mutex);
}

/* All or none: whoever waits for one while holding another must not be waited for. */
static bool try_all(void) {
    for (size_t i = 0; i < lock_count(); i++) {
        if (pthread_mutex_trylock(__start_windlass_fork_locks[i]->mutex) != 0) {
            release_first(i);
            return false;
        }
    }
    return true;
}

static __thread bool held;

static void before_fork(void) {
    held = try_all();
    for (int attempt = 1; !held && attempt < ATTEMPTS; attempt++) {
        sched_yield();
        held = try_all();
    }
}

static void after_fork_in_parent(void) {
    if (held)
        release_first(lock_count());
}

/* A recursive mutex knows its owner by a thread id that is not the child's. */
static void after_fork_in_child(void) {
    static const pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    for (size_t i = 0; i < lock_count(); i++) {
        const struct fork_lock *lock = __start_windlass_fork_locks[i];
        memcpy(lock->mutex, lock->recursive ? &recursive : &plain, sizeof plain);
    }
}

void fork_locks_init(void) { pthread_atfork(before_fork, after_fork_in_parent, NULL); }

/* Before all other constructors: after a fork, the handlers registered first are called first. */
__attribute__((constructor(101))) static void register_first(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
