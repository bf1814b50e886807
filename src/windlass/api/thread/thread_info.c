/* What can be asked about and set for threads ("Process and Thread Functions"): priorities, names, times, processors.
 *
 * Priorities and ideal processors are kept and given back; Linux schedules without them, for raising a priority needs a
 * privilege there and lowering one cannot be undone. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "codepage.h"
#include "heap.h"
#include "nt.h"
#include "process_object.h"
#include "thread_object.h"
#include "wait.h"

static struct thread_object *thread_or_fail(HANDLE handle, ACCESS_MASK access) {
    return (struct thread_object *)handle_object_or_fail(handle, &thread_type, access);
}

static void release(struct thread_object *thread) { object_release(&thread->object); }

/* ---- priority ---- */

enum { PRIORITY_IDLE = -15, PRIORITY_TIME_CRITICAL = 15, BACKGROUND_BEGIN = 0x10000, BACKGROUND_END = 0x20000 };
#define THREAD_PRIORITY_ERROR_RETURN 0x7fffffff

static bool is_priority(int priority) {
    return (priority >= -2 && priority <= 2) || priority == PRIORITY_IDLE || priority == PRIORITY_TIME_CRITICAL;
}

API(kernel32 kernelbase, BOOL, SetThreadPriority, HANDLE hThread, INT nPriority) {
    bool background = nPriority == BACKGROUND_BEGIN || nPriority == BACKGROUND_END;
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    bool good = is_priority(nPriority) || (background && thread == thread_object_self());
    if (good && !background)
        thread->priority = nPriority;
    release(thread);
    return good ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, INT, GetThreadPriority, HANDLE hThread) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return THREAD_PRIORITY_ERROR_RETURN;
    int priority = thread->priority;
    release(thread);
    return priority;
}

API(kernel32 kernelbase, BOOL, SetThreadPriorityBoost, HANDLE hThread, BOOL bDisablePriorityBoost) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    thread->boost_disabled = bDisablePriorityBoost;
    release(thread);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetThreadPriorityBoost, HANDLE hThread, PBOOL pDisablePriorityBoost) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    *pDisablePriorityBoost = thread->boost_disabled;
    release(thread);
    return TRUE;
}

/* ---- processors ---- */

/* The processors of group 0, which are all that a mask of 64 bits can name. */
static DWORD_PTR mask_of(pid_t id) {
    cpu_set_t set;
    DWORD_PTR mask = 0;
    if (sched_getaffinity(id, sizeof set, &set))
        return 0;
    for (int i = 0; i < 64; i++)
        if (CPU_ISSET(i, &set))
            mask |= (DWORD_PTR)1 << i;
    return mask;
}

static bool set_mask(pid_t id, DWORD_PTR mask) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < 64; i++)
        if (mask >> i & 1)
            CPU_SET(i, &set);
    return sched_setaffinity(id, sizeof set, &set) == 0;
}

API(kernel32 kernelbase, DWORD_PTR, SetThreadAffinityMask, HANDLE hThread, DWORD_PTR dwThreadAffinityMask) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return 0;
    DWORD_PTR was = mask_of((pid_t)thread->id);
    bool done = was && !(dwThreadAffinityMask & ~mask_of(getpid())) && set_mask((pid_t)thread->id, dwThreadAffinityMask);
    release(thread);
    return done ? was : (DWORD_PTR)fail(ERROR_INVALID_PARAMETER);
}

static bool restrict_thread(pid_t thread, void *mask) {
    set_mask(thread, *(const DWORD_PTR *)mask);
    return true;
}

