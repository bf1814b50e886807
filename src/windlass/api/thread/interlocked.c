/* Interlocked singly linked lists ("Interlocked Singly Linked Lists").
 *
 * The header is 16 bytes that change at once: depth and sequence number, and the first entry. Taking an entry off reads
 * its Next, which must not belong to memory that another thread has freed meanwhile: bit 0 of the entry address, which is
 * 16-byte aligned, marks that a thread is taking one, and only one does at a time. Putting entries on goes on
 * meanwhile. */
#include <sched.h>

#include "api.h"
#include "spin.h"

typedef struct _SLIST_ENTRY { struct _SLIST_ENTRY *Next; } SLIST_ENTRY;

typedef struct __attribute__((aligned(16))) {
    uint64_t depth_and_sequence;                     /* 16 and 48 bits */
    uint64_t first;
} SLIST_HEADER;

enum { TAKING = 1 };
#define DEPTH_MASK 0xffffu
#define ONE_CHANGE 0x10000u                          /* the sequence number's lowest bit */

/* On failure *expected is what was found. */
static bool exchange(SLIST_HEADER *header, SLIST_HEADER *expected, SLIST_HEADER desired) {
    bool done;
    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(done), "+m"(*header), "+a"(expected->depth_and_sequence), "+d"(expected->first)
                     : "b"(desired.depth_and_sequence), "c"(desired.first)
                     : "memory");
    return done;
}

static SLIST_HEADER read_header(const SLIST_HEADER *header) {
    const volatile SLIST_HEADER *now = header;       /* a torn pair fails the exchange */
    return (SLIST_HEADER){now->depth_and_sequence, now->first};
}

static SLIST_ENTRY *first_of(SLIST_HEADER header) { return (SLIST_ENTRY *)(header.first & ~(uint64_t)TAKING); }

static uint64_t changed(uint64_t depth_and_sequence, unsigned depth) {
    return ((depth_and_sequence & ~(uint64_t)DEPTH_MASK) + ONE_CHANGE) | (depth & DEPTH_MASK);
}

API(ntdll, void, RtlInitializeSListHead, SLIST_HEADER *ListHead) { *ListHead = (SLIST_HEADER){0, 0}; }
API_ALIAS(api_RtlInitializeSListHead, kernel32_name, kernel32 kernelbase, "InitializeSListHead");

static SLIST_ENTRY *push(SLIST_HEADER *header, SLIST_ENTRY *first, SLIST_ENTRY *last, unsigned count) {
    SLIST_HEADER old = read_header(header), new;
    do {
        last->Next = first_of(old);
        new.depth_and_sequence = changed(old.depth_and_sequence, (unsigned)old.depth_and_sequence + count);
        new.first = (uintptr_t)first | (old.first & TAKING);
    } while (!exchange(header, &old, new));
    return first_of(old);
}

/* The entry that was first before, or NULL. */
API(ntdll, SLIST_ENTRY *, RtlInterlockedPushEntrySList, SLIST_HEADER *ListHead, SLIST_ENTRY *ListEntry) {
    return push(ListHead, ListEntry, ListEntry, 1);
}
API_ALIAS(api_RtlInterlockedPushEntrySList, kernel32_name, kernel32 kernelbase, "InterlockedPushEntrySList");

API(ntdll, SLIST_ENTRY *, RtlInterlockedPushListSListEx, SLIST_HEADER *ListHead, SLIST_ENTRY *List,
    SLIST_ENTRY *ListEnd, ULONG Count) {
    return push(ListHead, List, ListEnd, Count);
}
API_ALIAS(api_RtlInterlockedPushListSListEx, kernel32_name, kernel32 kernelbase, "InterlockedPushListSListEx");
API_ALIAS(api_RtlInterlockedPushListSListEx, old_name, kernel32 ntdll kernelbase, "InterlockedPushListSList");

/* Waits for a thread that is taking an entry. */
static void let_taker_finish(const SLIST_HEADER *header) {
    for (unsigned i = 0; ((const volatile SLIST_HEADER *)header)->first & TAKING; i++) {
        if (i < 100)
            spin_pause();
        else
            sched_yield();
    }
}

static bool begin_taking(SLIST_HEADER *header, SLIST_HEADER *now) {
    *now = read_header(header);
    for (;;) {
        if (!first_of(*now))
            return false;
        if (now->first & TAKING) {
            let_taker_finish(header);
            *now = read_header(header);
            continue;
        }
        SLIST_HEADER marked = {now->depth_and_sequence, now->first | TAKING};
        if (exchange(header, now, marked)) {
            *now = marked;
            return true;
        }
    }
}

API(ntdll, SLIST_ENTRY *, RtlInterlockedPopEntrySList, SLIST_HEADER *ListHead) {
    SLIST_HEADER now, rest;
    if (!begin_taking(ListHead, &now))
        return NULL;
    do {
        rest.depth_and_sequence = changed(now.depth_and_sequence, (unsigned)now.depth_and_sequence - 1);
        rest.first = (uintptr_t)first_of(now)->Next;
    } while (!exchange(ListHead, &now, rest));
    return first_of(now);
}
API_ALIAS(api_RtlInterlockedPopEntrySList, kernel32_name, kernel32 kernelbase, "InterlockedPopEntrySList");

API(ntdll, SLIST_ENTRY *, RtlInterlockedFlushSList, SLIST_HEADER *ListHead) {
    SLIST_HEADER now, empty = {0, 0};
    if (!begin_taking(ListHead, &now))
        return NULL;
    do
        empty.depth_and_sequence = changed(now.depth_and_sequence, 0);
    while (!exchange(ListHead, &now, empty));
    return first_of(now);
}
API_ALIAS(api_RtlInterlockedFlushSList, kernel32_name, kernel32 kernelbase, "InterlockedFlushSList");

API(ntdll, WORD, RtlQueryDepthSList, SLIST_HEADER *ListHead) {
    return (WORD)(read_header(ListHead).depth_and_sequence & DEPTH_MASK);
}
API_ALIAS(api_RtlQueryDepthSList, kernel32_name, kernel32 kernelbase, "QueryDepthSList");

API(ntdll, SLIST_ENTRY *, RtlFirstEntrySList, const SLIST_HEADER *ListHead) { return first_of(read_header(ListHead)); }
