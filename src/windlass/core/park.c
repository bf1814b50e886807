#include "park.h"

#include <pthread.h>
#include <string.h>

#include "lock.h"

/* A sleeping thread; on its stack. */
struct sleeper {
    struct sleeper *next, *previous;
    const volatile void *address;
    bool taken;                                      /* out of the queue, about to be woken */
    atomic_uint awake;
};

/* The calling thread's, while it is in a queue. */
static __thread struct sleeper *asleep;

struct bucket {
    pthread_mutex_t lock;
    atomic_uint count;                               /* of sleepers: who wakes looks here first */
    struct sleeper *first, *last;
} __attribute__((aligned(64)));

enum { BUCKETS = 256 };
static struct bucket buckets[BUCKETS] = {[0 ... BUCKETS - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static struct bucket *bucket_of(const volatile void *address) {
    uint64_t hash = (uintptr_t)address * 0x9e3779b97f4a7c15u;
    return &buckets[hash >> 56];
}

#define SAME(type_) (__atomic_load_n((const volatile type_ *)address, __ATOMIC_ACQUIRE) == *(const type_ *)compare)

static bool equal(const volatile void *address, const void *compare, size_t size) {
    switch (size) {
    case 1: return SAME(uint8_t);
    case 2: return SAME(uint16_t);
    case 4: return SAME(uint32_t);
    default: return SAME(uint64_t);
    }
}

static void append(struct bucket *bucket, struct sleeper *sleeper) {
    sleeper->previous = bucket->last;
    if (bucket->last)
        bucket->last->next = sleeper;
    else
        bucket->first = sleeper;
    bucket->last = sleeper;
}

static void take_out(struct bucket *bucket, struct sleeper *sleeper) {
    if (sleeper->previous)
        sleeper->previous->next = sleeper->next;
    else
        bucket->first = sleeper->next;
    if (sleeper->next)
        sleeper->next->previous = sleeper->previous;
    else
        bucket->last = sleeper->previous;
    atomic_fetch_sub(&bucket->count, 1);
}

/* True: it had been woken. */
static bool leave(struct bucket *bucket, struct sleeper *self) {
    lock_acquire(&bucket->lock);
    bool taken = self->taken;
    if (!taken)
        take_out(bucket, self);
    lock_release(&bucket->lock);
    while (taken && !atomic_load(&self->awake))
        futex_wait_until(&self->awake, 0, INT64_MAX);
    return taken;
}

void park_cancel(void) {
    struct sleeper *self = asleep;
    asleep = NULL;
    if (self)
        leave(bucket_of(self->address), self);
}

bool park(const volatile void *address, const void *compare, size_t size, int64_t deadline) {
    struct bucket *bucket = bucket_of(address);
    struct sleeper self = {.address = address};
    if (!equal(address, compare, size))              /* a bad address shows here, before the lock is taken */
        return true;
    if (deadline == 0)
        return false;
    /* Counted before the comparison: who changes the value after it sees the count ("Dekker"). */
    lock_acquire(&bucket->lock);
    atomic_fetch_add(&bucket->count, 1);
    atomic_thread_fence(memory_order_seq_cst);
    append(bucket, &self);
    bool sleep = equal(address, compare, size);
    if (!sleep)
        take_out(bucket, &self);
    asleep = sleep ? &self : NULL;
    lock_release(&bucket->lock);

    bool in_time = true;
    while (sleep && in_time && !atomic_load(&self.awake))
        in_time = futex_wait_until(&self.awake, 0, deadline);
    if (!in_time)
        in_time = leave(bucket, &self);
    asleep = NULL;
    return in_time;
}

/* Takes up to `most` sleepers of the address out of the queue, then wakes them. */
static void unpark(const volatile void *address, unsigned most) {
    struct bucket *bucket = bucket_of(address);
    struct sleeper *taken = NULL, **end = &taken, *next;
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&bucket->count) == 0)
        return;
    lock_acquire(&bucket->lock);
    for (struct sleeper *sleeper = bucket->first; sleeper && most; sleeper = next) {
        next = sleeper->next;
        if (sleeper->address != address)
            continue;
        take_out(bucket, sleeper);
        sleeper->taken = true;
        *end = sleeper;
        end = &sleeper->next;
        most--;
    }
    *end = NULL;
    lock_release(&bucket->lock);
    for (struct sleeper *sleeper = taken; sleeper; sleeper = next) {
        next = sleeper->next;
        atomic_uint *word = &sleeper->awake;
        atomic_store(word, 1);                       /* now the sleeper may be gone; waking its word harms nobody */
        futex_wake(word, 1);
    }
}

void unpark_one(const volatile void *address) { unpark(address, 1); }
void unpark_all(const volatile void *address) { unpark(address, UINT32_MAX); }

/* The sleepers of the parent are not here. */
static void after_fork_in_child(void) {
    for (int i = 0; i < BUCKETS; i++) {
        struct bucket *bucket = &buckets[i];
        pthread_mutex_init(&bucket->lock, NULL);
        atomic_store(&bucket->count, 0);
        bucket->first = bucket->last = NULL;
    }
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, after_fork_in_child); }
