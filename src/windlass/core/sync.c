#include "sync.h"

#include "shared.h"
#include "thread_object.h"
#include "wait.h"

static void destroy(struct object *object) { free(object); }

/* ---- events ---- */

struct event_state {
    bool manual_reset, signaled;
};

struct event {
    struct object object;
    struct event_state state;
};

static bool event_is_signaled(struct object *object, struct thread_object *waiter) {
    const struct event_state *event = object_state(object);
    (void)waiter;
    return event->signaled;
}

static bool event_acquire(struct object *object, struct thread_object *waiter) {
    struct event_state *event = object_state(object);
    (void)waiter;
    if (!event->manual_reset)
        event->signaled = false;
    return false;
}

static NTSTATUS event_signal(struct object *object, struct thread_object *by) {
    struct event_state *event = object_state(object);
    (void)by;
    event->signaled = true;
    object_signaled(object);
    return STATUS_SUCCESS;
}

static struct object *event_attach(void) { return event_new(false, false); }

const struct object_type event_type = {
    .name = "Event",
    .destroy = destroy,
    .is_signaled = event_is_signaled,
    .acquire = event_acquire,
    .signal = event_signal,
    .attach = event_attach,
    .state_offset = offsetof(struct event, state),
    .state_size = sizeof(struct event_state),
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
    event->state = (struct event_state){manual_reset, signaled};
    return &event->object;
}

void event_change(struct object *object, enum event_change change, LONG *was) {
    dispatcher_acquire();
    struct event_state *event = object_state(object);
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
    const struct event_state *event = object_state(object);
    *manual_reset = event->manual_reset;
    *signaled = event->signaled;
    dispatcher_release();
}

/* ---- mutexes, which NT calls mutants ---- */

struct mutant_state {
    struct process_identity holder;                  /* the process whose thread owns it */
    DWORD recursion;                                 /* 0: nobody does */
    bool abandoned;
};

struct mutant {
    struct object object;
    struct mutant_state state;
    struct thread_object *owner;                     /* NULL: no thread of this process */
    struct mutant *next_owned, *previous_owned;
};

static void mutant_own(struct mutant *mutant, struct mutant_state *state, struct thread_object *owner) {
    if (mutant->object.shared)
        state->holder = *process_identity_self();
    state->recursion = 1;
    mutant->owner = owner;
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
}

/* A shared mutex that another process holds; a thread of this one may have seemed to own it, before a fork. */
static bool is_held_elsewhere(struct mutant *mutant, const struct mutant_state *state) {
    if (!mutant->object.shared || !state->recursion ||
        process_identity_equal(&state->holder, process_identity_self()))
        return false;
    if (mutant->owner)
        mutant_disown(mutant);
    return true;
}

static bool mutant_is_signaled(struct object *object, struct thread_object *waiter) {
    struct mutant *mutant = (struct mutant *)object;
    struct mutant_state *state = object_state(object);
    if (!is_held_elsewhere(mutant, state))
        return !state->recursion || mutant->owner == waiter;
    if (process_identity_is_alive(&state->holder))
        return false;
    state->recursion = 0;                            /* its owner's process was killed, or has ended */
    state->abandoned = true;
    return true;
}

static bool mutant_acquire(struct object *object, struct thread_object *waiter) {
    struct mutant *mutant = (struct mutant *)object;
    struct mutant_state *state = object_state(object);
    bool abandoned = state->abandoned;
    if (!waiter)
        return abandoned;
    if (state->recursion)
        state->recursion++;
    else
        mutant_own(mutant, state, waiter);
    state->abandoned = false;
    return abandoned;
}

static NTSTATUS mutant_signal(struct object *object, struct thread_object *by) {
    struct mutant *mutant = (struct mutant *)object;
    struct mutant_state *state = object_state(object);
    if (is_held_elsewhere(mutant, state) || !state->recursion || mutant->owner != by)
        return STATUS_MUTANT_NOT_OWNED;
    if (--state->recursion == 0) {
        mutant_disown(mutant);
        object_signaled(object);
    }
    return STATUS_SUCCESS;
}

/* Who owns it is a process's thread for the others. */
static NTSTATUS mutant_publish(struct object *object) {
    struct mutant_state *state = object_state(object);
    if (state->recursion)
        state->holder = *process_identity_self();
    return STATUS_SUCCESS;
}

