/* The mechanism below the thread pool's functions: tasks (work, timers, waits, I/O) whose callbacks are queued to a pool
 * of threads.
 *
 * Of each task is counted how many callbacks are queued and how many run, so that they can be cancelled and waited for.
 * A closed task is freed when neither a callback nor a request to the service thread refers to it any more. One lock
 * guards all tasks and pools; it is never held while a callback runs. */
#ifndef WINDLASS_POOL_H
#define WINDLASS_POOL_H

#include "nt.h"
#include "service.h"
#include "wait.h"

struct pool;
struct task;
struct task_group;

/* What a callback gets as PTP_CALLBACK_INSTANCE: what to do when it has returned. On the worker's stack. */
struct callback_instance {
    struct task *task;
    bool disassociated, runs_long;
    HANDLE event, mutex, semaphore;
    DWORD semaphore_count;
    CRITICAL_SECTION *section;
    HMODULE module;
};

/* One callback that is due: a wait's result, an I/O request's outcome. */
struct due {
    struct due *next;
    ULONG_PTR result, bytes;
    PVOID overlapped;
};

struct task_kind {
    /* Calls the program's function. `due` is NULL for kinds that have nothing to say. */
    void (*call)(struct task *task, struct callback_instance *instance, const struct due *due);

    /* Optional: nothing refers to the task any more. */
    void (*destroyed)(PVOID context);
};

/* TP_CALLBACK_ENVIRON, versions 1 and 3. */
typedef struct {
    DWORD Version;
    PVOID Pool, CleanupGroup;
    void(WINAPI *CleanupGroupCancelCallback)(PVOID object_context, PVOID cleanup_context);
    PVOID RaceDll, ActivationContext;
    void(WINAPI *FinalizationCallback)(struct callback_instance *, PVOID context);
    DWORD Flags;
    DWORD CallbackPriority;
    DWORD Size;
} CALLBACK_ENVIRON;

enum { ENVIRON_LONG_FUNCTION = 1 };

struct task {
    const struct task_kind *kind;
    const void *function;
    PVOID context;
    CALLBACK_ENVIRON environment;

    /* Under the lock. */
    struct pool *pool;
    struct task_group *group;
    struct task *next_in_group, *previous_in_group;
    struct task *next_queued;
    unsigned pending, running, references;
    bool queued, closed;
    struct due *first_due, **last_due;
    struct object *close_event;

    /* Of a timer. */
    struct service_timer timer;
    int64_t period;
    bool timer_is_set;

    /* Of a wait. */
    struct wait_request *request;
};

/* A task with the pool, group and priority of the environment (NULL: the process's pool); NULL out of memory. */
struct task *task_new(const struct task_kind *kind, const void *function, PVOID context,
                      const CALLBACK_ENVIRON *environment);

/* Queues one callback. `due`, for kinds that have one, is freed by the pool. False: no thread can be had. */
bool task_post(struct task *task, struct due *due);

/* Waits until no callback is queued or runs; `cancel` drops the queued ones first. Not from the task's own callback,
 * unless it has disassociated itself. */
void task_wait(struct task *task, bool cancel);

/* Once only counts. No more callbacks are queued; those that are run on, unless they are cancelled. The event is set when all have
 * returned and the task is gone. Returns false when that is still to come. */
bool task_close(struct task *task, bool cancel, struct object *event);

/* task_close() with cancelling, and waits for the callbacks that run. */
void task_close_and_wait(struct task *task);

void task_retain(struct task *task);
void task_release(struct task *task);

/* Counts I/O requests on their way: a task waits for them, too. */
void task_expect(struct task *task);
void task_expect_no_more(struct task *task);

/* Deadlines are those of futex.h; INT64_MAX stops the timer. True: it was set. */
bool task_set_timer(struct task *task, int64_t deadline, int64_t period);
bool task_timer_is_set(struct task *task);

/* Posts a due with STATUS_WAIT_0 or STATUS_TIMEOUT; once. `object` NULL stops waiting. True: it was waiting. */
bool task_set_wait(struct task *task, struct object *object, int64_t deadline);

/* ---- pools and groups ---- */

struct pool *pool_new(void);
void pool_close(struct pool *pool);
bool pool_set_minimum(struct pool *pool, DWORD count);
void pool_set_maximum(struct pool *pool, DWORD count);

/* From a callback that will run long: whether the pool has threads for others. */
bool pool_callback_runs_long(struct callback_instance *instance);
void pool_disassociate(struct callback_instance *instance);

struct task_group *group_new(void);
void group_close_members(struct task_group *group, bool cancel, PVOID cleanup_context);
void group_close(struct task_group *group);

#endif
