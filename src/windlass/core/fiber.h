/* What the rest of windlass must know of fibers (api/thread/fiber.c). */
#ifndef WINDLASS_FIBER_H
#define WINDLASS_FIBER_H

#include "core.h"

/* Makes the thread's own stack current for the TEB and thread->boundary again, for a thread that is about to leave the
 * fiber that it runs for good. The stack pointer is the caller's affair. */
void fiber_abandon(struct thread *thread);

#endif
