/* Which addresses indirect calls may lead to ("Control Flow Guard"; "PE Format", "Control Flow Guard").
 *
 * As on Windows there are two bits for each 16 bytes: whether their first one is a target, and whether all others are
 * too. They lie in chunks for 2 MiB; where there is none everything is valid, which is so for all memory but the code of
 * images with a table of their own and what programs reserve with PAGE_TARGETS_INVALID. Readers (guard.S) take no lock. */
#include "guard.h"

#include <stdatomic.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core.h"
#include "fork.h"

enum { ADDRESS_BITS = 47, CHUNK_BITS = 21, SLOT_BITS = 4, SLOTS = 1 << (CHUNK_BITS - SLOT_BITS) };

struct chunk {
    _Atomic uint8_t first[SLOTS / 8], others[SLOTS / 8];
};

/* By address / 2 MiB; guard.S reads it. NULL: the guard is off. */
struct chunk *_Atomic *guard_chunks;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

bool guard_is_on(void) { return guard_chunks != NULL; }

bool guard_enable(void) {
    if (guard_chunks)
        return true;
    void *chunks = mmap(NULL, sizeof *guard_chunks << (ADDRESS_BITS - CHUNK_BITS), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (chunks == MAP_FAILED)
        return false;
    guard_chunks = chunks;
    return true;
}

/* The chunk of an address, under the lock; it is made for an address that is no target. */
static struct chunk *chunk_of(uintptr_t address, bool make) {
    struct chunk *_Atomic *place = &guard_chunks[address >> CHUNK_BITS];
    struct chunk *chunk = *place;
    if (chunk || !make)
        return chunk;
    chunk = mmap(NULL, sizeof *chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED)
        return NULL;
    memset(chunk, 0xff, sizeof *chunk);
    *place = chunk;
    return chunk;
}

static void set_bit(_Atomic uint8_t *bits, unsigned slot, bool value) {
    if (value)
        atomic_fetch_or(&bits[slot / 8], (uint8_t)(1u << slot % 8));
    else
        atomic_fetch_and(&bits[slot / 8], (uint8_t)~(1u << slot % 8));
}

/* Those from `slot` up to `end`, whole bytes at once. */
static void set_bits(_Atomic uint8_t *bits, unsigned slot, unsigned end, bool value) {
    while (slot < end) {
        if (slot % 8 || end - slot < 8) {
            set_bit(bits, slot++, value);
            continue;
        }
        atomic_store_explicit(&bits[slot / 8], value ? 0xff : 0, memory_order_relaxed);
        slot += 8;
    }
}

static unsigned slot_of(uintptr_t address) { return address >> SLOT_BITS & (SLOTS - 1); }

bool guard_set_range(uintptr_t begin, uintptr_t end, bool valid) {
    const uintptr_t chunk_size = (uintptr_t)1 << CHUNK_BITS;
    bool done = true;
    if (!guard_chunks)
        return true;
    pthread_mutex_lock(&lock);
    for (uintptr_t at = begin, next; at < end && done; at = next) {
        next = (at & -chunk_size) + chunk_size;
        struct chunk *chunk = chunk_of(at, !valid);
        unsigned last = end < next ? slot_of(end - 1) + 1 : SLOTS;
        done = chunk || valid;
        if (chunk) {
            set_bits(chunk->first, slot_of(at), last, valid);
            set_bits(chunk->others, slot_of(at), last, valid);
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

bool guard_set_target(uintptr_t target, bool valid) {
    if (!guard_chunks)
        return true;
    pthread_mutex_lock(&lock);
    struct chunk *chunk = chunk_of(target, !valid);
    if (chunk) {
        set_bit(chunk->first, slot_of(target), valid);
        if (target % (1 << SLOT_BITS) || !valid)
            set_bit(chunk->others, slot_of(target), valid);
    }
    pthread_mutex_unlock(&lock);
    return chunk || valid;
}

/* Windows ends the process; no handler is asked ("__fastfail"). */
static _Noreturn void refuse(const char *what, uintptr_t target, unsigned code) {
    char where[256];
    address_describe(target, where, sizeof where);
    windlass_fatal("fast fail, code %u: %s to %s, which is no target of Control Flow Guard "
                   "(STATUS_STACK_BUFFER_OVERRUN, 0x%08x)",
                   code, what, where, (unsigned)STATUS_STACK_BUFFER_OVERRUN);
}

/* From guard.S: a call to what is no target. */
_Noreturn void WINAPI guard_refuse(uintptr_t target);
_Noreturn void WINAPI guard_refuse(uintptr_t target) {
    enum { FAST_FAIL_GUARD_ICALL_CHECK_FAILURE = 10 };
    refuse("an indirect call", target, FAST_FAIL_GUARD_ICALL_CHECK_FAILURE);
}

/* ---- longjmp ---- */

struct jumps {
    struct jumps *next;
    uintptr_t begin, end;
    const unsigned char *table;
    size_t count, stride;
};

static struct jumps *all_jumps;                      /* under the lock; of the images that list their targets */

bool guard_add_jumps(uintptr_t begin, uintptr_t end, const unsigned char *table, size_t count, size_t stride) {
    struct jumps *jumps = malloc(sizeof *jumps);
    if (!jumps)
        return false;
    pthread_mutex_lock(&lock);
    *jumps = (struct jumps){all_jumps, begin, end, table, count, stride};
    all_jumps = jumps;
    pthread_mutex_unlock(&lock);
    return true;
}

void guard_remove_jumps(uintptr_t begin) {
    pthread_mutex_lock(&lock);
    for (struct jumps **at = &all_jumps, *jumps; (jumps = *at); ) {
        if (jumps->begin == begin) {
            *at = jumps->next;
            free(jumps);
        } else {
            at = &jumps->next;
        }
    }
    pthread_mutex_unlock(&lock);
}

static int compare_rva(const void *wanted, const void *entry) {
    uint32_t left = *(const uint32_t *)wanted, right;
    memcpy(&right, entry, sizeof right);
    return (left > right) - (left < right);
}

static bool may_jump(uintptr_t target) {
    bool allowed = true;
    pthread_mutex_lock(&lock);
    for (struct jumps *jumps = all_jumps; jumps; jumps = jumps->next)
        if (target >= jumps->begin && target < jumps->end) {
            uint32_t rva = (uint32_t)(target - jumps->begin);
            allowed = bsearch(&rva, jumps->table, jumps->count, jumps->stride, compare_rva);
        }
    pthread_mutex_unlock(&lock);
    return allowed;
}

void guard_check_jump(uintptr_t target) {
    enum { FAST_FAIL_INVALID_LONGJUMP_TARGET = 38 };
    if (guard_chunks && !may_jump(target))
        refuse("a longjmp", target, FAST_FAIL_INVALID_LONGJUMP_TARGET);
}
