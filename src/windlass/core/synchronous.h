/* Operations in which the calling thread waits for the host, and that another thread may take back
 * ("CancelSynchronousIo function"). */
#ifndef WINDLASS_SYNCHRONOUS_H
#define WINDLASS_SYNCHRONOUS_H

#include "core.h"
#include "file.h"
#include "thread_object.h"

/* The calling thread's operation on a file begins, and has ended. */
void synchronous_begin(const struct file *file);
void synchronous_end(void);

/* To be asked when a system call of the operation ended with EINTR: whether somebody has taken it back. */
bool synchronous_is_cancelled(void);

/* Takes back the operations of a thread (NULL: of any) on a file (NULL: on any). False: there is none. Returns when they
 * have ended or soon will. */
bool synchronous_cancel(const struct thread_object *thread, const struct file *file);

#endif
