/* Windows Error Reporting and restarts ("Windows Error Reporting", "Application Recovery and Restart"): what a program
 * registers is kept for its questions; nobody sends reports, and nobody restarts programs. */
#include <pthread.h>

#include "codepage.h"
#include "nt.h"

#define HRESULT_NOT_FOUND ((HRESULT)0x80070490)
enum { RESTART_MAX_CMD_LINE = 1024 };

static DWORD report_flags;

API(kernel32 kernelbase, HRESULT, WerSetFlags, DWORD dwFlags) {
    __atomic_store_n(&report_flags, dwFlags, __ATOMIC_RELAXED);
    return 0;
}

API(kernel32 kernelbase, HRESULT, WerGetFlags, HANDLE hProcess, PDWORD pdwFlags) {
    if (hProcess != CURRENT_PROCESS || !pdwFlags)
        return (HRESULT)0x80070057;                      /* E_INVALIDARG */
    *pdwFlags = __atomic_load_n(&report_flags, __ATOMIC_RELAXED);
    return 0;
}

API(kernel32 kernelbase, HRESULT, WerRegisterFile, LPCWSTR pwzFile, int regFileType, DWORD dwFlags) {
    (void)pwzFile, (void)regFileType, (void)dwFlags;
    return 0;
}
API(kernel32 kernelbase, HRESULT, WerUnregisterFile, LPCWSTR pwzFilePath) { return (void)pwzFilePath, 0; }
API(kernel32 kernelbase, HRESULT, WerRegisterMemoryBlock, PVOID pvAddress, DWORD dwSize) {
    (void)pvAddress, (void)dwSize;
    return 0;
}
API(kernel32 kernelbase, HRESULT, WerUnregisterMemoryBlock, PVOID pvAddress) { return (void)pvAddress, 0; }
API(kernel32 kernelbase, HRESULT, WerRegisterExcludedMemoryBlock, const void *address, DWORD size) {
    (void)address, (void)size;
    return 0;
}
API(kernel32 kernelbase, HRESULT, WerUnregisterExcludedMemoryBlock, const void *address) { return (void)address, 0; }
API(kernel32 kernelbase, HRESULT, WerRegisterCustomMetadata, LPCWSTR key, LPCWSTR value) {
    (void)key, (void)value;
    return 0;
}
API(kernel32 kernelbase, HRESULT, WerUnregisterCustomMetadata, LPCWSTR key) { return (void)key, 0; }
API(kernel32 kernelbase, HRESULT, WerRegisterAppLocalDump, LPCWSTR localAppDataRelativePath) {
    (void)localAppDataRelativePath;
    return 0;
}
API(kernel32 kernelbase, HRESULT, WerUnregisterAppLocalDump, void) { return 0; }
API(kernel32 kernelbase, HRESULT, WerRegisterRuntimeExceptionModule, LPCWSTR pwszOutOfProcessCallbackDll, PVOID pContext) {
    (void)pwszOutOfProcessCallbackDll, (void)pContext;
    return 0;
}
API(kernel32 kernelbase, HRESULT, WerUnregisterRuntimeExceptionModule, LPCWSTR pwszOutOfProcessCallbackDll,
    PVOID pContext) {
    (void)pwszOutOfProcessCallbackDll, (void)pContext;
    return 0;
}

/* ---- restarts ---- */

static struct {
    WCHAR command_line[RESTART_MAX_CMD_LINE + 1];
    DWORD flags;
    bool is_registered;
} restart;
static pthread_mutex_t restart_lock = PTHREAD_MUTEX_INITIALIZER;

API(kernel32, HRESULT, RegisterApplicationRestart, LPCWSTR pwzCommandline, DWORD dwFlags) {
    size_t length = pwzCommandline ? wide_length(pwzCommandline) : 0;
    if (length > RESTART_MAX_CMD_LINE || dwFlags & ~15u)
        return (HRESULT)0x80070057;
    pthread_mutex_lock(&restart_lock);
    memcpy(restart.command_line, length ? pwzCommandline : u"", (length + 1) * sizeof(WCHAR));
    restart.flags = dwFlags;
    restart.is_registered = true;
    pthread_mutex_unlock(&restart_lock);
    return 0;
}

API(kernel32, HRESULT, UnregisterApplicationRestart, void) {
    pthread_mutex_lock(&restart_lock);
    restart.is_registered = false;
    pthread_mutex_unlock(&restart_lock);
    return 0;
}

API(kernel32 kernelbase, HRESULT, GetApplicationRestartSettings, HANDLE hProcess, LPWSTR pwzCommandline, PDWORD pcchSize,
    PDWORD pdwFlags) {
    if (hProcess != CURRENT_PROCESS || !pcchSize)
        return (HRESULT)0x80070057;
    pthread_mutex_lock(&restart_lock);
    HRESULT result = restart.is_registered ? 0 : HRESULT_NOT_FOUND;
    DWORD size = (DWORD)wide_length(restart.command_line) + 1;
    if (!result && pwzCommandline && *pcchSize < size)
        result = (HRESULT)0x8007007A;                    /* ERROR_INSUFFICIENT_BUFFER */
    else if (!result && pwzCommandline)
        memcpy(pwzCommandline, restart.command_line, size * sizeof(WCHAR));
    if (result != HRESULT_NOT_FOUND)
        *pcchSize = size;
    if (!result && pdwFlags)
        *pdwFlags = restart.flags;
    pthread_mutex_unlock(&restart_lock);
    return result;
}

API(kernel32, HRESULT, RegisterApplicationRecoveryCallback, PVOID pRecoveyCallback, PVOID pvParameter, DWORD dwPingInterval,
    DWORD dwFlags) {
    (void)pvParameter, (void)dwPingInterval, (void)dwFlags;
    return pRecoveyCallback ? 0 : (HRESULT)0x80070057;
}
API(kernel32, HRESULT, UnregisterApplicationRecoveryCallback, void) { return 0; }
API(kernel32, HRESULT, ApplicationRecoveryInProgress, BOOL *pbCancelled) {
    if (!pbCancelled)
        return (HRESULT)0x80070057;
    *pbCancelled = FALSE;
    return (HRESULT)0x80004005;                          /* E_FAIL: no recovery is in progress */
}
API(kernel32, void, ApplicationRecoveryFinished, BOOL bSuccess) { (void)bSuccess; }

/* Nobody monitors silent exits ("Monitoring Silent Process Exit"). */
API(ntdll, NTSTATUS, RtlReportSilentProcessExit, HANDLE ProcessHandle, NTSTATUS ExitStatus) {
    (void)ProcessHandle, (void)ExitStatus;
    return STATUS_SUCCESS;
}
