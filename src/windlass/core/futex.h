/* Sleeping on a 32-bit word, and time for it. */
#ifndef WINDLASS_FUTEX_H
#define WINDLASS_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "win.h"

/* The monotonic clock in nanoseconds. */
int64_t monotonic_now(void);

/* Deadlines are on that clock: 0 has passed, INT64_MAX never comes. From a Win32 timeout in milliseconds, and from an NT
 * one (100 ns; negative: relative, positive: system time, NULL: never). */
int64_t deadline_from_milliseconds(DWORD milliseconds);
int64_t deadline_from_nt(const LARGE_INTEGER *timeout);

/* Sleeps while *word is `expected`, until the deadline or a wake for one of the bits of `mask`; may return for no reason.
 * False: the deadline has passed. */
bool futex_wait_masked(atomic_uint *word, unsigned expected, unsigned mask, int64_t deadline);

/* Wakes up to `count` sleepers that have one of the bits; returns how many. Does not touch *word, which may be gone. */
int futex_wake_masked(atomic_uint *word, int count, unsigned mask);

static inline bool futex_wait_until(atomic_uint *word, unsigned expected, int64_t deadline) {
    return futex_wait_masked(word, expected, FUTEX_BITSET_MATCH_ANY, deadline);
}

static inline int futex_wake(atomic_uint *word, int count) {
    return futex_wake_masked(word, count, FUTEX_BITSET_MATCH_ANY);
}

#define FUTEX_ALL 0x7fffffff

#endif
