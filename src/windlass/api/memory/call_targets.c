/* Which addresses a program that makes code declares to be functions ("SetProcessValidCallTargets function"). */
#include "api.h"
#include "guard.h"
#include "memory.h"
#include "process_object.h"

typedef struct { ULONG_PTR Offset, Flags; } CFG_CALL_TARGET_INFO;

enum { CFG_CALL_TARGET_VALID = 1, CFG_CALL_TARGET_PROCESSED = 2, ALIGNMENT = 16 };

static bool is_executable_memory(uintptr_t begin, SIZE_T size) {
    MEMORY_BASIC_INFORMATION information;
    const DWORD executable = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    return memory_query(begin, &information) && information.State == MEM_COMMIT && information.Protect & executable &&
           begin + size <= (uintptr_t)information.BaseAddress + information.RegionSize;
}

/* What has been done before an entry that is wrong stays done; its flags tell how far that was. */
API(kernelbase, BOOL, SetProcessValidCallTargets, HANDLE hProcess, PVOID VirtualAddress, SIZE_T RegionSize,
    ULONG NumberOfOffsets, CFG_CALL_TARGET_INFO *OffsetInformation) {
    enum { PROCESS_VM_OPERATION = 8 };
    struct object *process = handle_object_or_fail(hProcess, &process_type, PROCESS_VM_OPERATION);
    uintptr_t begin = (uintptr_t)VirtualAddress;
    if (!process)
        return FALSE;
    object_release(process);
    if (process != current_process_object())
        return fail(ERROR_ACCESS_DENIED);
    if (begin % PAGE_SIZE || RegionSize % PAGE_SIZE || !RegionSize || !is_executable_memory(begin, RegionSize))
        return fail(ERROR_INVALID_PARAMETER);
    for (ULONG i = 0; i < NumberOfOffsets; i++) {
        CFG_CALL_TARGET_INFO *each = &OffsetInformation[i];
        if (each->Offset % ALIGNMENT || each->Offset >= RegionSize)
            return fail(ERROR_INVALID_PARAMETER);
        if (!guard_set_target(begin + each->Offset, each->Flags & CFG_CALL_TARGET_VALID))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        each->Flags |= CFG_CALL_TARGET_PROCESSED;
    }
    return TRUE;
}
