/* User-mode scheduling: "As of Windows 11, user-mode scheduling is not supported. All calls fail with the error
 * ERROR_NOT_SUPPORTED" ("User-Mode Scheduling"). */
#include "api.h"

#define REFUSED(result_, name_, ...)                                                           \
    API(kernel32, result_, name_, __VA_ARGS__) {                                               \
        return (result_)(uintptr_t)fail(ERROR_NOT_SUPPORTED);                                  \
    }

#pragma GCC diagnostic ignored "-Wunused-parameter"

REFUSED(BOOL, CreateUmsCompletionList, PVOID *UmsCompletionList)
REFUSED(BOOL, DeleteUmsCompletionList, PVOID UmsCompletionList)
REFUSED(BOOL, CreateUmsThreadContext, PVOID *lpUmsThread)
REFUSED(BOOL, DeleteUmsThreadContext, PVOID UmsThread)
REFUSED(BOOL, EnterUmsSchedulingMode, PVOID SchedulerStartupInfo)
REFUSED(BOOL, ExecuteUmsThread, PVOID UmsThread)
REFUSED(PVOID, GetCurrentUmsThread, void)
REFUSED(PVOID, GetNextUmsListItem, PVOID UmsContext)
REFUSED(BOOL, GetUmsCompletionListEvent, PVOID UmsCompletionList, PHANDLE UmsCompletionEvent)
REFUSED(BOOL, GetUmsSystemThreadInformation, HANDLE ThreadHandle, PVOID SystemThreadInfo)
REFUSED(BOOL, DequeueUmsCompletionListItems, PVOID UmsCompletionList, DWORD WaitTimeOut, PVOID *UmsThreadList)
REFUSED(BOOL, QueryUmsThreadInformation, PVOID UmsThread, ULONG UmsThreadInfoClass, PVOID UmsThreadInformation,
        ULONG UmsThreadInformationLength, PULONG ReturnLength)
REFUSED(BOOL, SetUmsThreadInformation, PVOID UmsThread, ULONG UmsThreadInfoClass, PVOID UmsThreadInformation,
        ULONG UmsThreadInformationLength)
REFUSED(BOOL, UmsThreadYield, PVOID SchedulerParam)
