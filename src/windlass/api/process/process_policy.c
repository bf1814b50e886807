/* Hints and policies of processes ("SetProcessInformation function", "GetProcessInformation function"). The host's
 * scheduler and memory manager take none of these hints: they are kept for those who ask. */
#include <stdatomic.h>

#include "nt.h"
#include "process_object.h"

#define PROCESS_SET_INFORMATION 0x200u
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u

enum process_information {
    PROCESS_MEMORY_PRIORITY, PROCESS_MEMORY_EXHAUSTION, PROCESS_APP_MEMORY, PROCESS_IN_PRIVATE, PROCESS_POWER_THROTTLING,
    PROCESS_RESERVED, PROCESS_TELEMETRY, PROCESS_PROTECTION_LEVEL, PROCESS_LEAP_SECOND, PROCESS_MACHINE_TYPE,
    PROCESS_INFORMATION_CLASSES
};

typedef struct { ULONG Version, ControlMask, StateMask; } PROCESS_POWER_THROTTLING_STATE;
typedef struct { USHORT Version, Reserved; ULONG Type; ULONG_PTR Value; } PROCESS_MEMORY_EXHAUSTION_INFO;
typedef struct { ULONG Flags, Reserved; } PROCESS_LEAP_SECOND_INFO;
typedef struct { USHORT ProcessMachine, Reserved; ULONG MachineAttributes; } PROCESS_MACHINE_INFORMATION;

enum { MEMORY_PRIORITY_VERY_LOW = 1, MEMORY_PRIORITY_NORMAL = 5, THROTTLING_KNOWN = 5 };
#define PROTECTION_LEVEL_NONE 0xFFFFFFFEu

/* Of this process; others keep their own. */
static _Atomic ULONG memory_priority = MEMORY_PRIORITY_NORMAL;
static _Atomic ULONG throttling_control, throttling_state;

static bool has_process(HANDLE handle, ACCESS_MASK access) {
    struct object *process = handle_object_or_fail(handle, &process_type, access);
    if (process)
        object_release(process);
    return process != NULL;
}

static DWORD set_memory_priority(const ULONG *priority) {
    if (*priority < MEMORY_PRIORITY_VERY_LOW || *priority > MEMORY_PRIORITY_NORMAL)
        return ERROR_INVALID_PARAMETER;
    atomic_store(&memory_priority, *priority);
    return ERROR_SUCCESS;
}

static DWORD set_throttling(const PROCESS_POWER_THROTTLING_STATE *state) {
    if (state->Version != 1 || state->ControlMask & ~(ULONG)THROTTLING_KNOWN || state->StateMask & ~state->ControlMask)
        return ERROR_INVALID_PARAMETER;
    atomic_store(&throttling_control, state->ControlMask);
    atomic_store(&throttling_state, state->StateMask);
    return ERROR_SUCCESS;
}

API(kernel32 kernelbase, BOOL, SetProcessInformation, HANDLE hProcess, int ProcessInformationClass,
    LPVOID ProcessInformation, DWORD ProcessInformationSize) {
    static const BYTE sizes[PROCESS_INFORMATION_CLASSES] = {
        [PROCESS_MEMORY_PRIORITY] = sizeof(ULONG),
        [PROCESS_MEMORY_EXHAUSTION] = sizeof(PROCESS_MEMORY_EXHAUSTION_INFO),
        [PROCESS_POWER_THROTTLING] = sizeof(PROCESS_POWER_THROTTLING_STATE),
        [PROCESS_LEAP_SECOND] = sizeof(PROCESS_LEAP_SECOND_INFO),
    };
    if ((unsigned)ProcessInformationClass >= PROCESS_INFORMATION_CLASSES || !sizes[ProcessInformationClass] ||
        !ProcessInformation)
        return fail(ERROR_INVALID_PARAMETER);
    if (ProcessInformationSize != sizes[ProcessInformationClass])
        return fail(ERROR_BAD_LENGTH);
    if (!has_process(hProcess, PROCESS_SET_INFORMATION))
        return FALSE;
    DWORD error = ProcessInformationClass == PROCESS_MEMORY_PRIORITY    ? set_memory_priority(ProcessInformation)
                  : ProcessInformationClass == PROCESS_POWER_THROTTLING ? set_throttling(ProcessInformation)
                                                                        : ERROR_SUCCESS;
    return error ? fail(error) : TRUE;
}

