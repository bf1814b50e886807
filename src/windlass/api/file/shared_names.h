/* Folders in which the processes of a user find what they share by name (shared_names.c). */
#ifndef WINDLASS_SHARED_NAMES_H
#define WINDLASS_SHARED_NAMES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The folder of a name, whatever characters that has, among all of one kind ("pipes"). False: there is no folder of the
 * kind, and it cannot be made. */
bool shared_name_path(const char *kind, const char *name, bool make, char path[PATH_MAX]);

/* The folder of all names of the kind. */
bool shared_root_path(const char *kind, char *root, size_t size, bool make);

/* The name's folder, locked until it is closed; -1: there is none, and it is not to be made or cannot be. */
int shared_name_open(const char *kind, const char *name, bool make);

/* Calls visit() for the folders of all names of the kind, each locked: for what processes have left that ended without
 * closing. */
void shared_names_each(const char *kind, void (*visit)(const char *path, int folder));

/* Waits for the lock of a folder that was opened otherwise. */
void shared_name_lock(int folder);

#endif
