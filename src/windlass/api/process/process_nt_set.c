/* NtSetInformationProcess, and what it sets that has no Win32 function. */
#include <sys/syscall.h>
#include <unistd.h>

#include "nt.h"
#include "process_nt.h"

#define PROCESS_SET_INFORMATION 0x200u

/* ---- priority of input and output ---- */

/* IO_PRIORITY_HINT. Critical is the memory manager's own. */
enum { IoPriorityVeryLow, IoPriorityLow, IoPriorityNormal, IoPriorityHigh, IoPriorityCritical };

/* The host's, in a class's upper three bits: best effort has levels from 0, the highest, to 7. */
enum { IOPRIO_WHO_PROCESS = 1, IOPRIO_NONE = 0, IOPRIO_REALTIME = 1, IOPRIO_BEST_EFFORT = 2, IOPRIO_IDLE = 3,
       IOPRIO_SHIFT = 13, IOPRIO_LEVELS = 7, IOPRIO_NORMAL = 4 };

ULONG process_io_priority(pid_t id) {
    long value = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, id);
    long class = value >> IOPRIO_SHIFT, level = value & IOPRIO_LEVELS;
    if (value < 0 || class == IOPRIO_NONE)
        return IoPriorityNormal;
    return class == IOPRIO_IDLE                                ? IoPriorityVeryLow
           : class == IOPRIO_REALTIME || level < IOPRIO_NORMAL ? IoPriorityHigh
           : level > IOPRIO_NORMAL                             ? IoPriorityLow
                                                               : IoPriorityNormal;
}

static bool set_io_priority_of(pid_t thread, void *value) {
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, thread, *(const int *)value);
    return true;
}

/* Of all threads: the host keeps one for each. */
static NTSTATUS set_io_priority(pid_t id, ULONG priority) {
    static const int values[] = {
        [IoPriorityVeryLow] = IOPRIO_IDLE << IOPRIO_SHIFT,
        [IoPriorityLow] = IOPRIO_BEST_EFFORT << IOPRIO_SHIFT | IOPRIO_LEVELS,
        [IoPriorityNormal] = IOPRIO_BEST_EFFORT << IOPRIO_SHIFT | IOPRIO_NORMAL,
        [IoPriorityHigh] = IOPRIO_BEST_EFFORT << IOPRIO_SHIFT,
    };
    if (priority > IoPriorityCritical)
        return STATUS_INVALID_PARAMETER;
    if (priority == IoPriorityCritical)
        return STATUS_PRIVILEGE_NOT_HELD;
    int value = values[priority];
    if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, id, value))
        return STATUS_ACCESS_DENIED;
    host_thread_each(id, set_io_priority_of, &value);
    return STATUS_SUCCESS;
}

/* ---- the function ---- */

API_USE(BOOL, SetProcessAffinityMask, HANDLE, DWORD_PTR);
API_USE(BOOL, SetProcessPriorityBoost, HANDLE, BOOL);
API_USE(BOOL, SetProcessInformation, HANDLE, int, LPVOID, DWORD);

static NTSTATUS set_priority_class(struct process_object *process, const BYTE information[2]) {
    BYTE number = information[1];
    return number && number < PROCESS_PRIORITY_CLASSES &&
                   process_set_priority(process, process_priority_classes[number])
               ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS from_win32(BOOL done) { return done ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER; }

/* Bytes of a class's information; 0: the class is unknown, or not to be set. */
static ULONG size_of(ULONG class) {
    switch (class) {
    case ProcessPriorityClass: return 2;
    case ProcessAffinityMask: return sizeof(ULONG_PTR);
    case ProcessPriorityBoost: case ProcessBreakOnTermination: case ProcessIoPriority: case ProcessExecuteFlags:
    case ProcessPagePriority: return sizeof(ULONG);
    default: return 0;
    }
}

static NTSTATUS set(HANDLE handle, struct process_object *process, ULONG class, PVOID information) {
    enum { ProcessMemoryPriority = 0 };
    const ULONG number = class == ProcessPriorityClass ? 0 : *(const ULONG *)information;
    switch (class) {
    case ProcessPriorityClass: return set_priority_class(process, information);
    case ProcessAffinityMask: return from_win32(api_SetProcessAffinityMask(handle, *(const ULONG_PTR *)information));
    case ProcessPriorityBoost: return from_win32(api_SetProcessPriorityBoost(handle, number != 0));
    case ProcessBreakOnTermination: return number ? STATUS_PRIVILEGE_NOT_HELD : STATUS_SUCCESS;
    case ProcessIoPriority: return set_io_priority(process_id(process), number);
    case ProcessPagePriority:
        return from_win32(api_SetProcessInformation(handle, ProcessMemoryPriority, information, sizeof(ULONG)));
    default: return STATUS_ACCESS_DENIED;            /* ProcessExecuteFlags: what a process may execute is settled */
    }
}

API(ntdll, NTSTATUS, NtSetInformationProcess, HANDLE ProcessHandle, ULONG ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength) {
    NTSTATUS status;
    ULONG size = size_of(ProcessInformationClass);
    if (!size)
        return STATUS_INVALID_INFO_CLASS;
    if (ProcessInformationLength != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *object = handle_object(ProcessHandle, &process_type, PROCESS_SET_INFORMATION, &status);
    if (!object)
        return status;
    status = set(ProcessHandle, (struct process_object *)object, ProcessInformationClass, ProcessInformation);
    object_release(object);
    return status;
}
