/* Handles ("Handle and Object Functions"). */
#include "handle.h"

#include "codepage.h"
#include "exchange.h"
#include "namespace.h"
#include "nt.h"

API(ntdll, NTSTATUS, NtClose, HANDLE Handle) { return handle_close(Handle); }

API(kernel32 kernelbase, BOOL, CloseHandle, HANDLE hObject) { return succeed_or_fail(handle_close(hObject)); }

#define PROCESS_DUP_HANDLE 0x0040u

/* The process behind a handle, with a reference. */
static struct process_object *process_of(HANDLE handle, NTSTATUS *status) {
    const struct object_type *type = current_process_object()->type;
    return (struct process_object *)handle_object(handle, type, PROCESS_DUP_HANDLE, status);
}

static bool is_own(const struct process_object *process) { return process_id(process) == getpid(); }

/* The object behind a handle of the process, and what the handle allows. `closes`: another process's is closed. */
static NTSTATUS take_object(struct process_object *source, HANDLE handle, bool closes, struct object **object,
                            ACCESS_MASK *access) {
    NTSTATUS status;
    DWORD flags;
    if (!is_own(source))
        return exchange_fetch(source, handle, closes, object, access);
    *object = handle_object(handle, NULL, 0, &status);
    if (!*object)
        return status;
    if (handle_query(handle, &flags, access))
        *access = (*object)->type->all_access;       /* the pseudo handles */
    return STATUS_SUCCESS;
}

