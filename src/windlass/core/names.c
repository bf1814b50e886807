#include "names.h"

#include "codepage.h"
#include "namespace.h"

HANDLE create_named(struct object *object, const WCHAR *name, ACCESS_MASK access,
                    const SECURITY_ATTRIBUTES *attributes) {
    HANDLE handle;
    if (!object) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    NTSTATUS status =
        named_handle_new(object, name, name ? wide_length(name) : 0, access, handle_flags_from(attributes), &handle);
    object_release(object);
    set_last_error(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : win32_from_status(status));
    return handle;
}

HANDLE create_named_ansi(struct object *object, const char *name, ACCESS_MASK access,
                         const SECURITY_ATTRIBUTES *attributes) {
    WCHAR *wide = name ? wide_from_ansi(name) : NULL;
    if (name && !wide) {
        object_release(object);
        object = NULL;
    }
    HANDLE handle = create_named(object, wide, access, attributes);
    free(wide);
    return handle;
}

HANDLE open_named(const struct object_type *type, const WCHAR *name, ACCESS_MASK access, BOOL inherit) {
    HANDLE handle;
    if (!name) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    NTSTATUS status =
        named_handle_open(type, name, wide_length(name), access, inherit ? HANDLE_FLAG_INHERIT : 0, &handle);
    if (!NT_SUCCESS(status))
        set_last_error(win32_from_status(status));
    return handle;
}

HANDLE open_named_ansi(const struct object_type *type, const char *name, ACCESS_MASK access, BOOL inherit) {
    WCHAR *wide = name ? wide_from_ansi(name) : NULL;
    if (name && !wide) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    HANDLE handle = open_named(type, wide, access, inherit);
    free(wide);
    return handle;
}
