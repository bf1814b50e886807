#include "thread_object.h"

#include "sync.h"
#include "wait.h"

static bool is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return ((struct thread_object *)object)->thread == NULL;
}

static void destroy(struct object *object) { free(object); }

const struct object_type thread_type = {
    .name = "Thread",
    .destroy = destroy,
    .is_signaled = is_signaled,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xffff,
    .generic_read = READ_CONTROL | 0x48,             /* THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION */
    .generic_write = READ_CONTROL | 0x437,
    .generic_execute = READ_CONTROL | SYNCHRONIZE | 0x800,
};

/* The object of a live thread: the calling one, or one kept alive by the thread list's lock. */
static struct thread_object *object_of(struct thread *thread) {
    struct thread_object *object = __atomic_load_n(&thread->object, __ATOMIC_ACQUIRE), *other = NULL;
    if (object)
        return object;
    object = calloc(1, sizeof *object);
    if (!object)
        windlass_fatal("out of memory for a thread object");
    object_init(&object->object, &thread_type);
    object->id = (DWORD)(uintptr_t)thread->teb.ThreadId;
    object->thread = thread;
    object->exit_code = STILL_ACTIVE;
    if (__atomic_compare_exchange_n(&thread->object, &other, object, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return object;
    free(object);
    return other;
}

struct thread_object *thread_object_self(void) { return object_of(thread_self()); }

struct thread_object *thread_object_from_id(DWORD id) {
    struct thread_object *found = NULL;
    thread_list_acquire();
    for (struct thread *thread = thread_list_head(); thread && !found; thread = thread->next)
        if ((DWORD)(uintptr_t)thread->teb.ThreadId == id)
            found = object_of(thread);
    if (found)
        object_reference(&found->object);
    thread_list_release();
    return found;
}

void thread_object_end(struct thread *thread) {
    struct thread_object *object = thread->object;
    if (!object)
        return;
    dispatcher_acquire();
    object->thread = NULL;
    if (object->exit_code == STILL_ACTIVE)
        object->exit_code = 0;
    struct apc *apc = object->first_apc, *next;
    object->first_apc = NULL;
    mutants_abandon(object);
    object_signaled(&object->object);
    dispatcher_release();
    for (; apc; apc = next) {
        next = apc->next;
        apc->discard(apc);
    }
    thread->object = NULL;
    object_release(&object->object);
}