/* Somebody waits for a mutex that a thread of another process may own. */
static void mutant_waited(struct object *object) {
    const struct mutant_state *state = object_state(object);
    if (is_held_elsewhere((struct mutant *)object, state))
        shared_watch_holder(&state->holder);
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

static struct object *mutant_attach(void) { return mutant_new(false); }

const struct object_type mutant_type = {
    .name = "Mutant",
    .destroy = mutant_destroy,
    .is_signaled = mutant_is_signaled,
    .acquire = mutant_acquire,
    .waited = mutant_waited,
    .signal = mutant_signal,
    .attach = mutant_attach,
    .publish = mutant_publish,
    .state_offset = offsetof(struct mutant, state),
    .state_size = sizeof(struct mutant_state),
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
        mutant_own(mutant, &mutant->state, self);
        dispatcher_release();
    }
    return &mutant->object;
}

static LONG mutant_count(const struct mutant_state *state) { return 1 - (LONG)state->recursion; }

NTSTATUS mutant_release(struct object *object, LONG *was) {
    struct thread_object *self = thread_object_self();
    dispatcher_acquire();
    if (was)
        *was = mutant_count(object_state(object));
    NTSTATUS status = mutant_signal(object, self);
    dispatcher_release();
    return status;
}

void mutant_query(struct object *object, LONG *count, bool *owned_by_caller, bool *abandoned) {
    struct thread_object *self = thread_object_self();
    dispatcher_acquire();
    const struct mutant_state *state = object_state(object);
    *count = mutant_count(state);
    *owned_by_caller = state->recursion && ((struct mutant *)object)->owner == self;
    *abandoned = state->abandoned;
    dispatcher_release();
}

void mutants_abandon(struct thread_object *thread) {
    while (thread->owned) {
        struct mutant *mutant = thread->owned;
        struct mutant_state *state = object_state(&mutant->object);
        if (is_held_elsewhere(mutant, state))
            continue;                                /* which has taken it out of the list */
        mutant_disown(mutant);
        state->recursion = 0;
        state->abandoned = true;
        object_signaled(&mutant->object);
    }
}

/* ---- semaphores ---- */

struct semaphore_state {
    LONG count, maximum;
};

struct semaphore {
    struct object object;
    struct semaphore_state state;
};

static bool semaphore_is_signaled(struct object *object, struct thread_object *waiter) {
    const struct semaphore_state *semaphore = object_state(object);
    (void)waiter;
    return semaphore->count > 0;
}

static bool semaphore_acquire(struct object *object, struct thread_object *waiter) {
    struct semaphore_state *semaphore = object_state(object);
    (void)waiter;
    semaphore->count--;
    return false;
}

static NTSTATUS semaphore_add_locked(struct object *object, LONG count) {
    struct semaphore_state *semaphore = object_state(object);
    if (count > semaphore->maximum - semaphore->count)
        return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    semaphore->count += count;
    object_signaled(object);
    return STATUS_SUCCESS;
}

static NTSTATUS semaphore_signal(struct object *object, struct thread_object *by) {
    (void)by;
    return semaphore_add_locked(object, 1);
}

static struct object *semaphore_attach(void) { return semaphore_new(0, 1); }

const struct object_type semaphore_type = {
    .name = "Semaphore",
    .destroy = destroy,
    .is_signaled = semaphore_is_signaled,
    .acquire = semaphore_acquire,
    .signal = semaphore_signal,
    .attach = semaphore_attach,
    .state_offset = offsetof(struct semaphore, state),
    .state_size = sizeof(struct semaphore_state),
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
    semaphore->state = (struct semaphore_state){count, maximum};
    return &semaphore->object;
}

NTSTATUS semaphore_add(struct object *object, LONG count, LONG *was) {
    dispatcher_acquire();
    if (was)
        *was = ((const struct semaphore_state *)object_state(object))->count;
    NTSTATUS status = semaphore_add_locked(object, count);
    dispatcher_release();
    return status;
}

void semaphore_query(struct object *object, LONG *count, LONG *maximum) {
    dispatcher_acquire();
    const struct semaphore_state *semaphore = object_state(object);
    *count = semaphore->count;
    *maximum = semaphore->maximum;
    dispatcher_release();
}