/* Of all threads, as Windows restricts them with the process's mask. */
API(kernel32 kernelbase, BOOL, SetProcessAffinityMask, HANDLE hProcess, DWORD_PTR dwProcessAffinityMask) {
    enum { PROCESS_SET_INFORMATION = 0x200 };
    struct process_object *process =
        (struct process_object *)handle_object_or_fail(hProcess, &process_type, PROCESS_SET_INFORMATION);
    if (!process)
        return FALSE;
    pid_t id = process_id(process);
    object_release(&process->object);
    if (!set_mask(id, dwProcessAffinityMask))
        return fail(errno == EPERM ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER);
    host_thread_each(id, restrict_thread, &dwProcessAffinityMask);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessAffinityMask, HANDLE hProcess, DWORD_PTR *lpProcessAffinityMask,
    DWORD_PTR *lpSystemAffinityMask) {
    enum { PROCESS_QUERY_LIMITED_INFORMATION = 0x1000 };
    struct process_object *process =
        (struct process_object *)handle_object_or_fail(hProcess, &process_type, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    DWORD_PTR mask = mask_of(process_id(process));
    object_release(&process->object);
    if (!mask)                                       /* it has ended */
        return fail(ERROR_ACCESS_DENIED);
    *lpProcessAffinityMask = mask;
    *lpSystemAffinityMask = mask | processor_mask();
    return TRUE;
}

typedef struct { ULONG_PTR Mask; WORD Group, Reserved[3]; } GROUP_AFFINITY;

API(kernel32 kernelbase, BOOL, GetThreadGroupAffinity, HANDLE hThread, GROUP_AFFINITY *GroupAffinity) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    *GroupAffinity = (GROUP_AFFINITY){.Mask = mask_of((pid_t)thread->id)};
    release(thread);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetThreadGroupAffinity, HANDLE hThread, const GROUP_AFFINITY *GroupAffinity,
    GROUP_AFFINITY *PreviousGroupAffinity) {
    GROUP_AFFINITY was;
    if (GroupAffinity->Group || !api_GetThreadGroupAffinity(hThread, &was))
        return GroupAffinity->Group ? fail(ERROR_INVALID_PARAMETER) : FALSE;
    if (!api_SetThreadAffinityMask(hThread, GroupAffinity->Mask))
        return FALSE;
    if (PreviousGroupAffinity)
        *PreviousGroupAffinity = was;
    return TRUE;
}

enum { MAXIMUM_PROCESSORS = 64 };

/* MAXIMUM_PROCESSORS only asks. */
API(kernel32 kernelbase, DWORD, SetThreadIdealProcessor, HANDLE hThread, DWORD dwIdealProcessor) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return (DWORD)-1;
    DWORD was = thread->ideal_processor;
    bool good = dwIdealProcessor <= MAXIMUM_PROCESSORS;
    if (good && dwIdealProcessor != MAXIMUM_PROCESSORS)
        thread->ideal_processor = dwIdealProcessor;
    release(thread);
    return good ? was : (set_last_error(ERROR_INVALID_PARAMETER), (DWORD)-1);
}

typedef struct { WORD Group; BYTE Number, Reserved; } PROCESSOR_NUMBER;

API(kernel32 kernelbase, BOOL, SetThreadIdealProcessorEx, HANDLE hThread, PROCESSOR_NUMBER *lpIdealProcessor,
    PROCESSOR_NUMBER *lpPreviousIdealProcessor) {
    if (lpIdealProcessor->Group || lpIdealProcessor->Number >= MAXIMUM_PROCESSORS)
        return fail(ERROR_INVALID_PARAMETER);
    DWORD was = api_SetThreadIdealProcessor(hThread, lpIdealProcessor->Number);
    if (was == (DWORD)-1)
        return FALSE;
    if (lpPreviousIdealProcessor)
        *lpPreviousIdealProcessor = (PROCESSOR_NUMBER){0, (BYTE)was, 0};
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetThreadIdealProcessorEx, HANDLE hThread, PROCESSOR_NUMBER *lpIdealProcessor) {
    DWORD was = api_SetThreadIdealProcessor(hThread, MAXIMUM_PROCESSORS);
    if (was == (DWORD)-1)
        return FALSE;
    *lpIdealProcessor = (PROCESSOR_NUMBER){0, (BYTE)was, 0};
    return TRUE;
}

/* ---- names ("SetThreadDescription function") ---- */

