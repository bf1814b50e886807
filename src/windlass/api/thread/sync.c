/* Events, mutexes, semaphores and waits ("Synchronization Functions"); sync_nt.c has NT's names for them. */
#include "sync.h"

#include <time.h>

#include "api.h"
#include "names.h"
#include "wait.h"

#define WAIT_FAILED 0xffffffffu

/* ---- events ---- */

enum { CREATE_EVENT_MANUAL_RESET = 1, CREATE_EVENT_INITIAL_SET = 2 };

API(kernel32 kernelbase, HANDLE, CreateEventExW, SECURITY_ATTRIBUTES *lpEventAttributes, LPCWSTR lpName,
    DWORD dwFlags, DWORD dwDesiredAccess) {
    struct object *event = event_new(dwFlags & CREATE_EVENT_MANUAL_RESET, dwFlags & CREATE_EVENT_INITIAL_SET);
    return create_named(event, lpName, dwDesiredAccess, lpEventAttributes);
}
API_ALIAS(api_CreateEventExW, crt, msvcr110 msvcr120, "__crtCreateEventExW");

API(kernel32 kernelbase, HANDLE, CreateEventExA, SECURITY_ATTRIBUTES *lpEventAttributes, LPCSTR lpName,
    DWORD dwFlags, DWORD dwDesiredAccess) {
    struct object *event = event_new(dwFlags & CREATE_EVENT_MANUAL_RESET, dwFlags & CREATE_EVENT_INITIAL_SET);
    return create_named_ansi(event, lpName, dwDesiredAccess, lpEventAttributes);
}

static DWORD event_flags(BOOL manual_reset, BOOL initial_state) {
    return (manual_reset ? CREATE_EVENT_MANUAL_RESET : 0u) | (initial_state ? CREATE_EVENT_INITIAL_SET : 0u);
}

API(kernel32 kernelbase, HANDLE, CreateEventW, SECURITY_ATTRIBUTES *lpEventAttributes, BOOL bManualReset,
    BOOL bInitialState, LPCWSTR lpName) {
    return api_CreateEventExW(lpEventAttributes, lpName, event_flags(bManualReset, bInitialState),
                              event_type.all_access);
}

API(kernel32 kernelbase, HANDLE, CreateEventA, SECURITY_ATTRIBUTES *lpEventAttributes, BOOL bManualReset,
    BOOL bInitialState, LPCSTR lpName) {
    return api_CreateEventExA(lpEventAttributes, lpName, event_flags(bManualReset, bInitialState),
                              event_type.all_access);
}

