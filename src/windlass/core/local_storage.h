/* What a thread's end has to do for TlsAlloc's and FlsAlloc's slots (api/thread/tls.c). */
#ifndef WINDLASS_LOCAL_STORAGE_H
#define WINDLASS_LOCAL_STORAGE_H

#include "core.h"

/* Calls the callbacks of a fiber's, or the calling thread's, values and frees them. *place is what the fiber has in
 * TEB.FlsData while it runs; it becomes NULL. */
void fls_end(PVOID *place);

/* When no other thread can find the thread any more. */
void tls_slots_free(struct thread *thread);

#endif
