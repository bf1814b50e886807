/* Locks that fork() must not copy while another thread holds them.
 *
 *     static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
 *     SURVIVES_FORK(lock);
 *
 * The thread that forks gets hold of all of them before, so that the child finds whole what they guard, and the locks
 * free. They may be nested in each other in any order. What else a file has to do in the child it does in a handler of
 * its own, which finds the locks free already, and takes its own: service.c may have started its thread. */
#ifndef WINDLASS_FORK_H
#define WINDLASS_FORK_H

#include <pthread.h>
#include <stdbool.h>

struct fork_lock {
    pthread_mutex_t *mutex;
    bool recursive;
};

/* The linker section holds pointers: gcc pads records placed there directly. */
#define SURVIVES_FORK_AS(lock_, recursive_)                                                    \
    static const struct fork_lock lock_##_fork_lock = {&lock_, recursive_};                    \
    static const struct fork_lock *const lock_##_fork_entry                                    \
        __attribute__((used, section("windlass_fork_locks"))) = &lock_##_fork_lock
#define SURVIVES_FORK(lock_) SURVIVES_FORK_AS(lock_, false)
#define SURVIVES_FORK_RECURSIVE(lock_) SURVIVES_FORK_AS(lock_, true)

/* To be called after all constructors: before a fork, the handlers registered last are called first, and locks that are
 * taken by other means (the heap's) are taken inside these. */
void fork_locks_init(void);

#endif
