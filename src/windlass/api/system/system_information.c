/* NtQuerySystemInformation ("NtQuerySystemInformation function"). */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "codepage.h"
#include "host_process.h"
#include "memory.h"
#include "process_object.h"
#include "system_information.h"

enum {
    SystemBasicInformation = 0, SystemProcessorInformation = 1, SystemPerformanceInformation = 2,
    SystemTimeOfDayInformation = 3, SystemProcessInformation = 5, SystemProcessorPerformanceInformation = 8,
    SystemHandleInformation = 16, SystemInterruptInformation = 23, SystemKernelDebuggerInformation = 35,
    SystemExtendedHandleInformation = 64, SystemProcessIdInformation = 88, SystemCodeIntegrityInformation = 103,
};

typedef struct {
    ULONG Reserved, TimerResolution, PageSize, NumberOfPhysicalPages, LowestPhysicalPageNumber, HighestPhysicalPageNumber,
        AllocationGranularity;
    ULONG_PTR MinimumUserModeAddress, MaximumUserModeAddress, ActiveProcessorsAffinityMask;
    BYTE NumberOfProcessors;
} SYSTEM_BASIC_INFORMATION;
_Static_assert(sizeof(SYSTEM_BASIC_INFORMATION) == 64, "SYSTEM_BASIC_INFORMATION");

static NTSTATUS put_basic(struct system_answer *answer) {
    struct host_system_memory memory = {0};
    host_system_memory_read(&memory);
    const SYSTEM_BASIC_INFORMATION information = {
        .TimerResolution = 156250, .PageSize = PAGE_SIZE, .NumberOfPhysicalPages = (ULONG)(memory.total / PAGE_SIZE),
        .LowestPhysicalPageNumber = 1, .HighestPhysicalPageNumber = (ULONG)(memory.total / PAGE_SIZE),
        .AllocationGranularity = ALLOCATION_GRANULARITY, .MinimumUserModeAddress = USER_SPACE_BEGIN,
        .MaximumUserModeAddress = USER_SPACE_END - 1, .ActiveProcessorsAffinityMask = processor_mask(),
        .NumberOfProcessors = (BYTE)processor_count()};
    return system_put(answer, &information, sizeof information);
}

API_USE(void, GetSystemInfo, PVOID);

/* As GetSystemInfo has it: architecture, level, revision. */
static NTSTATUS put_processor(struct system_answer *answer) {
    struct {
        WORD architecture, reserved;
        DWORD page_size;
        PVOID minimum, maximum;
        DWORD_PTR mask;
        DWORD count, type, granularity;
        WORD level, revision;
    } facts;
    api_GetSystemInfo(&facts);
    const struct {
        WORD architecture, level, revision, maximum;
        DWORD features;
    } information = {facts.architecture, facts.level, facts.revision, (WORD)facts.count, 0};
    return system_put(answer, &information, sizeof information);
}

typedef struct {
    LARGE_INTEGER BootTime, CurrentTime, TimeZoneBias;
    ULONG TimeZoneId, Reserved;
    ULONGLONG BootTimeBias, SleepTimeBias;
} SYSTEM_TIMEOFDAY_INFORMATION;
_Static_assert(sizeof(SYSTEM_TIMEOFDAY_INFORMATION) == 48, "SYSTEM_TIMEOFDAY_INFORMATION");

/* May be asked for in part. */
static NTSTATUS put_time_of_day(struct system_answer *answer) {
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    const SYSTEM_TIMEOFDAY_INFORMATION information = {
        .BootTime.QuadPart = host_boot_time(), .CurrentTime.QuadPart = system_time_now(),
        .TimeZoneBias.QuadPart = -(int64_t)local.tm_gmtoff * 10000000};
    answer->needed = answer->size < sizeof information ? answer->size : (ULONG)sizeof information;
    if (answer->size > sizeof information)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(answer->buffer, &information, answer->size);
    return STATUS_SUCCESS;
}

/* ---- the processes ---- */

