/* Mailslots (mailslot.c). */
#ifndef WINDLASS_MAILSLOT_H
#define WINDLASS_MAILSLOT_H

#include "file.h"

/* A writer's end. STATUS_OBJECT_NAME_NOT_FOUND: nobody reads a mailslot of this name. */
NTSTATUS mailslot_open(const struct file_open_request *request, struct file **file);

/* Writes a message, or waits for one to read. */
NTSTATUS mailslot_transfer(struct file *file, bool writes, void *buffer, size_t size, size_t *done);

/* The same for an overlapped read: it is attempted when the descriptor is ready or the mailslot's time is up. */
void mailslot_prepare(struct io_operation *operation);

void mailslot_close(struct mailslot *slot);
void mailslot_free(struct mailslot *slot);

#endif