#define HRESULT_FROM_NT(status) ((HRESULT)((status) | 0x10000000))
#define HRESULT_FROM_WIN32(code) ((HRESULT)((code) & 0xffff | 0x80070000))

/* Linux's names have fifteen bytes; debuggers show them. */
static void set_host_name(struct thread_object *thread, const WCHAR *name) {
    enum { LONGEST = 16 };
    char path[64], *text = utf8_copy_of_wide(name);
    if (!text)
        return;
    if (strlen(text) >= LONGEST)
        text[LONGEST - 1] = 0;
    snprintf(path, sizeof path, "/proc/self/task/%u/comm", (unsigned)thread->id);
    FILE *file = thread->ended ? NULL : fopen(path, "we");
    if (file) {
        fputs(text, file);
        fclose(file);
    }
    free(text);
}

API(kernel32 kernelbase, HRESULT, SetThreadDescription, HANDLE hThread, PCWSTR lpThreadDescription) {
    NTSTATUS status;
    struct thread_object *thread = (struct thread_object *)handle_object(hThread, &thread_type, 0, &status);
    if (!thread)
        return HRESULT_FROM_NT(status);
    WCHAR *copy = wide_duplicate(lpThreadDescription ? lpThreadDescription : u"");
    if (copy) {
        dispatcher_acquire();
        WCHAR *old = thread->description;
        thread->description = copy;
        dispatcher_release();
        free(old);
        set_host_name(thread, lpThreadDescription ? lpThreadDescription : u"");
    }
    release(thread);
    return HRESULT_FROM_NT(copy ? STATUS_SUCCESS : STATUS_NO_MEMORY);
}

/* The caller frees the copy with LocalFree. */
API(kernel32 kernelbase, HRESULT, GetThreadDescription, HANDLE hThread, PWSTR *ppszThreadDescription) {
    NTSTATUS status;
    *ppszThreadDescription = NULL;
    struct thread_object *thread = (struct thread_object *)handle_object(hThread, &thread_type, 0, &status);
    if (!thread)
        return HRESULT_FROM_NT(status);
    dispatcher_acquire();
    const WCHAR *text = thread->description ? thread->description : u"";
    size_t size = (wide_length(text) + 1) * sizeof *text;
    WCHAR *copy = heap_alloc(size);
    if (copy)
        memcpy(copy, text, size);
    dispatcher_release();
    release(thread);
    *ppszThreadDescription = copy;
    return HRESULT_FROM_NT(copy ? STATUS_SUCCESS : STATUS_NO_MEMORY);
}

/* ---- times ---- */

static FILETIME times_of(struct timeval time) { return filetime_from(time.tv_sec * 10000000ll + time.tv_usec * 10); }

API(kernel32 kernelbase, BOOL, GetThreadTimes, HANDLE hThread, FILETIME *lpCreationTime, FILETIME *lpExitTime,
    FILETIME *lpKernelTime, FILETIME *lpUserTime) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    struct rusage usage;
    if (!thread)
        return FALSE;
    *lpCreationTime = filetime_from(thread->created);
    *lpExitTime = filetime_from(thread->ended_at);
    if (thread == thread_object_self() && getrusage(RUSAGE_THREAD, &usage) == 0) {
        *lpKernelTime = times_of(usage.ru_stime);
        *lpUserTime = times_of(usage.ru_utime);
    } else {
        int64_t kernel, user;
        thread_object_times(thread, &kernel, &user);
        *lpKernelTime = filetime_from(kernel);
        *lpUserTime = filetime_from(user);
    }
    release(thread);
    return TRUE;
}

/* In nanoseconds of processor time: how long a cycle takes is not specified ("QueryThreadCycleTime function"). */
API(kernel32 kernelbase, BOOL, QueryThreadCycleTime, HANDLE ThreadHandle, ULONG64 *CycleTime) {
    struct thread_object *thread = thread_or_fail(ThreadHandle, 0);
    struct timespec time = {0, 0};
    int64_t kernel, user;
    if (!thread)
        return FALSE;
    if (thread == thread_object_self()) {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        *CycleTime = (ULONG64)time.tv_sec * 1000000000u + (ULONG64)time.tv_nsec;
    } else {
        thread_object_times(thread, &kernel, &user);
        *CycleTime = (ULONG64)(kernel + user) * 100;
    }
    release(thread);
    return TRUE;
}

