/* Short busy waits before a thread goes to sleep. */
#ifndef WINDLASS_SPIN_H
#define WINDLASS_SPIN_H

#include <stdatomic.h>
#include <unistd.h>

static inline void spin_pause(void) { __builtin_ia32_pause(); }

/* Windows' spin counts assume a pause of some ten cycles; today's take over a hundred. Without a second processor there
 * is nobody to wait for. */
static inline unsigned spin_rounds(unsigned windows_count) {
    static atomic_int processors; /* the same for all who find it out */
    int known = atomic_load_explicit(&processors, memory_order_relaxed);
    if (known == 0) {
        known = (int)sysconf(_SC_NPROCESSORS_ONLN);
        atomic_store_explicit(&processors, known, memory_order_relaxed);
    }
    unsigned rounds = windows_count / 16;
    return known < 2 ? 0 : rounds < 256 ? rounds : 256;
}

#endif
