/* The Win32 way to create and open named objects: name arguments, last error. */
#ifndef WINDLASS_NAMES_H
#define WINDLASS_NAMES_H

#include "handle.h"

/* A handle for a new object, or for the one that has its name already (ERROR_ALREADY_EXISTS, otherwise the last error
 * is cleared). Takes over the reference. `object` NULL: ERROR_NOT_ENOUGH_MEMORY. */
HANDLE create_named(struct object *object, const WCHAR *name, ACCESS_MASK access,
                    const SECURITY_ATTRIBUTES *attributes);
HANDLE create_named_ansi(struct object *object, const char *name, ACCESS_MASK access,
                         const SECURITY_ATTRIBUTES *attributes);

/* A handle for an existing object. */
HANDLE open_named(const struct object_type *type, const WCHAR *name, ACCESS_MASK access, BOOL inherit);
HANDLE open_named_ansi(const struct object_type *type, const char *name, ACCESS_MASK access, BOOL inherit);

#endif