/* Copies the answer when the size is the structure's. */
static BOOL answer(const void *data, DWORD size, LPVOID out, DWORD given) {
    if (given != size)
        return fail(ERROR_BAD_LENGTH);
    memcpy(out, data, size);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessInformation, HANDLE hProcess, int ProcessInformationClass,
    LPVOID ProcessInformation, DWORD ProcessInformationSize) {
    ULONG number = atomic_load(&memory_priority);
    if (!ProcessInformation)
        return fail(ERROR_INVALID_PARAMETER);
    if (!has_process(hProcess, PROCESS_QUERY_LIMITED_INFORMATION))
        return FALSE;
    switch (ProcessInformationClass) {
    case PROCESS_MEMORY_PRIORITY: return answer(&number, sizeof number, ProcessInformation, ProcessInformationSize);
    case PROCESS_POWER_THROTTLING: {
        PROCESS_POWER_THROTTLING_STATE state = {1, atomic_load(&throttling_control), atomic_load(&throttling_state)};
        return answer(&state, sizeof state, ProcessInformation, ProcessInformationSize);
    }
    case PROCESS_PROTECTION_LEVEL:
        number = PROTECTION_LEVEL_NONE;
        return answer(&number, sizeof number, ProcessInformation, ProcessInformationSize);
    case PROCESS_LEAP_SECOND: {
        PROCESS_LEAP_SECOND_INFO none = {0, 0};
        return answer(&none, sizeof none, ProcessInformation, ProcessInformationSize);
    }
    case PROCESS_MACHINE_TYPE: {
        enum { IMAGE_FILE_MACHINE_AMD64 = 0x8664, USER_AND_KERNEL = 3 };
        PROCESS_MACHINE_INFORMATION machine = {IMAGE_FILE_MACHINE_AMD64, 0, USER_AND_KERNEL};
        return answer(&machine, sizeof machine, ProcessInformation, ProcessInformationSize);
    }
    default: return fail(ERROR_INVALID_PARAMETER);
    }
}

/* ---- affinity as the system changes ---- */

enum { AFFINITY_ENABLE_AUTO_UPDATE = 1 };

API(kernel32 kernelbase, BOOL, SetProcessAffinityUpdateMode, HANDLE hProcess, DWORD dwFlags) {
    if (dwFlags & ~(DWORD)AFFINITY_ENABLE_AUTO_UPDATE)
        return fail(ERROR_INVALID_PARAMETER);
    return has_process(hProcess, PROCESS_SET_INFORMATION);
}

API(kernel32 kernelbase, BOOL, QueryProcessAffinityUpdateMode, HANDLE hProcess, LPDWORD lpdwFlags) {
    if (!has_process(hProcess, PROCESS_QUERY_LIMITED_INFORMATION))
        return FALSE;
    if (lpdwFlags)
        *lpdwFlags = 0;
    return TRUE;
}

/* In nanoseconds of processor time, as of threads ("QueryProcessCycleTime function"). */
API_USE(BOOL, GetProcessTimes, HANDLE, FILETIME *, FILETIME *, FILETIME *, FILETIME *);
API(kernel32 kernelbase, BOOL, QueryProcessCycleTime, HANDLE ProcessHandle, ULONG64 *CycleTime) {
    FILETIME created, ended, kernel, user;
    if (!api_GetProcessTimes(ProcessHandle, &created, &ended, &kernel, &user))
        return FALSE;
    ULONG64 ticks = ((ULONG64)kernel.dwHighDateTime << 32 | kernel.dwLowDateTime) +
                    ((ULONG64)user.dwHighDateTime << 32 | user.dwLowDateTime);
    *CycleTime = ticks * 100;
    return TRUE;
}

/* ---- memory that only privileged programs get ---- */

API(kernel32 kernelbase, BOOL, AllocateUserPhysicalPages, HANDLE hProcess, ULONG_PTR *NumberOfPages, ULONG_PTR *UserPfnArray) {
    (void)hProcess, (void)UserPfnArray;
    *NumberOfPages = 0;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}

API(kernel32 kernelbase, BOOL, AllocateUserPhysicalPagesNuma, HANDLE hProcess, ULONG_PTR *NumberOfPages,
    ULONG_PTR *UserPfnArray, DWORD nndPreferred) {
    (void)nndPreferred;
    return api_AllocateUserPhysicalPages(hProcess, NumberOfPages, UserPfnArray);
}

API(kernel32 kernelbase, BOOL, FreeUserPhysicalPages, HANDLE hProcess, ULONG_PTR *NumberOfPages, ULONG_PTR *UserPfnArray) {
    (void)hProcess, (void)UserPfnArray;
    *NumberOfPages = 0;
    return fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, BOOL, MapUserPhysicalPages, PVOID VirtualAddress, ULONG_PTR NumberOfPages,
    ULONG_PTR *UserPfnArray) {
    (void)VirtualAddress, (void)NumberOfPages, (void)UserPfnArray;
    return fail(ERROR_INVALID_PARAMETER);
}

/* The host sizes its cache by itself ("GetSystemFileCacheSize function"). */
API(kernel32 kernelbase, BOOL, GetSystemFileCacheSize, PSIZE_T lpMinimumFileCacheSize, PSIZE_T lpMaximumFileCacheSize,
    LPDWORD lpFlags) {
    enum { FIRST = 0x100000 };
    if (!lpMinimumFileCacheSize || !lpMaximumFileCacheSize || !lpFlags)
        return fail(ERROR_INVALID_PARAMETER);
    *lpMinimumFileCacheSize = FIRST;
    *lpMaximumFileCacheSize = (SIZE_T)1 << 40;
    *lpFlags = 0;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetSystemFileCacheSize, SIZE_T MinimumFileCacheSize, SIZE_T MaximumFileCacheSize,
    DWORD Flags) {
    (void)MinimumFileCacheSize, (void)MaximumFileCacheSize, (void)Flags;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}