typedef struct {
    ULONG NextEntryOffset, NumberOfThreads;
    LARGE_INTEGER WorkingSetPrivateSize;
    ULONG HardFaultCount, NumberOfThreadsHighWatermark;
    ULONGLONG CycleTime;
    LARGE_INTEGER CreateTime, UserTime, KernelTime;
    UNICODE_STRING ImageName;
    LONG BasePriority;
    HANDLE UniqueProcessId, InheritedFromUniqueProcessId;
    ULONG HandleCount, SessionId;
    ULONG_PTR UniqueProcessKey;
    SIZE_T PeakVirtualSize, VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize, WorkingSetSize, QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage, QuotaPeakNonPagedPoolUsage,
        QuotaNonPagedPoolUsage, PagefileUsage, PeakPagefileUsage, PrivatePageCount;
    LARGE_INTEGER ReadOperationCount, WriteOperationCount, OtherOperationCount, ReadTransferCount, WriteTransferCount,
        OtherTransferCount;
} SYSTEM_PROCESS_INFORMATION;
_Static_assert(sizeof(SYSTEM_PROCESS_INFORMATION) == 0x100, "SYSTEM_PROCESS_INFORMATION");

typedef struct {
    LARGE_INTEGER KernelTime, UserTime, CreateTime;
    ULONG WaitTime;
    PVOID StartAddress;
    CLIENT_ID ClientId;
    LONG Priority, BasePriority;
    ULONG ContextSwitches, ThreadState, WaitReason;
} SYSTEM_THREAD_INFORMATION;
_Static_assert(sizeof(SYSTEM_THREAD_INFORMATION) == 80, "SYSTEM_THREAD_INFORMATION");

struct process_list {
    struct system_answer *answer;
    SYSTEM_PROCESS_INFORMATION *last;                /* its NextEntryOffset is still to be set */
};

struct thread_list {
    struct process_list *list;
    DWORD process;
    ULONG count;
};

static bool add_thread(pid_t id, void *context) {
    enum { NORMAL_PRIORITY = 8, STATE_RUNNING = 2, STATE_WAIT = 5, SUSPENDED = 5, USER_REQUEST = 6 };
    struct thread_list *threads = context;
    SYSTEM_THREAD_INFORMATION *to = system_take(threads->list->answer, sizeof *to);
    threads->count++;
    struct host_process facts = {0};
    if (!to)
        return true;
    host_thread_read_of((pid_t)threads->process, id, &facts);
    *to = (SYSTEM_THREAD_INFORMATION){
        .KernelTime.QuadPart = (int64_t)facts.kernel_time, .UserTime.QuadPart = (int64_t)facts.user_time,
        .CreateTime.QuadPart = host_process_created(&facts),
        .ClientId = {(HANDLE)(uintptr_t)threads->process, (HANDLE)(uintptr_t)id}, .Priority = NORMAL_PRIORITY,
        .BasePriority = NORMAL_PRIORITY, .ContextSwitches = host_thread_switches((pid_t)threads->process, id),
        .ThreadState = facts.state == 'R' ? STATE_RUNNING : STATE_WAIT,
        .WaitReason = facts.state == 'R' ? 0 : facts.state == 'T' ? SUSPENDED : USER_REQUEST};
    return true;
}

static void fill(SYSTEM_PROCESS_INFORMATION *to, const struct host_process *facts, ULONG threads, const WCHAR *name,
                 WCHAR *text) {
    size_t bytes = wide_length(name) * sizeof *name;
    struct host_memory memory = {0};
    host_memory_read(facts->id, &memory);
    memcpy(text, name, bytes + sizeof *name);
    *to = (SYSTEM_PROCESS_INFORMATION){
        .NumberOfThreads = threads, .CreateTime.QuadPart = host_process_created(facts),
        .UserTime.QuadPart = (int64_t)facts->user_time, .KernelTime.QuadPart = (int64_t)facts->kernel_time,
        .ImageName = {(USHORT)bytes, (USHORT)(bytes + sizeof *name), text}, .BasePriority = 8,
        .UniqueProcessId = (HANDLE)(uintptr_t)facts->id,
        .InheritedFromUniqueProcessId = (HANDLE)(uintptr_t)facts->parent, .SessionId = process_peb.SessionId,
        .PeakVirtualSize = memory.peak_virtual, .VirtualSize = facts->virtual_size,
        .PageFaultCount = (ULONG)facts->page_faults, .PeakWorkingSetSize = memory.peak_resident,
        .WorkingSetSize = memory.resident, .PagefileUsage = memory.private_bytes,
        .PeakPagefileUsage = memory.private_bytes, .PrivatePageCount = memory.private_bytes};
}