static NTSTATUS put_object(struct process_object *target, struct object *object, ACCESS_MASK access, DWORD flags,
                           HANDLE *handle) {
    if (!is_own(target))
        return exchange_bring(target, object, access, flags, handle);
    *handle = handle_new(object, access, flags);
    return *handle ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* Without a target the source's handle is closed, at most. */
static NTSTATUS duplicate_between(struct process_object *source, HANDLE handle, struct process_object *target,
                                  HANDLE *copy, ACCESS_MASK access, DWORD flags, DWORD options) {
    struct object *object;
    ACCESS_MASK granted;
    NTSTATUS status = take_object(source, handle, options & DUPLICATE_CLOSE_SOURCE, &object, &granted);
    if (status)
        return status;
    if (!(options & DUPLICATE_SAME_ACCESS))
        granted = access_from_generic(object, access);
    if (target)
        status = put_object(target, object, granted, flags, copy);
    /* Last, so that there is no moment in which nobody serves a pipe; also after a failure ("DuplicateHandle function"). */
    if (options & DUPLICATE_CLOSE_SOURCE && is_own(source))
        handle_close(handle);
    object_release(object);
    return status;
}

API(ntdll, NTSTATUS, NtDuplicateObject, HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle,
    PHANDLE TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options) {
    enum { DUPLICATE_SAME_ATTRIBUTES = 4 };
    NTSTATUS status = STATUS_SUCCESS;
    DWORD flags = HandleAttributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0;
    struct process_object *source = process_of(SourceProcessHandle, &status), *target = NULL;
    if (source && TargetProcessHandle)
        target = process_of(TargetProcessHandle, &status);
    if (source && Options & DUPLICATE_SAME_ATTRIBUTES && is_own(source)) {
        ACCESS_MASK access;
        handle_query(SourceHandle, &flags, &access);
    }
    HANDLE copy, *place = TargetHandle ? TargetHandle : &copy;
    if (source && (target || !TargetProcessHandle)) {
        bool is_local = is_own(source) && (!target || is_own(target));
        status = is_local ? handle_duplicate(SourceHandle, target ? TargetHandle : NULL, DesiredAccess, flags, Options)
                          : duplicate_between(source, SourceHandle, target, place, DesiredAccess, flags, Options);
    }
    object_release(source ? &source->object : NULL);
    object_release(target ? &target->object : NULL);
    return status;
}

API(kernel32 kernelbase, BOOL, DuplicateHandle, HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
    HANDLE hTargetProcessHandle, LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle,
    DWORD dwOptions) {
    return succeed_or_fail(api_NtDuplicateObject(hSourceProcessHandle, hSourceHandle, hTargetProcessHandle,
                                                 lpTargetHandle, dwDesiredAccess, bInheritHandle ? OBJ_INHERIT : 0,
                                                 dwOptions));
}

API(kernel32 kernelbase, BOOL, GetHandleInformation, HANDLE hObject, LPDWORD lpdwFlags) {
    ACCESS_MASK access;
    return succeed_or_fail(handle_query(hObject, lpdwFlags, &access));
}

API(kernel32 kernelbase, BOOL, SetHandleInformation, HANDLE hObject, DWORD dwMask, DWORD dwFlags) {
    if (dwMask & ~(DWORD)(HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE))
        return fail(ERROR_INVALID_PARAMETER);
    return succeed_or_fail(handle_set_flags(hObject, dwMask, dwFlags));
}

API(ntdll, NTSTATUS, NtCompareObjects, HANDLE FirstObjectHandle, HANDLE SecondObjectHandle) {
    NTSTATUS status;
    struct object *first = handle_object(FirstObjectHandle, NULL, 0, &status);
    struct object *second = handle_object(SecondObjectHandle, NULL, 0, &status);
    status = !first || !second ? STATUS_INVALID_HANDLE : first == second ? STATUS_SUCCESS : STATUS_NOT_SAME_OBJECT;
    object_release(first);
    object_release(second);
    return status;
}

API(kernel32 kernelbase, BOOL, CompareObjectHandles, HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle) {
    return succeed_or_fail(api_NtCompareObjects(hFirstObjectHandle, hSecondObjectHandle));
}

/* There is no limit to be raised. */
API(kernel32 kernelbase, UINT, SetHandleCount, UINT uNumber) { return uNumber; }

API(kernel32 kernelbase, HANDLE, GetStdHandle, DWORD nStdHandle) {
    HANDLE handle = std_handle(nStdHandle);
    if (handle == INVALID_HANDLE_VALUE && nStdHandle + 12 > 2)
        set_last_error(ERROR_INVALID_HANDLE);
    return handle;
}

API(kernel32 kernelbase, BOOL, SetStdHandle, DWORD nStdHandle, HANDLE hHandle) {
    return std_handle_set(nStdHandle, hHandle) ? TRUE : fail(ERROR_INVALID_HANDLE);
}

API(kernel32 kernelbase, BOOL, SetStdHandleEx, DWORD nStdHandle, HANDLE hHandle, PHANDLE phPrevValue) {
    if (phPrevValue)
        *phPrevValue = std_handle(nStdHandle);
    return api_SetStdHandle(nStdHandle, hHandle);
}

/* ---- NtQueryObject ---- */

enum { ObjectBasicInformation, ObjectNameInformation, ObjectTypeInformation, ObjectTypesInformation,
       ObjectHandleFlagInformation };

typedef struct {
    ULONG Attributes;
    ACCESS_MASK GrantedAccess;
    ULONG HandleCount, PointerCount, PagedPoolUsage, NonPagedPoolUsage, Reserved[3];
    ULONG NameInformationLength, TypeInformationLength, SecurityDescriptorLength;
    LARGE_INTEGER CreateTime;
} OBJECT_BASIC_INFORMATION;

static NTSTATUS query_name(struct object *object, PVOID buffer, ULONG size, ULONG *needed) {
    static const WCHAR session[] = u"\\Sessions\\1\\BaseNamedObjects\\", directory_of_all[] = u"\\BaseNamedObjects\\";
    enum { LONGEST = 0x7fff };
    size_t length;
    bool is_global;
    const WCHAR *name = object_name(object, &length, &is_global);
    const WCHAR *directory = is_global ? directory_of_all : session;
    const size_t directory_length = wide_length(directory);
    if (object->type->query_name)
        return object->type->query_name(object, buffer, size, needed);
    if (!name) {
        *needed = sizeof(UNICODE_STRING);
        if (size < *needed)
            return STATUS_INFO_LENGTH_MISMATCH;
        *(UNICODE_STRING *)buffer = (UNICODE_STRING){0, 0, NULL};
        return STATUS_SUCCESS;
    }
    WCHAR full[LONGEST];
    if (length > LONGEST - directory_length)
        length = LONGEST - directory_length;
    memcpy(full, directory, directory_length * sizeof *full);
    memcpy(full + directory_length, name, length * sizeof *full);
    return handle_put_name(full, directory_length + length, buffer, size, needed);
}

/* Windows numbers its types from 2 on, in an order that differs between versions. */
BYTE object_type_index(const struct object_type *type) {
    static const char *const names[] = {
        "Directory", "SymbolicLink", "Token", "Job", "Process", "Thread", "IoCompletionReserve", "Event", "Mutant",
        "Semaphore", "Timer", "IRTimer", "KeyedEvent", "WindowStation", "Desktop", "TpWorkerFactory", "IoCompletion",
        "WaitCompletionPacket", "File", "Section", "Key", "DebugObject"};
    enum { FIRST = 3, COUNT = sizeof names / sizeof *names };
    BYTE index = 0;
    while (index < COUNT && strcmp(names[index], type->name) != 0)
        index++;
    return FIRST + index;
}

static NTSTATUS query_type(const struct object *object, PVOID buffer, ULONG size, ULONG *needed) {
    /* OBJECT_TYPE_INFORMATION (PUBLIC_OBJECT_TYPE_INFORMATION) */
    enum { TYPE_INFORMATION_SIZE = 0x68, TYPE_INDEX_OFFSET = 0x5a };
    WCHAR name[32];
    size_t length = 0;
    for (; object->type->name[length]; length++)
        name[length] = (WCHAR)object->type->name[length];
    *needed = (ULONG)(TYPE_INFORMATION_SIZE + (length + 1) * sizeof *name);
    if (size < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(buffer, 0, TYPE_INFORMATION_SIZE);
    ((BYTE *)buffer)[TYPE_INDEX_OFFSET] = object_type_index(object->type);
    WCHAR *copy = (WCHAR *)((char *)buffer + TYPE_INFORMATION_SIZE);
    memcpy(copy, name, length * sizeof *copy);
    copy[length] = 0;
    *(UNICODE_STRING *)buffer = (UNICODE_STRING){(USHORT)(2 * length), (USHORT)(2 * length + 2), copy};
    return STATUS_SUCCESS;
}

static NTSTATUS query_basic(const struct object *object, ACCESS_MASK access, DWORD flags, PVOID buffer, ULONG size,
                            ULONG *needed) {
    OBJECT_BASIC_INFORMATION information = {
        .Attributes = flags & HANDLE_FLAG_INHERIT ? OBJ_INHERIT : 0, .GrantedAccess = access,
        .HandleCount = atomic_load(&object->handles), .PointerCount = atomic_load(&object->references)};
    *needed = sizeof information;
    if (size < sizeof information)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(buffer, &information, sizeof information);
    return STATUS_SUCCESS;
}

static NTSTATUS query_flags(DWORD flags, PVOID buffer, ULONG size, ULONG *needed) {
    *needed = 2;
    if (size < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    BYTE *information = buffer;
    information[0] = !!(flags & HANDLE_FLAG_INHERIT);
    information[1] = !!(flags & HANDLE_FLAG_PROTECT_FROM_CLOSE);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtQueryObject, HANDLE Handle, ULONG ObjectInformationClass, PVOID ObjectInformation,
    ULONG ObjectInformationLength, PULONG ReturnLength) {
    NTSTATUS status;
    DWORD flags;
    ACCESS_MASK access;
    ULONG needed = 0;
    struct object *object = handle_object(Handle, NULL, 0, &status);
    if (!object)
        return status;
    handle_query(Handle, &flags, &access);
    PVOID buffer = ObjectInformation;
    ULONG size = ObjectInformationLength;
    switch (ObjectInformationClass) {
    case ObjectBasicInformation: status = query_basic(object, access, flags, buffer, size, &needed); break;
    case ObjectNameInformation: status = query_name(object, buffer, size, &needed); break;
    case ObjectTypeInformation: status = query_type(object, buffer, size, &needed); break;
    case ObjectHandleFlagInformation: status = query_flags(flags, buffer, size, &needed); break;
    default: status = STATUS_INVALID_INFO_CLASS;
    }
    object_release(object);
    if (ReturnLength)
        *ReturnLength = needed;
    return status;
}

API(ntdll, NTSTATUS, NtSetInformationObject, HANDLE Handle, ULONG ObjectInformationClass, PVOID ObjectInformation,
    ULONG ObjectInformationLength) {
    const BYTE *information = ObjectInformation;
    if (ObjectInformationClass != ObjectHandleFlagInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (ObjectInformationLength < 2)
        return STATUS_INFO_LENGTH_MISMATCH;
    DWORD flags = (information[0] ? HANDLE_FLAG_INHERIT : 0u) |
                  (information[1] ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0u);
    return handle_set_flags(Handle, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, flags);
}
