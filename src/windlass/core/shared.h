/* Kernel objects that several processes of one user have: those with a name, and those that a child inherits.
 *
 * Each of them is a file in a folder of this user's in the host's shared memory, or one without a name (memfd). Its first
 * 64 KiB hold the object's state, which every process that has the object maps; a struct object in each process stands for
 * it, with handles and waiting threads of its own. A process keeps a shared lock on the file as long as it has a handle.
 * The host takes the lock back from a process that is killed, so that whoever gets the lock for himself alone is the only
 * one left: then the file is removed, or begun anew.
 *
 * One lock guards the states of all shared objects, as the dispatcher lock does those of this process. It is taken inside
 * the dispatcher lock, at the first touch of a shared state, and released with it. Both outlive their owner's death:
 * nothing but a few words is changed under them. Private objects never come near it.
 *
 * Who changes a shared state wakes the other processes through one futex; a bit for each object keeps those asleep that
 * wait for something else. In each process one thread listens, tries its threads' waits again and wakes those whose waits
 * are over. Nothing that a killed waiter could leave behind is kept in shared memory. */
#ifndef WINDLASS_SHARED_H
#define WINDLASS_SHARED_H

#include "handle.h"
#include "host_process.h"

enum { SHARED_STATE_SIZE = 0x10000, SHARED_NAME_MAX = 260, SHARED_FILE_NAME = 232 };

/* How a shared object's file begins. The object's own state follows. */
struct shared_cell {
    char type[16];                                   /* object_type.name; empty: being made */
    uint32_t is_global, name_length;                 /* 0: unnamed */
    WCHAR name[SHARED_NAME_MAX];
    unsigned char state[] __attribute__((aligned(64)));
};

struct shared {
    struct shared *next;                             /* all of this process */
    struct object *object;
    int fd;
    unsigned bit;                                    /* its waiters' in the futex's mask */
    char *file;                                      /* in the shared folder; NULL: none */
    struct shared_cell *cell;
};

/* False: there is no place that the processes of this user share; names are private to the process then. */
bool shared_available(void);

/* The folder, a descriptor; -1. */
int shared_folder(void);

/* No other process finds, makes or removes files between these two. The dispatcher lock is not held. */
void shared_names_acquire(void);
void shared_names_release(void);

/* Under the lock on names. Opens the file, or with `create` makes it: *existed says whether another process uses it.
 * STATUS_OBJECT_NAME_NOT_FOUND. */
NTSTATUS shared_open(const char *file, bool create, struct shared **shared, bool *existed);

/* A shared state without a file. */
NTSTATUS shared_anonymous(struct shared **shared);

/* For one that no object has got. */
void shared_free(struct shared *shared);

/* From now on the object's state is this one: with its present content (`publish`), or as others have made it. Takes over
 * `shared`, which goes with the object. */
NTSTATUS shared_attach(struct object *object, struct shared *shared, bool publish);

/* The last handle of this process was closed: others may take the name. */
void shared_unname(struct shared *shared);

/* The object is about to go. Takes the dispatcher lock. */
void shared_detach(struct shared *shared);

/* Another descriptor of the same file with a lock of its own, for locks belong to what was opened, which duplicates
 * share; -1. */
int shared_open_again(int fd);
/* A descriptor of the state with a lock of its own, for another process; -1. And what that process makes of it: an object,
 * with a reference for the caller; NULL. */
int shared_descriptor(struct shared *shared);
struct object *shared_adopt(const struct object_type *type, int fd);

/* Gives an unnamed object a state that can be inherited; false: its type has none, or there is no room. */
bool shared_promote(struct object *object);

/* ---- under the dispatcher lock ---- */

extern bool shared_entered;

/* Before a shared state is looked at. */
void shared_enter(void);

/* From dispatcher_release(): what shared_wake() is to be called with after the dispatcher lock is released. */
unsigned shared_leave(void);
void shared_wake(unsigned bits);

/* The object's state may satisfy waits of other processes. */
void shared_signaled(struct shared *shared);

/* A thread of this process begins to wait for it. */
void shared_waited(struct shared *shared);

/* Waits are tried again when this process ends. */
void shared_watch_holder(const struct process_identity *holder);

/* The process ends: removes the files that no other process uses. What is left is found by the next one to begin. */
void shared_end(void);

/* In the child of a fork, when the waits of the parent's threads are gone. */
void shared_forked(void);

/* The object's state, wherever it lies. The dispatcher lock is held. */
static inline void *object_state(struct object *object) {
    if (__builtin_expect(!object->shared, 1))
        return (char *)object + object->type->state_offset;
    shared_enter();
    return object->shared->cell->state;
}

#endif
