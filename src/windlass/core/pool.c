#include "pool.h"

#include <pthread.h>
#include <unistd.h>

#include "fork.h"
#include "module.h"
#include "process_end.h"
#include "sync.h"
#include "thread_object.h"

enum {
    PRIORITIES = 3,
    DEFAULT_MAXIMUM = 500,                           /* "SetThreadpoolThreadMaximum function" */
    WORKER_STACK = 0x100000,
};
#define IDLE_NANOSECONDS 20000000000ll               /* then a thread beyond the minimum ends */
#define STALL_NANOSECONDS 20000000ll                 /* a queue that stands still gets another thread */

struct pool {
    struct task *first[PRIORITIES], **last[PRIORITIES];
    DWORD minimum, maximum;
    DWORD workers, idle, busy_long;
    unsigned taken;                                  /* callbacks begun so far, to see whether the queue moves */
    unsigned references;                             /* tasks, workers and the program's */
    atomic_uint wake;
    struct service_timer stall;
    unsigned taken_at_stall;
};

struct task_group {
    struct task *members;
};

/* A wait of a task; outlives the task's interest in it when its end is just being told. */
struct wait_request {
    struct async_wait wait;
    struct object *object;
    struct task *task;                               /* referenced */
    unsigned references;                             /* the wait's, and the task's while it is interested */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static pthread_cond_t some_callback_ended = PTHREAD_COND_INITIALIZER;
static struct pool *default_pool;

static void acquire(void) { pthread_mutex_lock(&lock); }
static void release(void) { pthread_mutex_unlock(&lock); }

/* ---- pools ---- */

static void pool_release(struct pool *pool);
static void on_stall(struct service_timer *timer);

struct pool *pool_new(void) {
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    for (int i = 0; i < PRIORITIES; i++)
        pool->last[i] = &pool->first[i];
    pool->maximum = DEFAULT_MAXIMUM;
    pool->references = 1;
    pool->stall.expired = on_stall;
    return pool;
}

static bool has_work(const struct pool *pool) {
    return pool->first[0] || pool->first[1] || pool->first[2];
}

static void enqueue(struct task *task) {
    struct pool *pool = task->pool;
    DWORD priority = task->environment.CallbackPriority;
    task->queued = true;
    task->next_queued = NULL;
    *pool->last[priority] = task;
    pool->last[priority] = &task->next_queued;
}

/* The next task with a callback to run; it stays in the queue, at the end, while it has more. */
static struct task *dequeue(struct pool *pool) {
    for (int i = 0; i < PRIORITIES; i++) {
        struct task *task = pool->first[i];
        if (!task)
            continue;
        pool->first[i] = task->next_queued;
        if (!pool->first[i])
            pool->last[i] = &pool->first[i];
        task->queued = false;
        if (task->pending > 1)
            enqueue(task);
        return task;
    }
    return NULL;
}

static void remove_from_queue(struct task *task) {
    struct pool *pool = task->pool;
    DWORD priority = task->environment.CallbackPriority;
    if (!task->queued)
        return;
    struct task **link = &pool->first[priority];
    while (*link != task)
        link = &(*link)->next_queued;
    *link = task->next_queued;
    if (!*link)
        pool->last[priority] = link;
    task->queued = false;
}

/* ---- tasks' ends ---- */

static struct due *take_due(struct task *task) {
    struct due *due = task->first_due;
    if (due) {
        task->first_due = due->next;
        if (!task->first_due)
            task->last_due = &task->first_due;
    }
    return due;
}

static void leave_group(struct task *task) {
    if (!task->group)
        return;
    if (task->previous_in_group)
        task->previous_in_group->next_in_group = task->next_in_group;
    else
        task->group->members = task->next_in_group;
    if (task->next_in_group)
        task->next_in_group->previous_in_group = task->previous_in_group;
    task->group = NULL;
}

/* The lock is held before and after, not while others are told. A closed task's last reference goes with its last
 * callback. */
static void task_unreference(struct task *task) {
    if (--task->references)
        return;
    struct pool *pool = task->pool;
    struct object *event = task->close_event;
    leave_group(task);
    release();
    if (event) {
        event_set(event);
        object_release(event);
    }
    service_timer_disarm(&task->timer);
    if (task->kind->destroyed)
        task->kind->destroyed(task->context);
    free(task);
    acquire();
    pool_release(pool);
}

static void drop_pending(struct task *task) {
    remove_from_queue(task);
    while (task->pending) {
        free(take_due(task));
        task->pending--;
        task_unreference(task);
    }
    pthread_cond_broadcast(&some_callback_ended);
}

/* ---- workers ---- */

API_USE(BOOL, SetEvent, HANDLE event);
API_USE(BOOL, ReleaseMutex, HANDLE mutex);
API_USE(BOOL, ReleaseSemaphore, HANDLE semaphore, LONG count, LPLONG was);
API_USE(NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *section);

static void when_callback_returned(const struct callback_instance *instance) {
    if (instance->section)
        api_RtlLeaveCriticalSection(instance->section);
    if (instance->mutex)
        api_ReleaseMutex(instance->mutex);
    if (instance->semaphore)
        api_ReleaseSemaphore(instance->semaphore, (LONG)instance->semaphore_count, NULL);
    if (instance->event)
        api_SetEvent(instance->event);
    if (instance->module && module_count_hook)
        module_count_hook(instance->module, MODULE_RELEASE);
}

static void callback_ended(struct callback_instance *instance) {
    if (!instance->disassociated) {
        instance->task->running--;
        pthread_cond_broadcast(&some_callback_ended);
    }
}

/* Runs one callback. The lock is held before and after. */
static void run(struct pool *pool, struct task *task) {
    struct due *due = take_due(task);
    struct callback_instance instance = {.task = task, .runs_long = task->environment.Flags & ENVIRON_LONG_FUNCTION};
    task->pending--;
    task->running++;
    pool->taken++;
    pool->busy_long += instance.runs_long;
    release();
    task->kind->call(task, &instance, due);
    free(due);
    if (task->environment.FinalizationCallback)
        task->environment.FinalizationCallback(&instance, task->context);
    when_callback_returned(&instance);
    acquire();
    pool->busy_long -= instance.runs_long;
    callback_ended(&instance);
    task_unreference(task);
}

static bool wait_for_work(struct pool *pool) {
    int64_t deadline = monotonic_now() + IDLE_NANOSECONDS;
    pool->idle++;
    bool in_time = true;
    while (!has_work(pool) && in_time && pool->references > pool->workers) {
        unsigned seen = atomic_load(&pool->wake);
        release();
        in_time = futex_wait_until(&pool->wake, seen, deadline);
        acquire();
        if (!in_time && pool->workers <= pool->minimum)
            in_time = true, deadline = INT64_MAX;
    }
    pool->idle--;
    return has_work(pool);
}

static DWORD WINAPI worker(PVOID pool_) {
    struct pool *pool = pool_;
    acquire();
    while (has_work(pool) || wait_for_work(pool))
        run(pool, dequeue(pool));
    pool->workers--;
    pool_release(pool);
    release();
    return 0;
}

/* The lock is held before and after. */
static bool add_worker(struct pool *pool) {
    pool->workers++;
    pool->references++;
    release();
    struct thread_object *thread = thread_create(worker, pool, WORKER_STACK, false);
    if (thread)
        object_release(&thread->object);
    acquire();
    if (thread)
        return true;
    pool->workers--;
    pool_release(pool);
    return false;
}

static DWORD processors(void) {
    static DWORD count;                              /* the same for all who find it out */
    if (!count)
        count = processor_count();
    return count;
}

/* Sees to it that somebody runs what was queued: an idle thread, a new one while there are fewer than processors, or, when
 * those that there are do not come to it for a while, one more. */
static bool provide_worker(struct pool *pool) {
    if (pool->idle) {
        atomic_fetch_add(&pool->wake, 1);
        futex_wake(&pool->wake, 1);
    }
    if (pool->workers >= pool->maximum)
        return true;
    if (pool->idle == 0 && pool->workers - pool->busy_long < processors())
        return add_worker(pool) || pool->workers;
    if (!pool->stall.position) {
        pool->taken_at_stall = pool->taken;
        pool->references++;
        service_timer_arm(&pool->stall, monotonic_now() + STALL_NANOSECONDS);
    }
    return true;
}

static void on_stall(struct service_timer *timer) {
    struct pool *pool = (struct pool *)((char *)timer - offsetof(struct pool, stall));
    acquire();
    bool stalled = has_work(pool) && pool->taken == pool->taken_at_stall && pool->workers < pool->maximum;
    if (stalled)
        add_worker(pool);
    if (has_work(pool) && !pool->stall.position) {
        pool->taken_at_stall = pool->taken;
        service_timer_arm(&pool->stall, monotonic_now() + STALL_NANOSECONDS);
    } else {
        pool_release(pool);
    }
    release();
}

/* The lock is held. When only workers are left they end. */
static void pool_release(struct pool *pool) {
    if (--pool->references == 0) {
        free(pool);
    } else if (pool->references == pool->workers) {
        atomic_fetch_add(&pool->wake, 1);
        futex_wake(&pool->wake, FUTEX_ALL);
    }
}

void pool_close(struct pool *pool) {
    acquire();
    pool_release(pool);
    release();
}

bool pool_set_minimum(struct pool *pool, DWORD count) {
    bool done = true;
    acquire();
    if (count > pool->maximum)
        pool->maximum = count;
    pool->minimum = count;
    while (done && pool->workers < count)
        done = add_worker(pool);
    release();
    return done;
}

void pool_set_maximum(struct pool *pool, DWORD count) {
    acquire();
    pool->maximum = count;
    if (pool->minimum > count)
        pool->minimum = count;
    release();
}

bool pool_callback_runs_long(struct callback_instance *instance) {
    acquire();
    struct pool *pool = instance->task->pool;
    if (!instance->runs_long) {
        instance->runs_long = true;
        pool->busy_long++;
    }
    bool others = pool->idle || pool->workers < pool->maximum;
    if (others && has_work(pool))
        provide_worker(pool);
    release();
    return others;
}

void pool_disassociate(struct callback_instance *instance) {
    acquire();
    callback_ended(instance);
    instance->disassociated = true;
    release();
}

/* ---- tasks ---- */

static struct pool *pool_of(const CALLBACK_ENVIRON *environment) {
    struct pool *pool = environment ? environment->Pool : NULL;
    if (pool)
        return pool;
    if (!default_pool)
        default_pool = pool_new();
    return default_pool;
}

static void on_timer(struct service_timer *timer);

struct task *task_new(const struct task_kind *kind, const void *function, PVOID context,
                      const CALLBACK_ENVIRON *environment) {
    struct task *task = calloc(1, sizeof *task);
    if (!task)
        return NULL;
    task->kind = kind;
    task->function = function;
    task->context = context;
    task->references = 1;
    task->last_due = &task->first_due;
    task->timer.expired = on_timer;
    task->environment.CallbackPriority = 1;
    if (environment)
        memcpy(&task->environment, environment, environment->Version >= 3
                   ? sizeof *environment : offsetof(CALLBACK_ENVIRON, CallbackPriority));
    if (task->environment.CallbackPriority >= PRIORITIES)
        task->environment.CallbackPriority = 1;
    acquire();
    task->pool = pool_of(environment);
    struct task_group *group = environment ? environment->CleanupGroup : NULL;
    if (task->pool) {
        task->pool->references++;
    } else {
        free(task);
        task = NULL;
    }
    if (task && group) {
        task->group = group;
        task->next_in_group = group->members;
        if (group->members)
            group->members->previous_in_group = task;
        group->members = task;
    }
    release();
    return task;
}

/* The lock is held. */
static bool post(struct task *task, struct due *due) {
    if (task->closed) {
        free(due);
        return true;
    }
    if (due) {
        due->next = NULL;
        *task->last_due = due;
        task->last_due = &due->next;
    }
    task->pending++;
    task->references++;
    if (!task->queued)
        enqueue(task);
    return provide_worker(task->pool);
}

bool task_post(struct task *task, struct due *due) {
    acquire();
    bool done = post(task, due);
    release();
    return done;
}

void task_wait(struct task *task, bool cancel) {
    acquire();
    task->references++;
    if (cancel)
        drop_pending(task);
    while ((task->pending || task->running) && !process_is_ending()) /* then no callback comes to its end */
        pthread_cond_wait(&some_callback_ended, &lock);
    task_unreference(task);
    release();
}

bool task_close(struct task *task, bool cancel, struct object *event) {
    acquire();
    bool was_closed = task->closed;
    task->closed = true;                             /* no timer and no wait is set from now on */
    leave_group(task);
    if (event)
        task->close_event = object_reference(event);
    task->references++;
    release();
    task_set_timer(task, INT64_MAX, 0);
    task_set_wait(task, NULL, 0);
    acquire();
    if (cancel)
        drop_pending(task);
    bool idle = !task->pending && !task->running;
    if (!was_closed)
        task_unreference(task);
    task_unreference(task);
    release();
    return idle;
}

void task_retain(struct task *task) {
    acquire();
    task->references++;
    release();
}

void task_release(struct task *task) {
    acquire();
    task_unreference(task);
    release();
}

void task_close_and_wait(struct task *task) {
    task_retain(task);
    task_close(task, true, NULL);
    task_wait(task, false);
    task_release(task);
}

void task_expect(struct task *task) {
    acquire();
    task->references++;
    task->running++;
    release();
}

void task_expect_no_more(struct task *task) {
    acquire();
    task->running--;
    pthread_cond_broadcast(&some_callback_ended);
    task_unreference(task);
    release();
}

/* ---- timers ---- */

static void on_timer(struct service_timer *timer) {
    struct task *task = (struct task *)((char *)timer - offsetof(struct task, timer));
    acquire();
    if (task->timer_is_set) {
        if (task->period)
            service_timer_arm(timer, timer->deadline + task->period);
        else
            task->timer_is_set = false;
        post(task, NULL);
    }
    release();
}

bool task_set_timer(struct task *task, int64_t deadline, int64_t period) {
    acquire();
    bool was_set = task->timer_is_set;
    if (task->closed)
        deadline = INT64_MAX;
    task->timer_is_set = deadline != INT64_MAX;
    task->period = period;
    if (was_set || task->timer_is_set)
        service_timer_arm(&task->timer, deadline ? deadline : monotonic_now());
    release();
    return was_set;
}

bool task_timer_is_set(struct task *task) {
    acquire();
    bool is_set = task->timer_is_set;
    release();
    return is_set;
}

/* ---- waits ---- */

/* The lock is held before and after. */
static void request_unreference(struct wait_request *request) {
    if (--request->references)
        return;
    struct task *task = request->task;
    release();
    object_release(request->object);
    free(request);
    acquire();
    task_unreference(task);
}

static void on_wait_done(struct async_wait *wait, NTSTATUS status) {
    struct wait_request *request = (struct wait_request *)wait;
    struct task *task = request->task;
    struct due *due = calloc(1, sizeof *due);
    if (!due)
        windlass_fatal("out of memory for a wait's end");
    due->result = (ULONG_PTR)(status == STATUS_TIMEOUT ? STATUS_TIMEOUT : STATUS_WAIT_0);
    acquire();
    if (task->request == request) {
        task->request = NULL;
        request->references--;
        post(task, due);
        due = NULL;
    }
    request_unreference(request);
    release();
    free(due);
}

static bool stop_waiting(struct task *task) {
    acquire();
    struct wait_request *request = task->request;
    task->request = NULL;
    release();
    if (!request)
        return false;
    bool cancelled = async_wait_cancel(&request->wait);
    acquire();
    if (cancelled)
        request->references--;
    request_unreference(request);
    release();
    return true;
}

bool task_set_wait(struct task *task, struct object *object, int64_t deadline) {
    bool was_waiting = stop_waiting(task);
    if (!object)
        return was_waiting;
    struct wait_request *request = calloc(1, sizeof *request);
    if (!request)
        windlass_fatal("out of memory for a wait");
    request->object = object_reference(object);
    request->task = task;
    request->references = 3;                         /* one is this function's, until the wait has begun */
    acquire();
    bool closed = task->closed;
    if (!closed) {
        task->references++;
        task->request = request;
    }
    release();
    if (closed) {
        object_release(object);
        free(request);
        return was_waiting;
    }
    async_wait_begin(&request->wait, object, deadline, on_wait_done);
    acquire();
    request_unreference(request);
    release();
    return was_waiting;
}

/* ---- groups ---- */

struct task_group *group_new(void) { return calloc(1, sizeof(struct task_group)); }

/* "CloseThreadpoolCleanupGroupMembers function": waits for callbacks that run; of those that are queued, waits for them
 * or drops them and tells the program so. */
void group_close_members(struct task_group *group, bool cancel, PVOID cleanup_context) {
    struct task *task;
    acquire();
    while ((task = group->members) != NULL) {
        task->references++;
        leave_group(task);
        bool dropped = cancel && task->pending;
        if (cancel)
            drop_pending(task);
        release();
        task_wait(task, false);
        if (dropped && task->environment.CleanupGroupCancelCallback)
            task->environment.CleanupGroupCancelCallback(task->context, cleanup_context);
        task_close(task, cancel, NULL);
        acquire();
        task_unreference(task);
    }
    release();
}

void group_close(struct task_group *group) { free(group); }

/* ---- fork: the workers are not here; what was queued is lost ---- */

static void after_fork_in_child(void) {
    acquire();
    if (default_pool)
        default_pool->workers = default_pool->idle = default_pool->busy_long = 0;
    pthread_cond_init(&some_callback_ended, NULL);
    release();
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
