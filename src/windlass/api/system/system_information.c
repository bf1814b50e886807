/* NtQuerySystemInformation ("NtQuerySystemInformation function"). */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "codepage.h"
#include "memory.h"
#include "nt.h"
#include "process_object.h"

enum {
    SystemBasicInformation = 0, SystemProcessorInformation = 1, SystemPerformanceInformation = 2,
    SystemTimeOfDayInformation = 3, SystemProcessInformation = 5, SystemProcessorPerformanceInformation = 8,
    SystemKernelDebuggerInformation = 35, SystemCodeIntegrityInformation = 103,
};

struct answer {
    BYTE *buffer;
    ULONG size, needed;
};

static NTSTATUS put(struct answer *answer, const void *facts, ULONG size) {
    answer->needed = size;
    if (answer->size < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(answer->buffer, facts, size);
    return STATUS_SUCCESS;
}

typedef struct {
    ULONG Reserved, TimerResolution, PageSize, NumberOfPhysicalPages, LowestPhysicalPageNumber, HighestPhysicalPageNumber,
        AllocationGranularity;
    ULONG_PTR MinimumUserModeAddress, MaximumUserModeAddress, ActiveProcessorsAffinityMask;
    BYTE NumberOfProcessors;
} SYSTEM_BASIC_INFORMATION;
_Static_assert(sizeof(SYSTEM_BASIC_INFORMATION) == 64, "SYSTEM_BASIC_INFORMATION");

static NTSTATUS put_basic(struct answer *answer) {
    struct host_system_memory memory = {0};
    host_system_memory_read(&memory);
    const SYSTEM_BASIC_INFORMATION information = {
        .TimerResolution = 156250, .PageSize = PAGE_SIZE, .NumberOfPhysicalPages = (ULONG)(memory.total / PAGE_SIZE),
        .LowestPhysicalPageNumber = 1, .HighestPhysicalPageNumber = (ULONG)(memory.total / PAGE_SIZE),
        .AllocationGranularity = ALLOCATION_GRANULARITY, .MinimumUserModeAddress = USER_SPACE_BEGIN,
        .MaximumUserModeAddress = USER_SPACE_END - 1, .ActiveProcessorsAffinityMask = processor_mask(),
        .NumberOfProcessors = (BYTE)processor_count()};
    return put(answer, &information, sizeof information);
}

API_USE(void, GetSystemInfo, PVOID);

/* As GetSystemInfo has it: architecture, level, revision. */
static NTSTATUS put_processor(struct answer *answer) {
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
    return put(answer, &information, sizeof information);
}

/* SYSTEM_PERFORMANCE_INFORMATION: what the host tells of memory, in pages; the other counters are 0. */
static NTSTATUS put_performance(struct answer *answer) {
    enum { SIZE = 344, DWORDS = SIZE / 4, AVAILABLE = 11, COMMITTED = 12, COMMIT_LIMIT = 13, PEAK = 14 };
    struct host_system_memory memory = {0};
    DWORD information[DWORDS] = {0};
    host_system_memory_read(&memory);
    information[AVAILABLE] = (DWORD)(memory.available / PAGE_SIZE);
    information[COMMITTED] = information[PEAK] = (DWORD)(memory.committed / PAGE_SIZE);
    information[COMMIT_LIMIT] = (DWORD)(memory.commit_limit / PAGE_SIZE);
    return put(answer, information, SIZE);
}

typedef struct {
    LARGE_INTEGER BootTime, CurrentTime, TimeZoneBias;
    ULONG TimeZoneId, Reserved;
    ULONGLONG BootTimeBias, SleepTimeBias;
} SYSTEM_TIMEOFDAY_INFORMATION;
_Static_assert(sizeof(SYSTEM_TIMEOFDAY_INFORMATION) == 48, "SYSTEM_TIMEOFDAY_INFORMATION");

/* May be asked for in part. */
static NTSTATUS put_time_of_day(struct answer *answer) {
    struct timespec since_boot;
    time_t now = time(NULL);
    struct tm local;
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    localtime_r(&now, &local);
    const int64_t current = system_time_now();
    const SYSTEM_TIMEOFDAY_INFORMATION information = {
        .BootTime.QuadPart = current - (since_boot.tv_sec * 10000000ll + since_boot.tv_nsec / 100),
        .CurrentTime.QuadPart = current, .TimeZoneBias.QuadPart = -(int64_t)local.tm_gmtoff * 10000000};
    answer->needed = answer->size < sizeof information ? answer->size : (ULONG)sizeof information;
    if (answer->size > sizeof information)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(answer->buffer, &information, answer->size);
    return STATUS_SUCCESS;
}

/* SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION for each processor, from /proc/stat. */
static NTSTATUS put_processor_performance(struct answer *answer) {
    struct { int64_t idle, kernel, user, dpc, interrupt; ULONG interrupts; } information;
    const int64_t tick = 10000000 / sysconf(_SC_CLK_TCK);
    char line[512];
    ULONG room = answer->size / sizeof information;
    FILE *file = fopen("/proc/stat", "re");
    if (!room || !file) {
        if (file)
            fclose(file);
        answer->needed = processor_count() * (ULONG)sizeof information;
        return file ? STATUS_INFO_LENGTH_MISMATCH : STATUS_NOT_SUPPORTED;
    }
    while (answer->needed / sizeof information < room && fgets(line, sizeof line, file)) {
        long long user, nice, system, idle, wait, interrupt, soft;
        unsigned number;
        if (sscanf(line, "cpu%u %lld %lld %lld %lld %lld %lld %lld", &number, &user, &nice, &system, &idle, &wait,
                   &interrupt, &soft) != 8)
            continue;
        memset(&information, 0, sizeof information);
        information.idle = (idle + wait) * tick;
        information.kernel = (system + interrupt + soft + idle + wait) * tick;
        information.user = (user + nice) * tick;
        information.interrupt = interrupt * tick;
        memcpy(answer->buffer + answer->needed, &information, sizeof information);
        answer->needed += sizeof information;
    }
    fclose(file);
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
    struct answer *answer;
    SYSTEM_PROCESS_INFORMATION *last;                /* its NextEntryOffset is still to be set */
};

struct thread_list {
    struct process_list *list;
    DWORD process;
    ULONG count;
};

/* Where the next bytes go; NULL: there is no room, but they are counted. */
static void *take(struct answer *answer, size_t size) {
    ULONG at = answer->needed;
    answer->needed += (ULONG)size;
    return answer->needed <= answer->size ? answer->buffer + at : NULL;
}

static bool add_thread(pid_t id, void *context) {
    enum { NORMAL_PRIORITY = 8, STATE_WAIT = 5 };
    struct thread_list *threads = context;
    SYSTEM_THREAD_INFORMATION *to = take(threads->list->answer, sizeof *to);
    threads->count++;
    if (to)
        *to = (SYSTEM_THREAD_INFORMATION){
            .ClientId = {(HANDLE)(uintptr_t)threads->process, (HANDLE)(uintptr_t)id}, .Priority = NORMAL_PRIORITY,
            .BasePriority = NORMAL_PRIORITY, .ThreadState = STATE_WAIT};
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
    struct answer *answer = list->answer;
    struct host_process facts;
    if (!host_process_read(id, &facts) || facts.has_ended)
        return true;
    SYSTEM_PROCESS_INFORMATION *to = take(answer, sizeof *to);
    struct thread_list threads = {list, (DWORD)id, 0};
    host_thread_each(id, add_thread, &threads);
    WCHAR *name = process_program_name(&facts);
    size_t bytes = name ? (wide_length(name) + 1) * sizeof *name : 0;
    WCHAR *text = take(answer, (bytes + 7) & ~(size_t)7);
    if (to && text && name) {
        if (list->last)
            list->last->NextEntryOffset = (ULONG)((BYTE *)to - (BYTE *)list->last);
        fill(to, &facts, threads.count, name, text);
        list->last = to;
    }
    free(name);
    return true;
}

static NTSTATUS put_processes(struct answer *answer) {
    struct process_list list = {answer, NULL};
    host_process_each(add_process, &list);
    return answer->needed <= answer->size ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

/* ---- the function ---- */

static NTSTATUS query(ULONG class, struct answer *answer) {
    static const BYTE no_debugger[2] = {FALSE, TRUE}; /* enabled; not present */
    const ULONG code_integrity[2] = {sizeof code_integrity, 0};
    switch (class) {
    case SystemBasicInformation: return put_basic(answer);
    case SystemProcessorInformation: return put_processor(answer);
    case SystemPerformanceInformation: return put_performance(answer);
    case SystemTimeOfDayInformation: return put_time_of_day(answer);
    case SystemProcessInformation: return put_processes(answer);
    case SystemProcessorPerformanceInformation: return put_processor_performance(answer);
    case SystemKernelDebuggerInformation: return put(answer, no_debugger, sizeof no_debugger);
    case SystemCodeIntegrityInformation: return put(answer, code_integrity, sizeof code_integrity);
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

API(ntdll, NTSTATUS, NtQuerySystemInformation, ULONG SystemInformationClass, PVOID SystemInformation,
    ULONG SystemInformationLength, PULONG ReturnLength) {
    struct answer answer = {SystemInformation, SystemInformationLength, 0};
    NTSTATUS status = query(SystemInformationClass, &answer);
    if (ReturnLength)
        *ReturnLength = answer.needed;
    return status;
}
API_ALIAS(api_NtQuerySystemInformation, native, ntdll, "RtlGetNativeSystemInformation");