API(kernel32 kernelbase, HANDLE, OpenEventW, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return open_named(&event_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(kernel32 kernelbase, HANDLE, OpenEventA, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open_named_ansi(&event_type, lpName, dwDesiredAccess, bInheritHandle);
}

enum { EVENT_MODIFY_STATE = 2, SEMAPHORE_MODIFY_STATE = 2 };

static BOOL change_event(HANDLE handle, enum event_change change) {
    struct object *event = handle_object_or_fail(handle, &event_type, EVENT_MODIFY_STATE);
    if (!event)
        return FALSE;
    event_change(event, change, NULL);
    object_release(event);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetEvent, HANDLE hEvent) { return change_event(hEvent, EVENT_SET); }
API(kernel32 kernelbase, BOOL, ResetEvent, HANDLE hEvent) { return change_event(hEvent, EVENT_RESET); }
API(kernel32 kernelbase, BOOL, PulseEvent, HANDLE hEvent) { return change_event(hEvent, EVENT_PULSE); }

/* ---- mutexes ---- */

enum { CREATE_MUTEX_INITIAL_OWNER = 1 };

API(kernel32 kernelbase, HANDLE, CreateMutexExW, SECURITY_ATTRIBUTES *lpMutexAttributes, LPCWSTR lpName,
    DWORD dwFlags, DWORD dwDesiredAccess) {
    struct object *mutex = mutant_new(dwFlags & CREATE_MUTEX_INITIAL_OWNER);
    return create_named(mutex, lpName, dwDesiredAccess, lpMutexAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateMutexExA, SECURITY_ATTRIBUTES *lpMutexAttributes, LPCSTR lpName,
    DWORD dwFlags, DWORD dwDesiredAccess) {
    struct object *mutex = mutant_new(dwFlags & CREATE_MUTEX_INITIAL_OWNER);
    return create_named_ansi(mutex, lpName, dwDesiredAccess, lpMutexAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateMutexW, SECURITY_ATTRIBUTES *lpMutexAttributes, BOOL bInitialOwner,
    LPCWSTR lpName) {
    return api_CreateMutexExW(lpMutexAttributes, lpName, bInitialOwner ? CREATE_MUTEX_INITIAL_OWNER : 0,
                              mutant_type.all_access);
}

API(kernel32 kernelbase, HANDLE, CreateMutexA, SECURITY_ATTRIBUTES *lpMutexAttributes, BOOL bInitialOwner,
    LPCSTR lpName) {
    return api_CreateMutexExA(lpMutexAttributes, lpName, bInitialOwner ? CREATE_MUTEX_INITIAL_OWNER : 0,
                              mutant_type.all_access);
}

API(kernel32 kernelbase, HANDLE, OpenMutexW, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return open_named(&mutant_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(kernel32 kernelbase, HANDLE, OpenMutexA, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open_named_ansi(&mutant_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(kernel32 kernelbase, BOOL, ReleaseMutex, HANDLE hMutex) {
    struct object *mutex = handle_object_or_fail(hMutex, &mutant_type, 0);
    if (!mutex)
        return FALSE;
    NTSTATUS status = mutant_release(mutex, NULL);
    object_release(mutex);
    return NT_SUCCESS(status) ? TRUE : fail(win32_from_status(status));
}

/* ---- semaphores ---- */

static bool semaphore_limits_are_good(LONG initial, LONG maximum) {
    if (maximum > 0 && initial >= 0 && initial <= maximum)
        return true;
    return fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, HANDLE, CreateSemaphoreExW, SECURITY_ATTRIBUTES *lpSemaphoreAttributes, LONG lInitialCount,
    LONG lMaximumCount, LPCWSTR lpName, DWORD dwFlags, DWORD dwDesiredAccess) {
    (void)dwFlags;
    if (!semaphore_limits_are_good(lInitialCount, lMaximumCount))
        return NULL;
    return create_named(semaphore_new(lInitialCount, lMaximumCount), lpName, dwDesiredAccess, lpSemaphoreAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateSemaphoreExA, SECURITY_ATTRIBUTES *lpSemaphoreAttributes, LONG lInitialCount,
    LONG lMaximumCount, LPCSTR lpName, DWORD dwFlags, DWORD dwDesiredAccess) {
    (void)dwFlags;
    if (!semaphore_limits_are_good(lInitialCount, lMaximumCount))
        return NULL;
    return create_named_ansi(semaphore_new(lInitialCount, lMaximumCount), lpName, dwDesiredAccess,
                             lpSemaphoreAttributes);
}

API(kernel32 kernelbase, HANDLE, CreateSemaphoreW, SECURITY_ATTRIBUTES *lpSemaphoreAttributes, LONG lInitialCount,
    LONG lMaximumCount, LPCWSTR lpName) {
    return api_CreateSemaphoreExW(lpSemaphoreAttributes, lInitialCount, lMaximumCount, lpName, 0,
                                  semaphore_type.all_access);
}

API(kernel32 kernelbase, HANDLE, CreateSemaphoreA, SECURITY_ATTRIBUTES *lpSemaphoreAttributes, LONG lInitialCount,
    LONG lMaximumCount, LPCSTR lpName) {
    return api_CreateSemaphoreExA(lpSemaphoreAttributes, lInitialCount, lMaximumCount, lpName, 0,
                                  semaphore_type.all_access);
}

API(kernel32 kernelbase, HANDLE, OpenSemaphoreW, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return open_named(&semaphore_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(kernel32 kernelbase, HANDLE, OpenSemaphoreA, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open_named_ansi(&semaphore_type, lpName, dwDesiredAccess, bInheritHandle);
}

API(kernel32 kernelbase, BOOL, ReleaseSemaphore, HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount) {
    if (lReleaseCount <= 0)
        return fail(ERROR_INVALID_PARAMETER);
    struct object *semaphore = handle_object_or_fail(hSemaphore, &semaphore_type, SEMAPHORE_MODIFY_STATE);
    if (!semaphore)
        return FALSE;
    LONG was;
    NTSTATUS status = semaphore_add(semaphore, lReleaseCount, &was);
    object_release(semaphore);
    if (!NT_SUCCESS(status))
        return fail(win32_from_status(status));
    if (lpPreviousCount)
        *lpPreviousCount = was;
    return TRUE;
}

/* ---- waits ---- */

static DWORD wait_result(NTSTATUS status) {
    if (NT_SUCCESS(status))
        return (DWORD)status;
    set_last_error(win32_from_status(status));
    return WAIT_FAILED;
}

API(kernel32 kernelbase, DWORD, WaitForSingleObjectEx, HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable) {
    return wait_result(wait_for_handles(&hHandle, 1, false, bAlertable != 0, deadline_from_milliseconds(dwMilliseconds)));
}

API(kernel32 kernelbase, DWORD, WaitForSingleObject, HANDLE hHandle, DWORD dwMilliseconds) {
    return api_WaitForSingleObjectEx(hHandle, dwMilliseconds, FALSE);
}

API(kernel32 kernelbase, DWORD, WaitForMultipleObjectsEx, DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
    DWORD dwMilliseconds, BOOL bAlertable) {
    return wait_result(
        wait_for_handles(lpHandles, nCount, bWaitAll, bAlertable != 0, deadline_from_milliseconds(dwMilliseconds)));
}

API(kernel32 kernelbase, DWORD, WaitForMultipleObjects, DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
    DWORD dwMilliseconds) {
    return api_WaitForMultipleObjectsEx(nCount, lpHandles, bWaitAll, dwMilliseconds, FALSE);
}

API(kernel32 kernelbase, DWORD, SignalObjectAndWait, HANDLE hObjectToSignal, HANDLE hObjectToWaitOn,
    DWORD dwMilliseconds, BOOL bAlertable) {
    return wait_result(signal_and_wait(hObjectToSignal, hObjectToWaitOn, bAlertable != 0,
                                       deadline_from_milliseconds(dwMilliseconds)));
}

API(kernel32 kernelbase, DWORD, SleepEx, DWORD dwMilliseconds, BOOL bAlertable) {
    NTSTATUS status = sleep_until(deadline_from_milliseconds(dwMilliseconds), bAlertable != 0);
    return status == STATUS_USER_APC ? (DWORD)STATUS_USER_APC : 0;
}

API(kernel32 kernelbase, void, Sleep, DWORD dwMilliseconds) {
    sleep_until(deadline_from_milliseconds(dwMilliseconds), false);
}

/* Nonzero when another thread was given the processor, which Linux does not tell. */
API(kernel32 kernelbase, BOOL, SwitchToThread, void) { return sleep_until(0, false) == STATUS_SUCCESS; }
