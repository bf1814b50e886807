/* What a thread's end has to do for TlsAlloc's and FlsAlloc's slots (api/tls.c). */
#ifndef WINDLASS_LOCAL_STORAGE_H
#define WINDLASS_LOCAL_STORAGE_H

#include "core.h"

struct fls;

/* Calls the callbacks of a fiber's, or thread's, values and frees them. NULL is allowed. */
void fls_end(struct fls *fls);

/* When no other thread can find the thread any more. */
void tls_slots_free(struct thread *thread);

#endif
