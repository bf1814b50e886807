/* Sleeping on any address ("WaitOnAddress function"): queues of threads by address, in a table of this process. */
#ifndef WINDLASS_PARK_H
#define WINDLASS_PARK_H

#include "futex.h"

/* Sleeps until unpark() of this address, unless *address differs from *compare (1, 2, 4 or 8 bytes) already. False: the
 * deadline has passed. */
bool park(const volatile void *address, const void *compare, size_t size, int64_t deadline);

/* Wakes the thread that came first, or all. The memory is not touched. */
void unpark_one(const volatile void *address);
void unpark_all(const volatile void *address);

/* On the calling thread, whose stack with a park() on it is about to go. */
void park_cancel(void);

#endif
