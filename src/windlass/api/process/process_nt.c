/* NtQueryInformationProcess ("NtQueryInformationProcess function") and what Win32 makes of it. */
#include <unistd.h>

#include "codepage.h"
#include "guard.h"
#include "memory.h"
#include "nt.h"
#include "path.h"
#include "process_nt.h"
#include "wait.h"

#define STATUS_PORT_NOT_SET ((NTSTATUS)0xC0000353)
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u

enum { NORMAL_BASE_PRIORITY = 8 };

/* Where an answer goes. */
struct answer {
    PVOID buffer;
    ULONG size, needed;
};

static NTSTATUS put(struct answer *answer, const void *facts, ULONG size) {
    answer->needed = size;
    if (answer->size != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(answer->buffer, facts, size);
    return STATUS_SUCCESS;
}

static NTSTATUS put_number(struct answer *answer, ULONG number) { return put(answer, &number, sizeof number); }
static NTSTATUS put_pointer(struct answer *answer, ULONG_PTR number) { return put(answer, &number, sizeof number); }

typedef struct {
    NTSTATUS ExitStatus;
    PEB *PebBaseAddress;
    ULONG_PTR AffinityMask;
    LONG BasePriority;
    ULONG_PTR UniqueProcessId, InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION;
_Static_assert(sizeof(PROCESS_BASIC_INFORMATION) == 48, "PROCESS_BASIC_INFORMATION");

static NTSTATUS put_basic(struct process_object *process, struct answer *answer) {
    struct host_process facts;
    dispatcher_acquire();
    process_has_ended(process);
    DWORD code = process->exit_code;
    process_times(process, &facts);
    dispatcher_release();
    uintptr_t peb = !process->id ? (uintptr_t)&process_peb : process->block ? process->block->peb : 0;
    const PROCESS_BASIC_INFORMATION information = {
        (NTSTATUS)code, (PEB *)peb, processor_mask(), NORMAL_BASE_PRIORITY, (ULONG_PTR)process_id(process),
        (ULONG_PTR)facts.parent};
    return put(answer, &information, sizeof information);
}

static NTSTATUS put_times(struct process_object *process, struct answer *answer) {
    struct host_process facts = {0};
    dispatcher_acquire();
    int64_t ended_at = process_has_ended(process) ? process->ended_at : 0;
    process_times(process, &facts);
    dispatcher_release();
    const int64_t times[4] = {facts.start ? host_process_created(&facts) : 0, ended_at, (int64_t)facts.kernel_time,
                              (int64_t)facts.user_time};
    return put(answer, times, sizeof times);
}

/* VM_COUNTERS, or VM_COUNTERS_EX with PrivateUsage. */
static NTSTATUS put_memory(struct process_object *process, struct answer *answer) {
    struct host_memory memory;
    struct host_process facts;
    if (!host_memory_read(process_id(process), &memory) || !host_process_read(process_id(process), &facts))
        return STATUS_ACCESS_DENIED;
    const SIZE_T counters[12] = {memory.peak_virtual, facts.virtual_size, facts.page_faults, memory.peak_resident,
                                 memory.resident, 0, 0, 0, 0, memory.private_bytes, memory.private_bytes,
                                 memory.private_bytes};
    return put(answer, counters, answer->size == 11 * sizeof(SIZE_T) ? 11 * sizeof(SIZE_T) : sizeof counters);
}

static NTSTATUS put_image(struct process_object *process, bool native, struct answer *answer) {
    size_t length;
    WCHAR *path = process_image(process, native, &length);
    if (!path)
        return STATUS_ACCESS_DENIED;
    NTSTATUS status = handle_put_name(path, length, answer->buffer, answer->size, &answer->needed);
    free(path);
    return status;
}

static NTSTATUS put_command_line(const struct process_object *process, struct answer *answer) {
    size_t length;
    WCHAR *line = process_command_line(process, &length);
    if (!line)
        return STATUS_ACCESS_DENIED;
    NTSTATUS status = handle_put_name(line, length, answer->buffer, answer->size, &answer->needed);
    free(line);
    return status;
}

/* PROCESS_PRIORITY_CLASS_* by number. */
const DWORD process_priority_classes[PROCESS_PRIORITY_CLASSES] = {0, 0x40, 0x20, 0x80, 0x100, 0x4000, 0x8000};

static NTSTATUS put_priority(struct process_object *process, struct answer *answer) {
    DWORD priority = process_priority(process);
    BYTE information[2] = {FALSE, 2};
    for (BYTE i = 1; i < PROCESS_PRIORITY_CLASSES; i++)
        if (process_priority_classes[i] == priority)
            information[1] = i;
    return put(answer, information, sizeof information);
}

static NTSTATUS query(struct process_object *process, ULONG class, struct answer *answer) {
    switch (class) {
    case ProcessBasicInformation: return put_basic(process, answer);
    case ProcessVmCounters: return put_memory(process, answer);
    case ProcessTimes: return put_times(process, answer);
    case ProcessDebugPort:                           /* nobody debugs it */
    case ProcessWow64Information: return put_pointer(answer, 0);
    case ProcessPriorityClass: return put_priority(process, answer);
    case ProcessHandleCount: return process->id ? STATUS_NOT_SUPPORTED : put_number(answer, handle_count());
    case ProcessPriorityBoost:                       /* it is not disabled */
    case ProcessBreakOnTermination: return put_number(answer, 0);
    case ProcessSessionInformation: return put_number(answer, process_peb.SessionId);
    case ProcessImageFileName: return put_image(process, true, answer);
    case ProcessImageFileNameWin32: return put_image(process, false, answer);
    case ProcessDebugObjectHandle: return STATUS_PORT_NOT_SET;
    case ProcessDebugFlags: return put_number(answer, 1); /* children are not debugged */
    case ProcessIoPriority: return put_number(answer, process_io_priority(process_id(process)));
    case ProcessExecuteFlags: return put_number(answer, 0xd); /* DEP for all, and for good */
    case ProcessCommandLineInformation: return put_command_line(process, answer);
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

API(ntdll, NTSTATUS, NtQueryInformationProcess, HANDLE ProcessHandle, ULONG ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength, PULONG ReturnLength) {
    NTSTATUS status;
    struct answer answer = {ProcessInformation, ProcessInformationLength, 0};
    struct object *object = handle_object(ProcessHandle, &process_type, PROCESS_QUERY_LIMITED_INFORMATION, &status);
    if (!object)
        return status;
    status = query((struct process_object *)object, ProcessInformationClass, &answer);
    object_release(object);
    if (ReturnLength)
        *ReturnLength = answer.needed;
    return status;
}

/* ---- groups of processors: there is one ---- */

API(kernel32 kernelbase, BOOL, GetProcessGroupAffinity, HANDLE hProcess, USHORT *GroupCount, USHORT *GroupArray) {
    struct object *process = handle_object_or_fail(hProcess, &process_type, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    object_release(process);
    USHORT room = *GroupCount;
    *GroupCount = 1;
    if (room < 1)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    GroupArray[0] = 0;
    return TRUE;
}

/* ---- protection against exploits ("SetProcessMitigationPolicy function") ---- */

enum { ProcessDEPPolicy, ProcessControlFlowGuardPolicy = 7, POLICIES = 20 };

/* What the process was set to. Only DEP is the host's to grant, and it does: data is never executable. */
static DWORD policies[POLICIES];

static DWORD policy_size(ULONG policy) { return policy == ProcessDEPPolicy ? 8 : policy == 6 ? 8 : 4; }

API(kernel32 kernelbase, BOOL, GetProcessMitigationPolicy, HANDLE hProcess, ULONG MitigationPolicy, PVOID lpBuffer,
    SIZE_T dwLength) {
    struct object *process = handle_object_or_fail(hProcess, &process_type, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    bool is_own = process == current_process_object();
    object_release(process);
    if (MitigationPolicy >= POLICIES || dwLength < policy_size(MitigationPolicy))
        return fail(ERROR_INVALID_PARAMETER);
    memset(lpBuffer, 0, dwLength);
    if (MitigationPolicy == ProcessDEPPolicy) {
        ((DWORD *)lpBuffer)[0] = 1;                  /* Enable */
        ((BYTE *)lpBuffer)[4] = TRUE;                /* Permanent */
    } else if (is_own) {
        *(DWORD *)lpBuffer = MitigationPolicy == ProcessControlFlowGuardPolicy ? guard_is_on()
                                                                               : policies[MitigationPolicy];
    }
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetProcessMitigationPolicy, ULONG MitigationPolicy, const DWORD *lpBuffer, SIZE_T dwLength) {
    if (MitigationPolicy == ProcessDEPPolicy)        /* "cannot be changed in 64-bit processes" */
        return fail(ERROR_NOT_SUPPORTED);
    if (MitigationPolicy >= POLICIES || dwLength != policy_size(MitigationPolicy))
        return fail(ERROR_INVALID_PARAMETER);
    if (MitigationPolicy == ProcessControlFlowGuardPolicy) /* it is decided when a process starts */
        return fail(ERROR_ACCESS_DENIED);
    policies[MitigationPolicy] = *lpBuffer;
    return TRUE;
}

enum { DEP_ALWAYS_ON = 1, PROCESS_DEP_ENABLE = 1 };

API(kernel32 kernelbase, UINT, GetSystemDEPPolicy, void) { return DEP_ALWAYS_ON; }

/* Both are for 32-bit processes only. */
API(kernel32, BOOL, SetProcessDEPPolicy, DWORD dwFlags) {
    (void)dwFlags;
    return fail(ERROR_NOT_SUPPORTED);
}

API(kernel32, BOOL, GetProcessDEPPolicy, HANDLE hProcess, LPDWORD lpFlags, PBOOL lpPermanent) {
    (void)hProcess, (void)lpFlags, (void)lpPermanent;
    return fail(ERROR_NOT_SUPPORTED);
}

/* The version of Windows that the program was made for: this system's, as 0 stands for the caller alone. */
API(kernel32 kernelbase, DWORD, GetProcessVersion, DWORD ProcessId) {
    if (ProcessId && ProcessId != (DWORD)getpid())
        return (DWORD)fail(ERROR_NOT_SUPPORTED);
    return process_peb.OSMajorVersion << 16 | process_peb.OSMinorVersion;
}
