#include "sync.h"

#include "thread_object.h"
#include "wait.h"

static void destroy(struct object *object) { free(object); }

/* ---- events ---- */

struct event {
    struct object object;
    bool manual_reset, signaled;
};

static bool event_is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return ((struct event *)object)->signaled;
}

static bool event_acquire(struct object *object, struct thread_object *waiter) {
    struct event *event = (struct event *)object;
    (void)waiter;
    if (!event->manual_reset)
        event->signaled = false;
    return false;
}

static NTSTATUS event_signal(struct object *object, struct thread_object *by) {
    (void)by;
    ((struct event *)object)->signaled = true;
    object_signaled(object);
    return STATUS_SUCCESS;
}

const struct object_type event_type = {
    .name = "Event",
    .destroy = destroy,
    .is_signaled = event_is_signaled,
    .acquire = event_acquire,
    .signal = event_signal,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 3,
    .generic_read = READ_CONTROL | 1,
    .generic_write = READ_CONTROL | 2,
    .generic_execute = READ_CONTROL | SYNCHRONIZE,
};

struct object *event_new(bool manual_reset, bool signaled) {
    struct event *event = malloc(sizeof *event);
    if (!event)
        return NULL;
    object_init(&event->object, &event_type);
    event->manual_reset = manual_reset;
    event->signaled = signaled;
    return &event->object;
}

void event_change(struct object *object, enum event_change change, LONG *was) {
    struct event *event = (struct event *)object;
    dispatcher_acquire();
    if (was)
        *was = event->signaled;
    if (change == EVENT_RESET)
        event->signaled = false;
    else
        event_signal(object, NULL);
    if (change == EVENT_PULSE)
        event->signaled = false;
    dispatcher_release();
}

void event_set(struct object *event) { event_change(event, EVENT_SET, NULL); }
void event_reset(struct object *event) { event_change(event, EVENT_RESET, NULL); }

void event_query(struct object *object, bool *manual_reset, bool *signaled) {
    dispatcher_acquire();
    *manual_reset = ((struct event *)object)->manual_reset;
    *signaled = ((struct event *)object)->signaled;
    dispatcher_release();
}

/* ---- mutexes, which NT calls mutants ---- */

struct mutant {
    struct object object;
    struct thread_object *owner;
    DWORD recursion;
    bool abandoned;
    struct mutant *next_owned, *previous_owned;
};

static void mutant_own(struct mutant *mutant, struct thread_object *owner) {
    mutant->owner = owner;
    mutant->recursion = 1;
    mutant->previous_owned = NULL;
    mutant->next_owned = owner->owned;
    if (owner->owned)
        owner->owned->previous_owned = mutant;
    owner->owned = mutant;
}

static void mutant_disown(struct mutant *mutant) {
    if (mutant->previous_owned)
        mutant->previous_owned->next_owned = mutant->next_owned;
    else
        mutant->owner->owned = mutant->next_owned;
    if (mutant->next_owned)
        mutant->next_owned->previous_owned = mutant->previous_owned;
    mutant->owner = NULL;
    mutant->recursion = 0;
}

static bool mutant_is_signaled(struct object *object, struct thread_object *waiter) {
    struct mutant *mutant = (struct mutant *)object;
    return !mutant->owner || mutant->owner == waiter;
}

static bool mutant_acquire(struct object *object, struct thread_object *waiter) {
    struct mutant *mutant = (struct mutant *)object;
    bool abandoned = mutant->abandoned;
    if (!waiter)
        return abandoned;
    if (mutant->owner)
        mutant->recursion++;
    else
        mutant_own(mutant, waiter);
    mutant->abandoned = false;
    return abandoned;
}

static NTSTATUS mutant_signal(struct object *object, struct thread_object *by) {
    struct mutant *mutant = (struct mutant *)object;
    if (mutant->owner != by)
        return STATUS_MUTANT_NOT_OWNED;
    if (--mutant->recursion == 0) {
        mutant_disown(mutant);
        object_signaled(object);
    }
    return STATUS_SUCCESS;
}

