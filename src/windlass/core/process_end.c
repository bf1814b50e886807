/* Windows ends a process in this order: the thread that ends it takes the loader lock, all other threads are ended
 * where they stand, and then DLLs are detached. So a DLL may wait for its threads in DLL_PROCESS_DETACH, and finds
 * its data at rest.
 *
 * Here threads are stopped for good instead, and only where they hold no lock of the host (suspend.c). A thread that
 * cannot be stopped there, because it runs host code, goes on; it enters Windows code no more, since that takes the
 * loader lock. */
#include "process_end.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "futex.h"
#include "local_storage.h"
#include "module.h"
#include "thread_object.h"
#include "wait.h"

/* The host's thread id of the thread that ends the process; 0: none does. */
static atomic_int ending_thread;
static DWORD exit_code;

bool process_is_ending(void) { return atomic_load_explicit(&ending_thread, memory_order_relaxed) != 0; }

static bool is_ending_thread(void) { return atomic_load(&ending_thread) == gettid(); }

void process_end_when_stuck(void) {
    if (!process_is_ending() || !is_ending_thread())
        return;
    fflush(NULL);
    process_leave(exit_code);
}

/* ---- the other threads ---- */

/* The threads besides the calling one that run Windows code or were made by it, each referenced. */
static size_t other_threads(struct thread_object **found, size_t capacity) {
    struct thread *self = current_thread_or_null;
    size_t count = 0;
    thread_list_acquire();
    for (struct thread *each = thread_list_head(); each && count < capacity; each = each->next)
        if (each != self && (each->created_here || each->boundary))
            object_reference(&(found[count++] = thread_object_of(each))->object);
    thread_list_release();
    return count;
}

/* Stops the threads in turn, the new ones that they have made meanwhile too. What waits for a stopped thread finds that
 * it has ended; its own reference and the one taken here are never given back, for it stands on the object. */
static void stop_other_threads(void) {
    enum { AT_ONCE = 256, ROUNDS = 3, PATIENCE = 1 };
    struct thread_object *threads[AT_ONCE];
    int64_t deadline = monotonic_now() + PATIENCE * 1000000000ll; /* for threads that get no processor */
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = other_threads(threads, AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            struct thread *thread = threads[i]->thread;
            if (!thread || !thread_stop_for_good(threads[i], deadline)) {
                object_release(&threads[i]->object);
                continue;
            }
            threads[i]->exit_requested = true;
            threads[i]->requested_exit_code = exit_code;
            thread_list_remove(thread);
            thread_object_end(thread);
        }
    }
}

/* ---- the end ---- */

static bool acquire_loader_lock(void) {
    enum { PATIENCE = 2 };                           /* seconds: its owner may be gone, or wait for this very thread */
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE;
    return loader_lock_acquire_until(&until);
}

static void wait_for_the_end(void) {
    for (;;)
        pause();
}

void process_end(DWORD code) {
    int nobody = 0;
    if (!atomic_compare_exchange_strong(&ending_thread, &nobody, gettid())) {
        if (nobody != gettid())
            wait_for_the_end();
        return;
    }
    exit_code = code;
    process_peb.Ldr->ShutdownInProgress = TRUE;
    process_peb.Ldr->ShutdownThreadId = (HANDLE)(uintptr_t)gettid();
    if (!current_thread_or_null)
        thread_begin(NULL);                          /* no DLL is told of it */
    fault_handlers_install();                        /* Python has put others in place at its end */
    bool is_at_rest = acquire_loader_lock();
    stop_other_threads();
    if (!is_at_rest)
        return;                                      /* in the middle of a load: no state to call DLLs in */
    fls_end(&current_thread_or_null->teb.FlsData);
    modules_detach();                                /* the lock stays: no thread comes to life any more */
}

static struct thread_object *some_thread_made_here(void) {
    struct thread_object *found = NULL;
    thread_list_acquire();
    for (struct thread *each = thread_list_head(); each && !found; each = each->next)
        if (each->created_here)
            object_reference(&(found = thread_object_of(each))->object);
    thread_list_release();
    return found;
}

void process_end_with_last_thread(DWORD code) {
    struct thread_object *thread = thread_object_self();
    if (!thread->exit_requested)
        thread->requested_exit_code = code;
    thread->exit_requested = true;
    code = thread->requested_exit_code;
    thread = some_thread_made_here();                /* before it may end, for it may wait for this one */
    thread_leave();
    thread_begin(NULL);                              /* to wait with; no DLL is told of it */
    for (; thread; thread = some_thread_made_here()) {
        struct object *object = &thread->object;
        wait_for_objects(&object, 1, false, NOT_ALERTABLE, INT64_MAX);
        code = thread->exit_code;
        object_release(object);
    }
    exit_process(code);
}

static void at_host_exit(int status, void *context) {
    (void)context;
    process_end((DWORD)status);
}

void process_end_register(void) {
    static bool is_registered;                       /* under the loader lock */
    if (!is_registered)
        is_registered = on_exit(at_host_exit, NULL) == 0;
}

/* The child of a fork is a process of its own. */
static void after_fork_in_child(void) { atomic_store(&ending_thread, 0); }

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
