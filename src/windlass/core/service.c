#include "service.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core.h"
#include "fork.h"
#include "lock.h"
#include "futex.h"

/* Under the lock. Timers are a heap with the next one at index 1. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER; /* no function is running */
static struct service_timer **timers;
static unsigned timer_count, timer_capacity;
static const void *running;                          /* the timer or watch whose function runs */
static struct service_watch *watches;
static bool started;
static pthread_t service;
static int epoll_fd = -1, timer_fd = -1;

static void acquire(void) { lock_acquire(&lock); }
static void release(void) { lock_release(&lock); }

/* ---- the heap of timers ---- */

static void put(struct service_timer *timer, unsigned position) {
    timers[position] = timer;
    timer->position = position;
}

static void sift_up(struct service_timer *timer, unsigned position) {
    for (; position > 1 && timers[position / 2]->deadline > timer->deadline; position /= 2)
        put(timers[position / 2], position);
    put(timer, position);
}

static void sift_down(struct service_timer *timer, unsigned position) {
    for (unsigned child; (child = 2 * position) <= timer_count; position = child) {
        if (child < timer_count && timers[child + 1]->deadline < timers[child]->deadline)
            child++;
        if (timers[child]->deadline >= timer->deadline)
            break;
        put(timers[child], position);
    }
    put(timer, position);
}

static void heap_insert(struct service_timer *timer) {
    if (timer_count + 2 > timer_capacity) {
        timer_capacity = timer_capacity ? 2 * timer_capacity : 64;
        timers = realloc(timers, timer_capacity * sizeof *timers);
        if (!timers)
            windlass_fatal("out of memory for timers");
    }
    sift_up(timer, ++timer_count);
}

static void heap_remove(struct service_timer *timer) {
    unsigned position = timer->position;
    struct service_timer *last = timers[timer_count--];
    timer->position = 0;
    if (last == timer)
        return;
    sift_up(last, position);
    sift_down(last, last->position);
}

/* ---- the thread ---- */

/* So that it wakes for the first timer. The lock is held. */
static void set_alarm(void) {
    struct itimerspec alarm = {{0, 0}, {0, 0}};
    if (timer_count) {
        int64_t deadline = timers[1]->deadline > 0 ? timers[1]->deadline : 1;
        alarm.it_value = (struct timespec){deadline / 1000000000, deadline % 1000000000};
    }
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &alarm, NULL);
}

/* The lock is held before and after, not while the function runs. */
static void begin(const void *what) {
    running = what;
    release();
}

static void end(void) {
    acquire();
    running = NULL;
    pthread_cond_broadcast(&idle);
}

static void run_timers(void) {
    uint64_t expirations;
    while (read(timer_fd, &expirations, sizeof expirations) < 0 && errno == EINTR)
        ;
    acquire();
    while (timer_count && timers[1]->deadline <= monotonic_now()) {
        struct service_timer *timer = timers[1];
        heap_remove(timer);
        begin(timer);
        timer->expired(timer);
        end();
    }
    set_alarm();
    release();
}

static void watch_unlink(struct service_watch *watch) {
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        watches = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
    watch->busy = false;
}

static bool is_watched(const struct service_watch *watch) {
    for (const struct service_watch *each = watches; each; each = each->next)
        if (each == watch)
            return true;
    return false;
}

static void run_watch(struct service_watch *watch, uint32_t events) {
    acquire();
    if (is_watched(watch)) {                         /* not taken back since epoll_wait returned */
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
        watch_unlink(watch);
        begin(watch);
        watch->ready(watch, events);
        end();
    }
    release();
}

static void *service_main(void *nothing) {
    service = pthread_self();
    enum { AT_ONCE = 16 };
    struct epoll_event events[AT_ONCE];
    pthread_setname_np(pthread_self(), "windlass");
    for (;;) {
        int count = epoll_wait(epoll_fd, events, AT_ONCE, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr)
                run_watch(events[i].data.ptr, events[i].events);
            else
                run_timers();
        }
    }
    return nothing;
}

int service_thread_create(void *(*run)(void *), void *context) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    int error = pthread_create(&thread, &attributes, run, context);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* The lock is held. */
static void start(void) {
    if (started)
        return;
    struct epoll_event event = {.events = EPOLLIN};
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (epoll_fd < 0 || timer_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event))
        windlass_fatal("no descriptor left for timers");
    if (service_thread_create(service_main, NULL))
        windlass_fatal("no thread left for timers");
    started = true;
}

static bool is_service_thread(void) { return started && pthread_equal(pthread_self(), service); }

static void wait_until_not_running(const void *what) {
    while (running == what && !is_service_thread())
        pthread_cond_wait(&idle, &lock);
}

/* ---- timers ---- */

void service_timer_arm(struct service_timer *timer, int64_t deadline) {
    acquire();
    start();
    if (timer->position)
        heap_remove(timer);
    timer->deadline = deadline;
    if (deadline != INT64_MAX)
        heap_insert(timer);
    set_alarm();
    release();
}

bool service_timer_disarm(struct service_timer *timer) {
    acquire();
    bool was_armed = timer->position != 0;
    if (was_armed) {
        heap_remove(timer);
        set_alarm();
    }
    wait_until_not_running(timer);
    release();
    return was_armed;
}

/* ---- descriptors ---- */

bool service_watch(struct service_watch *watch) {
    acquire();
    start();
    struct epoll_event event = {.events = watch->events | EPOLLONESHOT, .data.ptr = watch};
    bool done = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0;
    if (done) {
        watch->previous = NULL;
        watch->next = watches;
        if (watches)
            watches->previous = watch;
        watches = watch;
        watch->busy = true;
    }
    release();
    return done;
}

void service_unwatch(struct service_watch *watch) {
    acquire();
    if (watch->busy) {
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
        watch_unlink(watch);
    }
    wait_until_not_running(watch);
    release();
}

/* ---- fork ---- */

/* The thread is not here, and the parent's epoll set is not to be touched. What was armed is armed again. */
static void after_fork_in_child(void) {
    acquire();
    bool was_started = started;
    struct service_watch *old = watches;
    started = false;
    running = NULL;
    pthread_cond_init(&idle, NULL);
    if (was_started) {
        close(epoll_fd);
        close(timer_fd);
    }
    watches = NULL;
    if (timer_count || old) {
        start();
        set_alarm();
    }
    release();
    for (struct service_watch *next; old; old = next) {
        next = old->next;
        old->busy = false;
        service_watch(old);
    }
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
