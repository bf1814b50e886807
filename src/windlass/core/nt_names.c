#include "namespace.h"
#include "nt.h"

static DWORD flags_of(const OBJECT_ATTRIBUTES *attributes) {
    return attributes && attributes->Attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0;
}

NTSTATUS nt_create(struct object *object, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes, HANDLE *handle) {
    const UNICODE_STRING *name = attributes ? attributes->ObjectName : NULL;
    if (!object)
        return STATUS_NO_MEMORY;
    NTSTATUS status = named_handle_new(object, name ? name->Buffer : NULL, name ? name->Length / sizeof(WCHAR) : 0,
                                       access, flags_of(attributes), handle);
    object_release(object);
    if (status != STATUS_OBJECT_NAME_EXISTS || attributes->Attributes & OBJ_OPENIF)
        return status;
    handle_close(*handle);
    *handle = NULL;
    return STATUS_OBJECT_NAME_COLLISION;
}

NTSTATUS nt_open(const struct object_type *type, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes,
                 HANDLE *handle) {
    const UNICODE_STRING *name = attributes ? attributes->ObjectName : NULL;
    if (!name)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    return named_handle_open(type, name->Buffer, name->Length / sizeof(WCHAR), access, flags_of(attributes), handle);
}
