/* One thread of windlass's own that waits for points in time and for descriptors: waitable timers, the thread pool and
 * other processes' ends stand on it. It is started by the first use, and again in the child of a fork.
 *
 * Functions are called on it without any lock and must be quick: they signal an object or queue work. */
#ifndef WINDLASS_SERVICE_H
#define WINDLASS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Starts a detached thread of windlass's own, which takes no signals: those are for the program's threads. 0 or an errno. */
int service_thread_create(void *(*run)(void *), void *context);

struct service_timer {
    int64_t deadline;                                /* see futex.h */
    unsigned position;                               /* in the queue, from 1; 0: not armed */
    void (*expired)(struct service_timer *self);
};

/* Arms the timer, or moves it. From any thread, also from `expired`. */
void service_timer_arm(struct service_timer *timer, int64_t deadline);

/* Disarms the timer and, except when called by it, waits until `expired` has returned if it is just running: afterwards
 * the structure may be freed. No lock that `expired` takes may be held. True: it was armed. */
bool service_timer_disarm(struct service_timer *timer);

struct service_watch {
    int fd;
    uint32_t events;                                 /* EPOLLIN ... */
    void (*ready)(struct service_watch *self, uint32_t events);
    bool busy;
    struct service_watch *next, *previous;
};

/* Calls `ready` once when one of the events is there; may be called again then. False: the host refuses the fd. */
bool service_watch(struct service_watch *watch);

/* Like service_timer_disarm. */
void service_unwatch(struct service_watch *watch);

#endif
