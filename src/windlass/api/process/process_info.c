/* What can be asked about and set for processes ("Process and Thread Functions"). */
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "codepage.h"
#include "nt.h"
#include "path.h"
#include "process_object.h"
#include "wait.h"

#define PROCESS_SET_INFORMATION 0x200u
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u

static struct process_object *process_or_fail(HANDLE handle, ACCESS_MASK access) {
    return (struct process_object *)handle_object_or_fail(handle, &process_type, access);
}

static void release(struct process_object *process) { object_release(&process->object); }

/* ---- times ---- */

API(kernel32 kernelbase, BOOL, GetProcessTimes, HANDLE hProcess, FILETIME *lpCreationTime, FILETIME *lpExitTime,
    FILETIME *lpKernelTime, FILETIME *lpUserTime) {
    struct host_process facts = {0};
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    dispatcher_acquire();
    bool ended = process_has_ended(process);
    process_times(process, &facts);
    int64_t ended_at = process->ended_at;
    dispatcher_release();
    release(process);
    *lpCreationTime = filetime_from(facts.start ? host_process_created(&facts) : 0);
    *lpExitTime = filetime_from(ended ? ended_at : 0);
    *lpKernelTime = filetime_from((int64_t)facts.kernel_time);
    *lpUserTime = filetime_from((int64_t)facts.user_time);
    return TRUE;
}

/* ---- the program ---- */

enum { PROCESS_NAME_NATIVE = 1 };

API(kernel32 kernelbase, BOOL, QueryFullProcessImageNameW, HANDLE hProcess, DWORD dwFlags, LPWSTR lpExeName,
    LPDWORD lpdwSize) {
    size_t length;
    if (dwFlags & ~(DWORD)PROCESS_NAME_NATIVE)
        return fail(ERROR_INVALID_PARAMETER);
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    WCHAR *path = process_image(process, dwFlags & PROCESS_NAME_NATIVE, &length);
    release(process);
    if (!path)
        return fail(ERROR_GEN_FAILURE);
    bool fits = length < *lpdwSize;
    if (fits) {
        memcpy(lpExeName, path, (length + 1) * sizeof *path);
        *lpdwSize = (DWORD)length;
    }
    free(path);
    return fits ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

API(kernel32 kernelbase, BOOL, QueryFullProcessImageNameA, HANDLE hProcess, DWORD dwFlags, LPSTR lpExeName,
    LPDWORD lpdwSize) {
    WCHAR wide[HOST_PATH_SIZE];
    DWORD size = HOST_PATH_SIZE;
    if (!api_QueryFullProcessImageNameW(hProcess, dwFlags, wide, &size))
        return FALSE;
    char *name = path_ansi_from_wide(wide);
    if (!name)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t length = strlen(name);
    bool fits = length < *lpdwSize;
    if (fits) {
        memcpy(lpExeName, name, length + 1);
        *lpdwSize = (DWORD)length;
    }
    free(name);
    return fits ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

/* ---- priority ---- */

API(kernel32 kernelbase, DWORD, GetPriorityClass, HANDLE hProcess) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return 0;
    DWORD priority = process_priority(process);
    release(process);
    return priority;
}

API(kernel32 kernelbase, BOOL, SetPriorityClass, HANDLE hProcess, DWORD dwPriorityClass) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_SET_INFORMATION);
    if (!process)
        return FALSE;
    bool done = process_set_priority(process, dwPriorityClass);
    release(process);
    return done ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

/* The host has no such boosts to turn off: what is set is remembered. */
static BOOL boost_is_disabled;

API(kernel32 kernelbase, BOOL, SetProcessPriorityBoost, HANDLE hProcess, BOOL bDisablePriorityBoost) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_SET_INFORMATION);
    if (!process)
        return FALSE;
    if (!process->id)
        boost_is_disabled = bDisablePriorityBoost;
    release(process);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessPriorityBoost, HANDLE hProcess, PBOOL pDisablePriorityBoost) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    *pDisablePriorityBoost = process->id ? FALSE : boost_is_disabled;
    release(process);
    return TRUE;
}

/* ---- further facts ---- */

API(kernel32 kernelbase, BOOL, GetProcessHandleCount, HANDLE hProcess, PDWORD pdwHandleCount) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return FALSE;
    bool own = !process->id;
    release(process);
    if (!own)                                        /* another process's table is its own */
        return fail(ERROR_NOT_SUPPORTED);
    *pdwHandleCount = handle_count();
    return TRUE;
}

typedef struct {
    ULONGLONG ReadOperationCount, WriteOperationCount, OtherOperationCount;
    ULONGLONG ReadTransferCount, WriteTransferCount, OtherTransferCount;
} IO_COUNTERS;

API(kernel32 kernelbase, BOOL, GetProcessIoCounters, HANDLE hProcess, IO_COUNTERS *lpIoCounters) {
    struct process_object *process = process_or_fail(hProcess, PROCESS_QUERY_LIMITED_INFORMATION);
    char path[48];
    unsigned long long read_bytes, written_bytes, reads, writes;
    if (!process)
        return FALSE;
    snprintf(path, sizeof path, "/proc/%d/io", (int)process_id(process));
    release(process);
    FILE *file = fopen(path, "re");
    int found = file ? fscanf(file, "rchar: %llu wchar: %llu syscr: %llu syscw: %llu", &read_bytes, &written_bytes, &reads,
                              &writes) : 0;
    if (file)
        fclose(file);
    if (found != 4)
        return fail(ERROR_ACCESS_DENIED);
    *lpIoCounters = (IO_COUNTERS){reads, writes, 0, read_bytes, written_bytes, 0};
    return TRUE;
}

/* The order in which processes end with the system: nothing ends them here. */
static DWORD shutdown_level = 0x280, shutdown_flags;

API(kernel32 kernelbase, BOOL, SetProcessShutdownParameters, DWORD dwLevel, DWORD dwFlags) {
    if (dwLevel > 0x4ff || dwFlags & ~1u)
        return fail(ERROR_INVALID_PARAMETER);
    shutdown_level = dwLevel;
    shutdown_flags = dwFlags;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessShutdownParameters, LPDWORD lpdwLevel, LPDWORD lpdwFlags) {
    *lpdwLevel = shutdown_level;
    *lpdwFlags = shutdown_flags;
    return TRUE;
}
