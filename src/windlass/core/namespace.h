/* The names of kernel objects ("Kernel object namespaces", "CreateEventW function"): case-sensitive, for all types and all
 * processes of a user, gone with the last handle in the last process. There are two namespaces, as in an interactive
 * session: "Global\", and the session's own, which "Local\", "Session\n\" and no prefix mean alike.
 *
 * This process knows the names of its own objects; the files of shared.h stand for those of all. Names of types that
 * cannot be shared, and all names where there is no place to share, are the process's own. */
#ifndef WINDLASS_NAMESPACE_H
#define WINDLASS_NAMESPACE_H

#include "handle.h"

/* A handle for a new object that is to have this name (none when length is 0). When the name is taken by an object of
 * the same type, the handle is for that one and the result is STATUS_OBJECT_NAME_EXISTS; by one of another type:
 * STATUS_OBJECT_TYPE_MISMATCH. The caller keeps its reference to `object`. */
NTSTATUS named_handle_new(struct object *object, const WCHAR *name, size_t length, ACCESS_MASK access, DWORD flags,
                          HANDLE *handle);

/* A handle for an existing object. */
NTSTATUS named_handle_open(const struct object_type *type, const WCHAR *name, size_t length, ACCESS_MASK access,
                           DWORD flags, HANDLE *handle);

/* The object behind a descriptor from a parent process (shared.h), known by its name from now on; NULL. */
struct object *named_object_adopt(const struct object_type *type, int fd);

/* Gives an unnamed object a file that other processes can find by looking at all of them ("u.ID.NUMBER"); false: there is
 * no place for it. */
bool object_publish(struct object *object);

/* From handle.c: takes back a handle's count, and the object's name with the last one. True when it was the last. */
bool object_drop_handle_count(struct object *object);

/* The name without prefix; NULL: none. Valid while a handle is open. */
const WCHAR *object_name(const struct object *object, size_t *length, bool *is_global);

#endif
