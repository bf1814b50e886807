/* CPU sets ("CPU Sets"): each processor is one. A selection is a wish that comes after the affinity masks; Linux has no
 * such, so selections are kept and given back. */
#include "nt.h"
#include "thread_object.h"

enum { FIRST_ID = 0x100, MOST = 64 };

typedef struct {
    DWORD Size, Type, Id;
    WORD Group;
    BYTE LogicalProcessorIndex, CoreIndex, LastLevelCacheIndex, NumaNodeIndex, EfficiencyClass, AllFlags;
    DWORD Reserved;
    DWORD64 AllocationTag;
} SYSTEM_CPU_SET_INFORMATION;
_Static_assert(sizeof(SYSTEM_CPU_SET_INFORMATION) == 32, "SYSTEM_CPU_SET_INFORMATION");

typedef struct { ULONG_PTR Mask; WORD Group, Reserved[3]; } GROUP_AFFINITY;

/* The process's own selection; 0: none. */
static _Atomic DWORD_PTR process_selection;

/* The handle is for a process, whose sets are this process's, or NULL. */
API(kernel32 kernelbase, BOOL, GetSystemCpuSetInformation, SYSTEM_CPU_SET_INFORMATION *Information, ULONG BufferLength,
    PULONG ReturnedLength, HANDLE Process, ULONG Flags) {
    DWORD count = processor_count();
    (void)Process;
    if (Flags)
        return fail(ERROR_INVALID_PARAMETER);
    *ReturnedLength = count * (ULONG)sizeof *Information;
    if (BufferLength < *ReturnedLength)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    for (DWORD i = 0; i < count; i++)
        Information[i] = (SYSTEM_CPU_SET_INFORMATION){.Size = sizeof *Information, .Id = FIRST_ID + i,
                                                      .LogicalProcessorIndex = (BYTE)i, .CoreIndex = (BYTE)i};
    return TRUE;
}

/* The mask that the numbers stand for; false: there is no such set. */
static bool mask_from_ids(const ULONG *ids, ULONG count, DWORD_PTR *mask) {
    *mask = 0;
    for (ULONG i = 0; ids && i < count; i++) {
        if (ids[i] - FIRST_ID >= processor_count())
            return fail(ERROR_INVALID_PARAMETER);
        *mask |= (DWORD_PTR)1 << (ids[i] - FIRST_ID);
    }
    return true;
}

static BOOL give_ids(DWORD_PTR mask, ULONG *ids, ULONG room, PULONG needed) {
    *needed = (ULONG)__builtin_popcountll(mask);
    if (room < *needed)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    for (ULONG i = 0, next = 0; i < MOST; i++)
        if (mask >> i & 1)
            ids[next++] = FIRST_ID + i;
    return TRUE;
}

static bool mask_from_groups(const GROUP_AFFINITY *groups, USHORT count, DWORD_PTR *mask) {
    *mask = 0;
    for (USHORT i = 0; groups && i < count; i++) {
        if (groups[i].Group || groups[i].Mask & ~processor_mask())
            return fail(ERROR_INVALID_PARAMETER);
        *mask |= groups[i].Mask;
    }
    return true;
}

static BOOL give_groups(DWORD_PTR mask, GROUP_AFFINITY *groups, USHORT room, USHORT *needed) {
    *needed = mask != 0;
    if (room < *needed)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (mask)
        *groups = (GROUP_AFFINITY){.Mask = mask};
    return TRUE;
}

static _Atomic DWORD_PTR *selection_of(HANDLE thread, struct object **referenced) {
    *referenced = handle_object_or_fail(thread, &thread_type, 0);
    return *referenced ? &((struct thread_object *)*referenced)->cpu_sets : NULL;
}

static BOOL select_for(HANDLE thread, DWORD_PTR mask) {
    struct object *object;
    _Atomic DWORD_PTR *selection = selection_of(thread, &object);
    if (!selection)
        return FALSE;
    atomic_store(selection, mask);
    object_release(object);
    return TRUE;
}

static BOOL selected_for(HANDLE thread, DWORD_PTR *mask) {
    struct object *object;
    _Atomic DWORD_PTR *selection = selection_of(thread, &object);
    if (!selection)
        return FALSE;
    *mask = atomic_load(selection);
    object_release(object);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetThreadSelectedCpuSets, HANDLE Thread, const ULONG *CpuSetIds, ULONG CpuSetIdCount) {
    DWORD_PTR mask;
    return mask_from_ids(CpuSetIds, CpuSetIdCount, &mask) && select_for(Thread, mask);
}

API(kernel32 kernelbase, BOOL, GetThreadSelectedCpuSets, HANDLE Thread, PULONG CpuSetIds, ULONG CpuSetIdCount,
    PULONG RequiredIdCount) {
    DWORD_PTR mask;
    return selected_for(Thread, &mask) && give_ids(mask, CpuSetIds, CpuSetIdCount, RequiredIdCount);
}

API(kernel32 kernelbase, BOOL, SetThreadSelectedCpuSetMasks, HANDLE Thread, const GROUP_AFFINITY *CpuSetMasks,
    USHORT CpuSetMaskCount) {
    DWORD_PTR mask;
    return mask_from_groups(CpuSetMasks, CpuSetMaskCount, &mask) && select_for(Thread, mask);
}

API(kernel32 kernelbase, BOOL, GetThreadSelectedCpuSetMasks, HANDLE Thread, GROUP_AFFINITY *CpuSetMasks,
    USHORT CpuSetMaskCount, USHORT *RequiredMaskCount) {
    DWORD_PTR mask;
    return selected_for(Thread, &mask) && give_groups(mask, CpuSetMasks, CpuSetMaskCount, RequiredMaskCount);
}

API_USE(DWORD, GetProcessId, HANDLE process);

static bool is_this_process(HANDLE process) {
    DWORD id = api_GetProcessId(process);
    return id == (DWORD)(uintptr_t)teb_self()->ProcessId ? true : id ? fail(ERROR_ACCESS_DENIED) : false;
}

API(kernel32 kernelbase, BOOL, SetProcessDefaultCpuSets, HANDLE Process, const ULONG *CpuSetIds, ULONG CpuSetIdCount) {
    DWORD_PTR mask;
    if (!is_this_process(Process) || !mask_from_ids(CpuSetIds, CpuSetIdCount, &mask))
        return FALSE;
    atomic_store(&process_selection, mask);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessDefaultCpuSets, HANDLE Process, PULONG CpuSetIds, ULONG CpuSetIdCount,
    PULONG RequiredIdCount) {
    return is_this_process(Process) && give_ids(atomic_load(&process_selection), CpuSetIds, CpuSetIdCount,
                                                RequiredIdCount);
}

API(kernel32 kernelbase, BOOL, SetProcessDefaultCpuSetMasks, HANDLE Process, const GROUP_AFFINITY *CpuSetMasks,
    USHORT CpuSetMaskCount) {
    DWORD_PTR mask;
    if (!is_this_process(Process) || !mask_from_groups(CpuSetMasks, CpuSetMaskCount, &mask))
        return FALSE;
    atomic_store(&process_selection, mask);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessDefaultCpuSetMasks, HANDLE Process, GROUP_AFFINITY *CpuSetMasks,
    USHORT CpuSetMaskCount, USHORT *RequiredMaskCount) {
    return is_this_process(Process) && give_groups(atomic_load(&process_selection), CpuSetMasks, CpuSetMaskCount,
                                                   RequiredMaskCount);
}
