/* The names of kernel objects ("Kernel object namespaces", "CreateEventW function"): case-sensitive, one namespace for
 * all types, gone with the last handle. The prefixes "Global\", "Local\" and "Session\n\", and their NT spellings, all
 * mean the one namespace there is. */
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

/* From handle.c: takes back a handle's count, and the object's name with the last one. True when it was the last. */
bool object_drop_handle_count(struct object *object);

/* The name without prefix; NULL: none. Valid while a handle is open. */
const WCHAR *object_name(const struct object *object, size_t *length);

#endif