/* ---- the rest ---- */

API(kernel32 kernelbase, BOOL, GetThreadIOPendingFlag, HANDLE hThread, PBOOL lpIOIsPending) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    *lpIOIsPending = FALSE;                          /* requests in progress belong to no thread here */
    release(thread);
    return TRUE;
}

API(kernel32 kernelbase, void, GetCurrentThreadStackLimits, ULONG_PTR *LowLimit, ULONG_PTR *HighLimit) {
    const TEB *teb = teb_self();
    *LowLimit = (ULONG_PTR)teb->DeallocationStack;
    *HighLimit = (ULONG_PTR)teb->StackBase;
}

enum { ThreadMemoryPriority, ThreadAbsoluteCpuPriority, ThreadDynamicCodePolicy, ThreadPowerThrottling,
       ThreadInformationClassMax };

/* Hints about memory and power that Linux has no use for; the memory priority is normal. */
API(kernel32 kernelbase, BOOL, SetThreadInformation, HANDLE hThread, ULONG ThreadInformationClass,
    LPVOID ThreadInformation, DWORD ThreadInformationSize) {
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    release(thread);
    if (ThreadInformationClass >= ThreadInformationClassMax || !ThreadInformation || ThreadInformationSize < 4)
        return fail(ERROR_INVALID_PARAMETER);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetThreadInformation, HANDLE hThread, ULONG ThreadInformationClass,
    LPVOID ThreadInformation, DWORD ThreadInformationSize) {
    enum { MEMORY_PRIORITY_NORMAL = 5 };
    struct thread_object *thread = thread_or_fail(hThread, 0);
    if (!thread)
        return FALSE;
    release(thread);
    if (ThreadInformationClass != ThreadMemoryPriority || ThreadInformationSize != 4)
        return fail(ERROR_INVALID_PARAMETER);
    *(ULONG *)ThreadInformation = MEMORY_PRIORITY_NORMAL;
    return TRUE;
}

/* ---- NtQueryInformationThread ---- */

enum {
    ThreadBasicInformation = 0,
    ThreadTimes = 1,
    ThreadAffinityMask = 4,
    ThreadQuerySetWin32StartAddress = 9,
    ThreadZeroTlsCell = 10,
    ThreadIsIoPending = 16,
    ThreadHideFromDebugger = 17,
    ThreadIsTerminated = 20,
    ThreadSuspendCount = 35,
    ThreadNameInformation = 38,
};

typedef struct {
    NTSTATUS ExitStatus;
    TEB *TebBaseAddress;
    CLIENT_ID ClientId;
    ULONG_PTR AffinityMask;
    LONG Priority, BasePriority;
} THREAD_BASIC_INFORMATION;

