/* A blocking system call ends early when a signal comes whose handler does not ask for it to be restarted. The signal may
 * come a moment before the call, so it is sent again until the operation has ended. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "synchronous.h"

#define INTERRUPT_SIGNAL (SIGRTMIN + 6)

enum { IDLE, IN_PROGRESS, CANCELLED };
enum { PAUSE_NANOSECONDS = 1000000, TRIES = 1000 };

static void interrupted(int number) { (void)number; }

static void install_handler(void) {
    struct sigaction action = {.sa_handler = interrupted, .sa_flags = SA_ONSTACK};
    sigaction(INTERRUPT_SIGNAL, &action, NULL);
}

void synchronous_begin(const struct file *file) {
    struct thread *thread = thread_self();
    thread->synchronous_file = file;
    atomic_store(&thread->synchronous, IN_PROGRESS);
}

void synchronous_end(void) { atomic_store(&thread_self()->synchronous, IDLE); }

bool synchronous_is_cancelled(void) { return atomic_load(&thread_self()->synchronous) == CANCELLED; }

/* Threads' records stay while the list is held. */
static bool cancel_once(const struct thread_object *object, const struct file *file, bool is_first, bool *is_busy) {
    bool found = false;
    thread_list_acquire();
    for (struct thread *thread = thread_list_head(); thread; thread = thread->next) {
        unsigned state = IN_PROGRESS;
        if ((object && thread->object != object) || (file && thread->synchronous_file != file))
            continue;
        if (is_first && atomic_compare_exchange_strong(&thread->synchronous, &state, CANCELLED))
            found = true;
        if (atomic_load(&thread->synchronous) == CANCELLED) {
            *is_busy = true;
            syscall(SYS_tgkill, getpid(), (pid_t)(uintptr_t)thread->teb.ThreadId, INTERRUPT_SIGNAL);
        }
    }
    thread_list_release();
    return found;
}

bool synchronous_cancel(const struct thread_object *thread, const struct file *file) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bool is_busy = false;
    pthread_once(&once, install_handler);
    if (!cancel_once(thread, file, true, &is_busy))
        return false;
    for (int tries = 0; is_busy && tries < TRIES; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NANOSECONDS}, NULL);
        is_busy = false;
        cancel_once(thread, file, false, &is_busy);
    }
    return true;
}