static bool add_process(pid_t id, void *context) {
    struct process_list *list = context;
    struct system_answer *answer = list->answer;
    struct host_process facts;
    if (!host_process_read(id, &facts) || facts.has_ended)
        return true;
    SYSTEM_PROCESS_INFORMATION *to = system_take(answer, sizeof *to);
    struct thread_list threads = {list, (DWORD)id, 0};
    host_thread_each(id, add_thread, &threads);
    WCHAR *name = process_program_name(&facts);
    size_t bytes = name ? (wide_length(name) + 1) * sizeof *name : 0;
    WCHAR *text = system_take(answer, (bytes + 7) & ~(size_t)7);
    if (to && text && name) {
        if (list->last)
            list->last->NextEntryOffset = (ULONG)((BYTE *)to - (BYTE *)list->last);
        fill(to, &facts, threads.count, name, text);
        list->last = to;
    }
    free(name);
    return true;
}

static NTSTATUS put_processes(struct system_answer *answer) {
    struct process_list list = {answer, NULL};
    host_process_each(add_process, &list);
    return answer->needed <= answer->size ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

/* SYSTEM_PROCESS_ID_INFORMATION: the caller says which process, and where its program's native path goes. */
static NTSTATUS put_process_image(struct system_answer *answer) {
    struct {
        HANDLE ProcessId;
        UNICODE_STRING ImageName;
    } *information = (void *)answer->buffer;
    size_t length;
    answer->needed = sizeof *information;
    if (answer->size < sizeof *information)
        return STATUS_INFO_LENGTH_MISMATCH;
    UNICODE_STRING *name = &information->ImageName;
    if (name->Length)
        return STATUS_INVALID_PARAMETER;
    struct process_object *process = process_object_open((pid_t)(uintptr_t)information->ProcessId);
    WCHAR *path = process ? process_image(process, true, &length) : NULL;
    bool is_there = process != NULL;
    object_release(process ? &process->object : NULL);
    if (!path)
        return is_there ? STATUS_ACCESS_DENIED : STATUS_INVALID_CID;
    size_t bytes = (length + 1) * sizeof *path;
    bool fits = bytes <= name->MaximumLength;
    if (fits) {
        memcpy(name->Buffer, path, bytes);
        name->Length = (USHORT)(bytes - sizeof *path);
    }
    name->MaximumLength = (USHORT)bytes;
    free(path);
    return fits ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

/* ---- the function ---- */

static NTSTATUS query(ULONG class, struct system_answer *answer) {
    static const BYTE no_debugger[2] = {FALSE, TRUE}; /* enabled; not present */
    const ULONG code_integrity[2] = {sizeof code_integrity, 0};
    switch (class) {
    case SystemBasicInformation: return put_basic(answer);
    case SystemProcessorInformation: return put_processor(answer);
    case SystemPerformanceInformation: return system_put_performance(answer);
    case SystemTimeOfDayInformation: return put_time_of_day(answer);
    case SystemProcessInformation: return put_processes(answer);
    case SystemProcessorPerformanceInformation: return system_put_processor_performance(answer);
    case SystemHandleInformation: return system_put_handles(answer);
    case SystemInterruptInformation: return system_put_interrupts(answer);
    case SystemKernelDebuggerInformation: return system_put(answer, no_debugger, sizeof no_debugger);
    case SystemExtendedHandleInformation: return system_put_extended_handles(answer);
    case SystemProcessIdInformation: return put_process_image(answer);
    case SystemCodeIntegrityInformation: return system_put(answer, code_integrity, sizeof code_integrity);
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

API(ntdll, NTSTATUS, NtQuerySystemInformation, ULONG SystemInformationClass, PVOID SystemInformation,
    ULONG SystemInformationLength, PULONG ReturnLength) {
    struct system_answer answer = {SystemInformation, SystemInformationLength, 0};
    NTSTATUS status = query(SystemInformationClass, &answer);
    if (ReturnLength)
        *ReturnLength = answer.needed;
    return status;
}
API_ALIAS(api_NtQuerySystemInformation, native, ntdll, "RtlGetNativeSystemInformation");
