/* A blocking system call ends early when a signal comes whose handler does not ask for it to be restarted. The signal may
 * come a moment before the call, so it is sent again until the operation has ended. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "codes.h"
#include "synchronous.h"

#define INTERRUPT_SIGNAL (SIGRTMIN + 6)

enum { IDLE, IN_PROGRESS, CANCELLED };
enum { PAUSE_NANOSECONDS = 1000000, TRIES = 1000 };

static void interrupted(int number) { (void)number; }

static void install_handler(void) {
    struct sigaction action = {.sa_handler = interrupted, .sa_flags = SA_ONSTACK};
    sigaction(INTERRUPT_SIGNAL, &action, NULL);
}

void synchronous_begin(void) { atomic_store(&thread_self()->synchronous, IN_PROGRESS); }

void synchronous_end(void) { atomic_store(&thread_self()->synchronous, IDLE); }

bool synchronous_is_cancelled(void) { return atomic_load(&thread_self()->synchronous) == CANCELLED; }

/* The thread's record stays while the list is held. */
static bool cancel_once(const struct thread_object *object, bool is_first, bool *is_busy) {
    bool found = false;
    thread_list_acquire();
    for (struct thread *thread = thread_list_head(); thread; thread = thread->next) {
        if (thread->object != object)
            continue;
        unsigned state = IN_PROGRESS;
        if (is_first)
            found = atomic_compare_exchange_strong(&thread->synchronous, &state, CANCELLED);
        *is_busy = atomic_load(&thread->synchronous) == CANCELLED;
        if (*is_busy)
            syscall(SYS_tgkill, getpid(), object->id, INTERRUPT_SIGNAL);
    }
    thread_list_release();
    return found;
}

NTSTATUS synchronous_cancel(const struct thread_object *object) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bool is_busy = false;
    pthread_once(&once, install_handler);
    if (!cancel_once(object, true, &is_busy))
        return STATUS_NOT_FOUND;
    for (int tries = 0; is_busy && tries < TRIES; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NANOSECONDS}, NULL);
        is_busy = false;
        cancel_once(object, false, &is_busy);
    }
    return STATUS_SUCCESS;
}