static NTSTATUS give(const void *value, ULONG size, PVOID buffer, ULONG given, PULONG returned) {
    if (given < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(buffer, value, size);
    if (returned)
        *returned = size;
    return STATUS_SUCCESS;
}

static NTSTATUS give_name(struct thread_object *thread, PVOID buffer, ULONG given, PULONG returned) {
    dispatcher_acquire();
    const WCHAR *text = thread->description ? thread->description : u"";
    size_t length = wide_length(text);
    ULONG size = (ULONG)(sizeof(UNICODE_STRING) + length * sizeof *text);
    bool fits = given >= size;
    WCHAR *copy = (WCHAR *)((UNICODE_STRING *)buffer + 1);
    if (fits) {
        memcpy(copy, text, length * sizeof *text);
        *(UNICODE_STRING *)buffer = (UNICODE_STRING){(USHORT)(2 * length), (USHORT)(2 * length), copy};
    }
    dispatcher_release();
    if (returned)
        *returned = size;
    return fits ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

static NTSTATUS query(struct thread_object *thread, ULONG information_class, PVOID buffer, ULONG given,
                      PULONG returned) {
    switch (information_class) {
    case ThreadBasicInformation: {
        THREAD_BASIC_INFORMATION basic = {
            .ExitStatus = (NTSTATUS)(thread->ended ? thread->exit_code : (DWORD)STATUS_PENDING),
            .TebBaseAddress = thread->thread ? &thread->thread->teb : NULL,
            .ClientId = {(HANDLE)(uintptr_t)getpid(), (HANDLE)(uintptr_t)thread->id},
            .AffinityMask = mask_of((pid_t)thread->id), .Priority = 8 + thread->priority,
            .BasePriority = thread->priority};
        return give(&basic, sizeof basic, buffer, given, returned);
    }
    case ThreadTimes: {
        int64_t times[4] = {thread->created, thread->ended_at};
        thread_object_times(thread, &times[2], &times[3]);
        return give(times, sizeof times, buffer, given, returned);
    }
    case ThreadQuerySetWin32StartAddress:
        return give(&thread->start_address, sizeof thread->start_address, buffer, given, returned);
    case ThreadIsIoPending: return give(&(ULONG){0}, sizeof(ULONG), buffer, given, returned);
    case ThreadHideFromDebugger: return give(&(BOOLEAN){0}, sizeof(BOOLEAN), buffer, given, returned);
    case ThreadIsTerminated: return give(&(ULONG){thread->ended}, sizeof(ULONG), buffer, given, returned);
    case ThreadSuspendCount:
        return give(&(ULONG){thread_suspend_count(thread)}, sizeof(ULONG), buffer, given, returned);
    case ThreadNameInformation: return give_name(thread, buffer, given, returned);
    default: return STATUS_INVALID_INFO_CLASS;
    }
}

API(ntdll, NTSTATUS, NtQueryInformationThread, HANDLE ThreadHandle, ULONG ThreadInformationClass,
    PVOID ThreadInformation, ULONG ThreadInformationLength, PULONG ReturnLength) {
    NTSTATUS status;
    struct thread_object *thread = (struct thread_object *)handle_object(ThreadHandle, &thread_type, 0, &status);
    if (!thread)
        return status;
    status = query(thread, ThreadInformationClass, ThreadInformation, ThreadInformationLength, ReturnLength);
    release(thread);
    return status;
}

static NTSTATUS set_name(HANDLE handle, const UNICODE_STRING *name) {
    size_t length = name->Length / sizeof(WCHAR);
    WCHAR *copy = calloc(length + 1, sizeof *copy);
    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(copy, name->Buffer, length * sizeof *copy);
    HRESULT result = api_SetThreadDescription(handle, copy);
    free(copy);
    return result & ~0x10000000;
}

/* Hints are granted. */
API(ntdll, NTSTATUS, NtSetInformationThread, HANDLE ThreadHandle, ULONG ThreadInformationClass,
    PVOID ThreadInformation, ULONG ThreadInformationLength) {
    NTSTATUS status;
    struct object *object = handle_object(ThreadHandle, &thread_type, 0, &status);
    if (!object)
        return status;
    object_release(object);
    switch (ThreadInformationClass) {
    case ThreadNameInformation:
        if (ThreadInformationLength != sizeof(UNICODE_STRING))
            return STATUS_INFO_LENGTH_MISMATCH;
        return set_name(ThreadHandle, ThreadInformation);
    case ThreadAffinityMask:
        if (ThreadInformationLength != sizeof(ULONG_PTR))
            return STATUS_INFO_LENGTH_MISMATCH;
        return api_SetThreadAffinityMask(ThreadHandle, *(ULONG_PTR *)ThreadInformation) ? STATUS_SUCCESS
                                                                                       : STATUS_INVALID_PARAMETER;
    default: return STATUS_SUCCESS;
    }
}
