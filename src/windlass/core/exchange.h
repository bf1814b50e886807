/* Handles and memory of other processes. Each process that windlass runs, or that has started one, waits at a local address of its
 * own; another process of the user asks it there for an object, brings it one, or lets it allocate memory. */
#ifndef WINDLASS_EXCHANGE_H
#define WINDLASS_EXCHANGE_H

#include "memory.h"
#include "process_object.h"

/* From now on others can reach this process. */
void exchange_begin(void);

/* The object behind a handle of another process, with a reference for the caller; `closes` also closes the handle. */
NTSTATUS exchange_fetch(struct process_object *process, HANDLE handle, bool closes, struct object **object,
                        ACCESS_MASK *access);

/* A handle for the object in another process. */
NTSTATUS exchange_bring(struct process_object *process, struct object *object, ACCESS_MASK access, DWORD flags,
                        HANDLE *handle);

/* memory_perform() in another process. */
NTSTATUS exchange_memory(struct process_object *process, struct memory_request *request);

#endif
