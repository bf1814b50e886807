/* Attributes of a process to be started ("InitializeProcThreadAttributeList function", "UpdateProcThreadAttribute
 * function"). The list lies in the caller's memory; create_process.py reads it. */
#include "nt.h"

#define ERROR_OBJECT_NAME_EXISTS 698u

typedef struct {
    ULONG_PTR attribute;
    PVOID value;                                     /* the caller keeps it while the list is in use */
    SIZE_T size;
} ATTRIBUTE;

typedef struct {
    DWORD flags, capacity, count, reserved[3];
    ATTRIBUTE attributes[];
} ATTRIBUTE_LIST;
_Static_assert(offsetof(ATTRIBUTE_LIST, attributes) == 24, "create_process.py reads it");

API(kernel32 kernelbase, BOOL, InitializeProcThreadAttributeList, ATTRIBUTE_LIST *lpAttributeList, DWORD dwAttributeCount,
    DWORD dwFlags, PSIZE_T lpSize) {
    if (dwFlags)
        return fail(ERROR_INVALID_PARAMETER);
    SIZE_T needed = sizeof(ATTRIBUTE_LIST) + dwAttributeCount * sizeof(ATTRIBUTE);
    bool fits = lpAttributeList && *lpSize >= needed;
    *lpSize = needed;
    if (!fits)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    *lpAttributeList = (ATTRIBUTE_LIST){.capacity = dwAttributeCount};
    return TRUE;
}

/* What the size of a value must be: 0 for any number of handles, -1 for what is not known. */
static int size_of(DWORD_PTR attribute) {
    switch (attribute) {
    case 0x20002:                                    /* PROC_THREAD_ATTRIBUTE_HANDLE_LIST */
    case 0x2000d: return 0;                          /* JOB_LIST */
    case 0x20000:                                    /* PARENT_PROCESS */
    case 0x20016: return sizeof(HANDLE);             /* PSEUDOCONSOLE */
    case 0x30003: return 16;                         /* GROUP_AFFINITY */
    case 0x20009: return 24;                         /* SECURITY_CAPABILITIES */
    case 0x30005:                                    /* IDEAL_PROCESSOR */
    case 0x2000b:                                    /* PROTECTION_LEVEL */
    case 0x2000e:                                    /* CHILD_PROCESS_POLICY */
    case 0x2000f:                                    /* ALL_APPLICATION_PACKAGES_POLICY */
    case 0x20012: return sizeof(DWORD);              /* DESKTOP_APP_POLICY */
    case 0x20004:                                    /* PREFERRED_NODE */
    case 0x20019: return sizeof(WORD);               /* MACHINE_TYPE */
    default: return -1;
    }
}

/* A mitigation policy has 4, 8 or 16 bytes, and 24 for both of its kinds together. */
static bool size_is_good(DWORD_PTR attribute, SIZE_T size) {
    if (attribute == 0x20007 || attribute == 0x20018)
        return size == 4 || size == 8 || size == 16 || size == 24;
    int wanted = size_of(attribute);
    return wanted ? size == (SIZE_T)wanted : size && size % sizeof(HANDLE) == 0;
}

API(kernel32 kernelbase, BOOL, UpdateProcThreadAttribute, ATTRIBUTE_LIST *lpAttributeList, DWORD dwFlags,
    DWORD_PTR Attribute, PVOID lpValue, SIZE_T cbSize, PVOID lpPreviousValue, PSIZE_T lpReturnSize) {
    if (dwFlags || lpPreviousValue || lpReturnSize)
        return fail(ERROR_INVALID_PARAMETER);
    if (size_of(Attribute) < 0 && Attribute != 0x20007 && Attribute != 0x20018)
        return fail(ERROR_NOT_SUPPORTED);
    if (!size_is_good(Attribute, cbSize))
        return fail(ERROR_BAD_LENGTH);
    for (DWORD i = 0; i < lpAttributeList->count; i++)
        if (lpAttributeList->attributes[i].attribute == Attribute)
            return fail(ERROR_OBJECT_NAME_EXISTS);
    if (lpAttributeList->count == lpAttributeList->capacity)
        return fail(ERROR_GEN_FAILURE);
    lpAttributeList->attributes[lpAttributeList->count++] = (ATTRIBUTE){Attribute, lpValue, cbSize};
    return TRUE;
}

API(kernel32 kernelbase, void, DeleteProcThreadAttributeList, ATTRIBUTE_LIST *lpAttributeList) {
    lpAttributeList->count = lpAttributeList->capacity = 0;
}
