#include "thread_object.h"

#include "clock.h"
#include "process_object.h"
#include "sync.h"
#include "wait.h"

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return ((struct thread_object *)object)->ended;
}

static void leave_process(struct thread_object *thread) {
    dispatcher_acquire();
    if (thread->process->main_thread == thread)
        thread->process->main_thread = NULL;
    dispatcher_release();
    object_release(&thread->process->object);
}

static void destroy(struct object *object) {
    struct thread_object *thread = (struct thread_object *)object;
    if (thread->process)
        leave_process(thread);
    object_release(thread->token);
    free(thread->description);
    free(thread);
}

const struct object_type thread_type = {
    .name = "Thread",
    .destroy = destroy,
    .is_signaled = is_signaled,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xffff,
    .generic_read = READ_CONTROL | 0x48,             /* THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION */
    .generic_write = READ_CONTROL | 0x437,
    .generic_execute = READ_CONTROL | SYNCHRONIZE | 0x800,
    .implications = {{0x40, 0x800}, {0x20, 0x400}},  /* query and set information: the limited ones */
};

struct thread_object *thread_object_new(void) {
    struct thread_object *object = calloc(1, sizeof *object);
    if (!object)
        return NULL;
    object_init(&object->object, &thread_type);
    object->exit_code = STILL_ACTIVE;
    object->created = system_time_now();
    return object;
}

struct thread_object *thread_object_of(struct thread *thread) {
    struct thread_object *object = __atomic_load_n(&thread->object, __ATOMIC_ACQUIRE), *other = NULL;
    if (object)
        return object;
    object = thread_object_new();
    if (!object)
        windlass_fatal("out of memory for a thread object");
    object->id = (DWORD)(uintptr_t)thread->teb.ThreadId;
    object->thread = thread;
    if (__atomic_compare_exchange_n(&thread->object, &other, object, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return object;
    free(object);
    return other;
}

struct thread_object *thread_object_self(void) { return thread_object_of(thread_self()); }

struct thread_object *thread_object_from_id(DWORD id) {
    struct thread_object *found = NULL;
    thread_list_acquire();
    for (struct thread *thread = thread_list_head(); thread && !found; thread = thread->next)
        if ((DWORD)(uintptr_t)thread->teb.ThreadId == id)
            found = thread_object_of(thread);
    if (found)
        object_reference(&found->object);
    thread_list_release();
    return found;
}

/* The dispatcher lock is held. */
static void become_signaled(struct thread_object *object) {
    object->thread = NULL;
    object->ended = true;
    object->ended_at = system_time_now();
    object->exit_code = object->exit_requested ? object->requested_exit_code : 0;
    object_signaled(&object->object);
}

void thread_object_end(struct thread *thread) {
    struct thread_object *object = thread->object;
    if (!object)
        return;
    dispatcher_acquire();
    struct apc *apc = object->first_apc, *next;
    object->first_apc = NULL;
    mutants_abandon(object);
    become_signaled(object);
    dispatcher_release();
    for (; apc; apc = next) {
        next = apc->next;
        apc->discard(apc);
    }
    thread->object = NULL;
    object_release(&object->object);
}

void thread_object_fail(struct thread_object *object) {
    dispatcher_acquire();
    become_signaled(object);
    dispatcher_release();
}

void thread_object_times(struct thread_object *object, int64_t *kernel, int64_t *user) {
    struct host_process facts;
    pid_t id = (pid_t)object->id;
    *kernel = *user = 0;
    if (object->ended || !(object->process ? host_process_read(id, &facts) : host_thread_read(id, &facts)))
        return;
    *kernel = (int64_t)facts.kernel_time;
    *user = (int64_t)facts.user_time;
}
