/* Who runs: the process, and each thread's last error. */
#include "api.h"
#include "handle.h"
#include "process_end.h"

API(kernel32 kernelbase, HANDLE, GetCurrentProcess, void) { return CURRENT_PROCESS; }

API(kernel32 kernelbase, DWORD, GetCurrentProcessId, void) { return (DWORD)(uintptr_t)teb_self()->ProcessId; }

API(kernel32 kernelbase, DWORD, GetLastError, void) { return teb_self()->LastErrorValue; }
API_ALIAS(api_GetLastError, rtl, ntdll, "RtlGetLastWin32Error");

API(kernel32 kernelbase, void, SetLastError, DWORD dwErrCode) { set_last_error(dwErrCode); }
API_ALIAS(api_SetLastError, rtl, ntdll, "RtlSetLastWin32Error");
API_ALIAS(api_SetLastError, restore, ntdll, "RtlRestoreLastWin32Error");
API_ALIAS(api_SetLastError, restore_kernel, kernel32 kernelbase, "RestoreLastError");

API(user32, void, SetLastErrorEx, DWORD dwErrCode, DWORD dwType) {
    (void)dwType;                                    /* not used by Windows either */
    set_last_error(dwErrCode);
}

API(ntdll, NTSTATUS, RtlGetLastNtStatus, void) { return teb_self()->LastStatusValue; }

API(ntdll, PEB *, RtlGetCurrentPeb, void) { return &process_peb; }

/* "GetProcessVersion", "ProcessIdToSessionId": an interactive session is 1 on Windows. */
API(kernel32 kernelbase, BOOL, ProcessIdToSessionId, DWORD dwProcessId, DWORD *pSessionId) {
    (void)dwProcessId;
    *pSessionId = 1;
    return TRUE;
}

API(kernel32, DWORD, WTSGetActiveConsoleSessionId, void) { return 1; }

/* ---- error modes ("SetErrorMode function"): kept, inherited; for dialogs stand messages on standard error ---- */

#define SEM_NOGPFAULTERRORBOX 2u

static DWORD error_mode;
static __thread DWORD thread_error_mode;

DWORD process_error_mode(void) { return __atomic_load_n(&error_mode, __ATOMIC_RELAXED); }

void process_set_error_mode(DWORD mode) { __atomic_store_n(&error_mode, mode, __ATOMIC_RELAXED); }

API(kernel32 kernelbase, UINT, GetErrorMode, void) { return process_error_mode(); }

API(kernel32 kernelbase, UINT, SetErrorMode, UINT uMode) {
    return __atomic_exchange_n(&error_mode, uMode, __ATOMIC_RELAXED);
}

bool process_ends_quietly(void) {
    return (process_error_mode() | thread_error_mode) & SEM_NOGPFAULTERRORBOX;
}

API(kernel32 kernelbase, DWORD, GetThreadErrorMode, void) { return thread_error_mode; }

API(kernel32 kernelbase, BOOL, SetThreadErrorMode, DWORD dwNewMode, DWORD *lpOldMode) {
    if (dwNewMode & ~0x8003u)
        return fail(ERROR_INVALID_PARAMETER);
    if (lpOldMode)
        *lpOldMode = thread_error_mode;
    thread_error_mode = dwNewMode;
    return TRUE;
}

/* NT has bits of its own for SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX and SEM_NOOPENFILEERRORBOX. */
enum { NT_CRITICAL_ERRORS = 0x10, NT_FAULTS = 0x20, NT_OPEN_FILE = 0x40, OPEN_FILE = 0x8000 };

API(ntdll, ULONG, RtlGetThreadErrorMode, void) {
    return (thread_error_mode & 1 ? NT_CRITICAL_ERRORS : 0) | (thread_error_mode & SEM_NOGPFAULTERRORBOX ? NT_FAULTS : 0) |
           (thread_error_mode & OPEN_FILE ? NT_OPEN_FILE : 0);
}

API(ntdll, NTSTATUS, RtlSetThreadErrorMode, ULONG NewMode, PULONG OldMode) {
    if (NewMode & ~(ULONG)(NT_CRITICAL_ERRORS | NT_FAULTS | NT_OPEN_FILE))
        return STATUS_INVALID_PARAMETER_1;
    if (OldMode)
        *OldMode = api_RtlGetThreadErrorMode();
    thread_error_mode = (NewMode & NT_CRITICAL_ERRORS ? 1 : 0) | (NewMode & NT_FAULTS ? SEM_NOGPFAULTERRORBOX : 0) |
                        (NewMode & NT_OPEN_FILE ? OPEN_FILE : 0);
    return STATUS_SUCCESS;
}
