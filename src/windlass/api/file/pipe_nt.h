/* Pipes by the native calls; see pipe_nt.c. */
#ifndef WINDLASS_PIPE_NT_H
#define WINDLASS_PIPE_NT_H

#include "file.h"
#include "nt.h"

/* The root directory of all pipes; NULL out of memory. */
struct file *pipe_open_root(ACCESS_MASK access);

/* True: the name is a pipe's, or the root directory of pipes, and *status says what came of it. */
bool pipe_open_native(const OBJECT_ATTRIBUTES *attributes, ACCESS_MASK access, ULONG options, struct file **file,
                      NTSTATUS *status);

/* FilePipeInformation and FilePipeLocalInformation. */
NTSTATUS pipe_query_information(struct file *file, int class, void *buffer, size_t size, size_t *done);
/* FilePipeInformation. */
NTSTATUS pipe_set_information(struct file *file, const void *buffer);

#endif
