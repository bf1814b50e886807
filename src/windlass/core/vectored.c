/* Vectored handlers: functions that see every exception of the process before the frames do, and every continuation
 * ("Vectored Exception Handling"). */
#include <pthread.h>
#include <stdatomic.h>

#include "fork.h"
#include "unwind.h"

struct vectored {
    struct vectored *next, *previous;
    LONG(WINAPI *handler)(EXCEPTION_POINTERS *);
    unsigned users; /* the list, and calls under way */
    bool removed;
};

struct vectored_list {
    struct vectored head; /* a ring */
    atomic_uint count;    /* so that a throw needs no lock when there are none */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct vectored_list lists[2] = {
    {.head = {.next = &lists[0].head, .previous = &lists[0].head}},
    {.head = {.next = &lists[1].head, .previous = &lists[1].head}},
};

PVOID vectored_add(enum vectored_kind kind, bool first, const void *handler) {
    struct vectored *added = calloc(1, sizeof *added), *head = &lists[kind].head;
    if (!added)
        return NULL;
    added->handler = (LONG(WINAPI *)(EXCEPTION_POINTERS *))handler;
    added->users = 1;
    pthread_mutex_lock(&lock);
    struct vectored *before = first ? head : head->previous;
    added->previous = before;
    added->next = before->next;
    before->next->previous = added;
    before->next = added;
    atomic_fetch_add(&lists[kind].count, 1);
    pthread_mutex_unlock(&lock);
    return added;
}

/* A removed handler stays linked, so that a walk under way finds its successor, until its last call returns. */
static void release(struct vectored *entry) {
    if (--entry->users)
        return;
    entry->next->previous = entry->previous;
    entry->previous->next = entry->next;
    free(entry);
}

bool vectored_remove(enum vectored_kind kind, PVOID handle) {
    bool found = false;
    pthread_mutex_lock(&lock);
    struct vectored *head = &lists[kind].head, *entry = head->next;
    while (entry != head && entry != handle)
        entry = entry->next;
    if (entry != head && !entry->removed) {
        found = entry->removed = true;
        atomic_fetch_sub(&lists[kind].count, 1);
        release(entry);
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static bool call_handlers(enum vectored_kind kind, EXCEPTION_RECORD *record, CONTEXT *context) {
    EXCEPTION_POINTERS pointers = {record, context};
    struct vectored *head = &lists[kind].head, *entry, *next;
    LONG answer = EXCEPTION_CONTINUE_SEARCH;
    if (!atomic_load(&lists[kind].count))
        return false;
    pthread_mutex_lock(&lock);
    for (entry = head->next; entry != head && answer != EXCEPTION_CONTINUE_EXECUTION; entry = next) {
        if (!entry->removed) {
            entry->users++;
            pthread_mutex_unlock(&lock);
            answer = entry->handler(&pointers);
            pthread_mutex_lock(&lock);
            next = entry->next;
            release(entry);
        } else {
            next = entry->next;
        }
    }
    pthread_mutex_unlock(&lock);
    return answer == EXCEPTION_CONTINUE_EXECUTION;
}

bool vectored_call_exception(EXCEPTION_RECORD *record, CONTEXT *context) {
    return call_handlers(VECTORED_EXCEPTION, record, context);
}

void vectored_call_continue(EXCEPTION_RECORD *record, CONTEXT *context) {
    call_handlers(VECTORED_CONTINUE, record, context);
}
