/* Operations in which the calling thread waits for the host, and that another thread may take back
 * ("CancelSynchronousIo function"). */
#ifndef WINDLASS_SYNCHRONOUS_H
#define WINDLASS_SYNCHRONOUS_H

#include "core.h"
#include "thread_object.h"

/* The calling thread's operation begins, and has ended. */
void synchronous_begin(void);
void synchronous_end(void);

/* To be asked when a system call of the operation ended with EINTR: whether somebody has taken it back. */
bool synchronous_is_cancelled(void);

/* STATUS_NOT_FOUND: the thread is in no such operation. Returns when the operation has ended or soon will. */
NTSTATUS synchronous_cancel(const struct thread_object *object);

#endif
