/* Events, mutexes and semaphores as kernel objects. The functions take and release the dispatcher lock themselves
 * unless they say otherwise. */
#ifndef WINDLASS_SYNC_H
#define WINDLASS_SYNC_H

#include "handle.h"

extern const struct object_type event_type, mutant_type, semaphore_type;

/* NULL out of memory. */
struct object *event_new(bool manual_reset, bool signaled);
void event_set(struct object *event);
void event_reset(struct object *event);

struct object *mutant_new(bool owned_by_caller);
struct object *semaphore_new(LONG count, LONG maximum);

/* What the objects were before. `event_change` is the one place where an event's state changes; *was may be NULL. */
enum event_change { EVENT_SET, EVENT_RESET, EVENT_PULSE };
void event_change(struct object *event, enum event_change change, LONG *was);
NTSTATUS mutant_release(struct object *mutant, LONG *was);
NTSTATUS semaphore_add(struct object *semaphore, LONG count, LONG *was);

/* State for NtQuery*. */
void event_query(struct object *event, bool *manual_reset, bool *signaled);
void mutant_query(struct object *mutant, LONG *count, bool *owned_by_caller, bool *abandoned);
void semaphore_query(struct object *semaphore, LONG *count, LONG *maximum);

/* The mutexes of a thread that ends. The dispatcher lock is held. */
void mutants_abandon(struct thread_object *thread);

#endif
