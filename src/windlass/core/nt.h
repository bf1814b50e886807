/* Structures of ntdll's native interface that several API files use. */
#ifndef WINDLASS_NT_H
#define WINDLASS_NT_H

#include "api.h"
#include "codepage.h"
#include "handle.h"

#define OBJ_INHERIT 0x2u
#define OBJ_OPENIF 0x80u
#define OBJ_DONT_REPARSE 0x1000u

typedef struct {
    ULONG Length;
    HANDLE RootDirectory;
    UNICODE_STRING *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor, SecurityQualityOfService;
} OBJECT_ATTRIBUTES;

typedef struct { HANDLE UniqueProcess, UniqueThread; } CLIENT_ID;

/* For Win32 functions that are an NT function: FALSE and the last error for a failure. */
static inline BOOL succeed_or_fail(NTSTATUS status) {
    return NT_SUCCESS(status) ? TRUE : fail(win32_from_status(status));
}

/* Whether a native name begins so, in any case. */
static inline bool nt_name_begins(const UNICODE_STRING *name, const WCHAR *prefix) {
    size_t length = wide_length(prefix);
    return name->Length / sizeof(WCHAR) >= length && wide_compare_no_case(name->Buffer, length, prefix, length) == 0;
}

/* A handle for a new object with the attributes' name, or with OBJ_OPENIF for the one that has it. Takes over the
 * reference; NULL: STATUS_NO_MEMORY. */
NTSTATUS nt_create(struct object *object, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes, HANDLE *handle);
NTSTATUS nt_open(const struct object_type *type, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes,
                 HANDLE *handle);

#endif