/* A mutex whose last handle is closed while it is owned. */
static void mutant_destroy(struct object *object) {
    struct mutant *mutant = (struct mutant *)object;
    dispatcher_acquire();
    if (mutant->owner)
        mutant_disown(mutant);
    dispatcher_release();
    free(object);
}

const struct object_type mutant_type = {
    .name = "Mutant",
    .destroy = mutant_destroy,
    .is_signaled = mutant_is_signaled,
    .acquire = mutant_acquire,
    .signal = mutant_signal,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 1,
    .generic_read = READ_CONTROL | 1,
    .generic_write = READ_CONTROL,
    .generic_execute = READ_CONTROL | SYNCHRONIZE,
};

struct object *mutant_new(bool owned_by_caller) {
    struct thread_object *self = thread_object_self();
    struct mutant *mutant = calloc(1, sizeof *mutant);
    if (!mutant)
        return NULL;
    object_init(&mutant->object, &mutant_type);
    if (owned_by_caller) {
        dispatcher_acquire();
        mutant_own(mutant, self);
        dispatcher_release();
    }
    return &mutant->object;
}

static LONG mutant_count(const struct mutant *mutant) { return 1 - (LONG)mutant->recursion; }

NTSTATUS mutant_release(struct object *object, LONG *was) {
    struct thread_object *self = thread_object_self();
    dispatcher_acquire();
    if (was)
        *was = mutant_count((struct mutant *)object);
    NTSTATUS status = mutant_signal(object, self);
    dispatcher_release();
    return status;
}

void mutant_query(struct object *object, LONG *count, bool *owned_by_caller, bool *abandoned) {
    struct thread_object *self = thread_object_self();
    struct mutant *mutant = (struct mutant *)object;
    dispatcher_acquire();
    *count = mutant_count(mutant);
    *owned_by_caller = mutant->owner == self;
    *abandoned = mutant->abandoned;
    dispatcher_release();
}

void mutants_abandon(struct thread_object *thread) {
    while (thread->owned) {
        struct mutant *mutant = thread->owned;
        mutant_disown(mutant);
        mutant->abandoned = true;
        object_signaled(&mutant->object);
    }
}

/* ---- semaphores ---- */

struct semaphore {
    struct object object;
    LONG count, maximum;
};

static bool semaphore_is_signaled(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    return ((struct semaphore *)object)->count > 0;
}

static bool semaphore_acquire(struct object *object, struct thread_object *waiter) {
    (void)waiter;
    ((struct semaphore *)object)->count--;
    return false;
}

static NTSTATUS semaphore_add_locked(struct semaphore *semaphore, LONG count) {
    if (count > semaphore->maximum - semaphore->count)
        return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    semaphore->count += count;
    object_signaled(&semaphore->object);
    return STATUS_SUCCESS;
}

static NTSTATUS semaphore_signal(struct object *object, struct thread_object *by) {
    (void)by;
    return semaphore_add_locked((struct semaphore *)object, 1);
}

const struct object_type semaphore_type = {
    .name = "Semaphore",
    .destroy = destroy,
    .is_signaled = semaphore_is_signaled,
    .acquire = semaphore_acquire,
    .signal = semaphore_signal,
    .all_access = STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 3,
    .generic_read = READ_CONTROL | 1,
    .generic_write = READ_CONTROL | 2,
    .generic_execute = READ_CONTROL | SYNCHRONIZE,
};

struct object *semaphore_new(LONG count, LONG maximum) {
    struct semaphore *semaphore = malloc(sizeof *semaphore);
    if (!semaphore)
        return NULL;
    object_init(&semaphore->object, &semaphore_type);
    semaphore->count = count;
    semaphore->maximum = maximum;
    return &semaphore->object;
}

NTSTATUS semaphore_add(struct object *object, LONG count, LONG *was) {
    struct semaphore *semaphore = (struct semaphore *)object;
    dispatcher_acquire();
    if (was)
        *was = semaphore->count;
    NTSTATUS status = semaphore_add_locked(semaphore, count);
    dispatcher_release();
    return status;
}

void semaphore_query(struct object *object, LONG *count, LONG *maximum) {
    dispatcher_acquire();
    *count = ((struct semaphore *)object)->count;
    *maximum = ((struct semaphore *)object)->maximum;
    dispatcher_release();
}
