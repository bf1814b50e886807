/* Event Tracing for Windows, for those who write events: there is no session that listens, so providers register,
 * are never enabled, and what they write goes nowhere, exactly as on a Windows without listeners ("Event Tracing
 * Functions"). advapi32's names lead to ntdll's. */
#include <pthread.h>

#include "api.h"
#include "crypto/crypt.h"
#include "fork.h"

typedef void(WINAPI *ENABLECALLBACK)(const GUID *, ULONG, UCHAR, ULONGLONG, ULONGLONG, PVOID, PVOID);
typedef ULONGLONG REGHANDLE, TRACEHANDLE;

/* A registered provider; the handle is its address. Kept in a list so that a stale handle is told from a good one. */
struct provider {
    struct provider *next;
    GUID id;
};

/* Process state: the registered providers. */
static struct provider *providers;
static pthread_mutex_t providers_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(providers_lock);

static ULONG provider_add(const GUID *id, ULONGLONG *handle) {
    struct provider *provider = malloc(sizeof *provider);
    if (!provider)
        return ERROR_NOT_ENOUGH_MEMORY;
    provider->id = *id;
    pthread_mutex_lock(&providers_lock);
    provider->next = providers;
    providers = provider;
    pthread_mutex_unlock(&providers_lock);
    *handle = (uintptr_t)provider;
    return ERROR_SUCCESS;
}

static ULONG provider_remove(ULONGLONG handle) {
    pthread_mutex_lock(&providers_lock);
    struct provider **at = &providers;
    while (*at && (uintptr_t)*at != handle)
        at = &(*at)->next;
    struct provider *found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&providers_lock);
    free(found);
    return found ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

static ULONG check(ULONGLONG handle) {
    pthread_mutex_lock(&providers_lock);
    const struct provider *each = providers;
    while (each && (uintptr_t)each != handle)
        each = each->next;
    pthread_mutex_unlock(&providers_lock);
    return each ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

/* The callback would tell of sessions that enable the provider. */
API_AS(api_EventRegister, advapi32 kernelbase, ULONG, "EventRegister", const GUID *ProviderId,
       ENABLECALLBACK EnableCallback,
       PVOID CallbackContext, REGHANDLE *RegHandle) {
    (void)EnableCallback, (void)CallbackContext;
    return ProviderId && RegHandle ? provider_add(ProviderId, RegHandle) : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_EventRegister, etw, ntdll, "EtwEventRegister");

API(advapi32 kernelbase, ULONG, EventUnregister, REGHANDLE RegHandle) { return provider_remove(RegHandle); }
API_ALIAS(api_EventUnregister, etw, ntdll, "EtwEventUnregister");

API(advapi32 kernelbase, ULONG, EventSetInformation, REGHANDLE RegHandle, DWORD InformationClass,
    PVOID EventInformation,
    ULONG InformationLength) {
    (void)EventInformation, (void)InformationLength;
    return InformationClass > 4 ? ERROR_INVALID_PARAMETER : check(RegHandle);
}
API_ALIAS(api_EventSetInformation, etw, ntdll, "EtwEventSetInformation");

API(advapi32 kernelbase, BOOLEAN, EventEnabled, REGHANDLE RegHandle, LPCVOID EventDescriptor) {
    (void)RegHandle, (void)EventDescriptor;
    return FALSE;
}
API_ALIAS(api_EventEnabled, etw, ntdll, "EtwEventEnabled");

API(advapi32 kernelbase, BOOLEAN, EventProviderEnabled, REGHANDLE RegHandle, UCHAR Level, ULONGLONG Keyword) {
    (void)RegHandle, (void)Level, (void)Keyword;
    return FALSE;
}
API_ALIAS(api_EventProviderEnabled, etw, ntdll, "EtwEventProviderEnabled");

API(advapi32 kernelbase, ULONG, EventWrite, REGHANDLE RegHandle, LPCVOID EventDescriptor, ULONG UserDataCount,
    LPCVOID UserData) {
    (void)UserDataCount, (void)UserData;
    return EventDescriptor ? check(RegHandle) : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_EventWrite, etw, ntdll, "EtwEventWrite");

API(advapi32 kernelbase, ULONG, EventWriteTransfer, REGHANDLE RegHandle, LPCVOID EventDescriptor,
    const GUID *ActivityId,
    const GUID *RelatedActivityId, ULONG UserDataCount, LPCVOID UserData) {
    (void)ActivityId, (void)RelatedActivityId, (void)UserDataCount, (void)UserData;
    return EventDescriptor ? check(RegHandle) : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_EventWriteTransfer, etw, ntdll, "EtwEventWriteTransfer");

API(advapi32, ULONG, EventWriteEx, REGHANDLE RegHandle, LPCVOID EventDescriptor, ULONGLONG Filter, ULONG Flags,
    const GUID *ActivityId, const GUID *RelatedActivityId, ULONG UserDataCount, LPCVOID UserData) {
    (void)Filter, (void)Flags, (void)ActivityId, (void)RelatedActivityId, (void)UserDataCount, (void)UserData;
    return EventDescriptor ? check(RegHandle) : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_EventWriteEx, etw, ntdll, "EtwEventWriteEx");

API(advapi32 kernelbase, ULONG, EventWriteString, REGHANDLE RegHandle, UCHAR Level, ULONGLONG Keyword, PCWSTR String) {
    (void)Level, (void)Keyword;
    return String ? check(RegHandle) : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_EventWriteString, etw, ntdll, "EtwEventWriteString");

/* ---- activities ("EventActivityIdControl function") ---- */

enum {
    EVENT_ACTIVITY_CTRL_GET_ID = 1,
    EVENT_ACTIVITY_CTRL_SET_ID,
    EVENT_ACTIVITY_CTRL_CREATE_ID,
    EVENT_ACTIVITY_CTRL_GET_SET_ID,
    EVENT_ACTIVITY_CTRL_CREATE_SET_ID,
};

static __thread GUID activity;

static void new_activity(GUID *id) {
    random_fill(id, sizeof *id);
    id->Data3 = (WORD)((id->Data3 & 0x0fff) | 0x4000);
    id->Data4[0] = (BYTE)((id->Data4[0] & 0x3f) | 0x80);
}

API(advapi32 kernelbase, ULONG, EventActivityIdControl, ULONG ControlCode, GUID *ActivityId) {
    GUID before = activity;
    if (!ActivityId)
        return ERROR_INVALID_PARAMETER;
    switch (ControlCode) {
    case EVENT_ACTIVITY_CTRL_GET_ID: *ActivityId = activity; break;
    case EVENT_ACTIVITY_CTRL_SET_ID: activity = *ActivityId; break;
    case EVENT_ACTIVITY_CTRL_CREATE_ID: new_activity(ActivityId); break;
    case EVENT_ACTIVITY_CTRL_GET_SET_ID:
        activity = *ActivityId;
        *ActivityId = before;
        break;
    case EVENT_ACTIVITY_CTRL_CREATE_SET_ID:
        new_activity(&activity);
        *ActivityId = before;
        break;
    default: return ERROR_INVALID_PARAMETER;
    }
    return ERROR_SUCCESS;
}
API_ALIAS(api_EventActivityIdControl, etw, ntdll, "EtwEventActivityIdControl");

/* ---- the classic interface ("RegisterTraceGuids function", "TraceEvent function") ---- */

typedef ULONG(WINAPI *WMIDPREQUEST)(DWORD, PVOID, ULONG *, PVOID);
typedef struct { const GUID *Guid; HANDLE RegHandle; } TRACE_GUID_REGISTRATION;

API(advapi32 kernelbase, ULONG, RegisterTraceGuidsW, WMIDPREQUEST RequestAddress, PVOID RequestContext,
    const GUID *ControlGuid,
    ULONG GuidCount, TRACE_GUID_REGISTRATION *TraceGuidReg, PCWSTR MofImagePath, PCWSTR MofResourceName,
    TRACEHANDLE *RegistrationHandle) {
    (void)RequestContext, (void)MofImagePath, (void)MofResourceName;
    if (!RequestAddress || !ControlGuid || !RegistrationHandle || GuidCount > 63 || (GuidCount && !TraceGuidReg))
        return ERROR_INVALID_PARAMETER;
    ULONG error = provider_add(ControlGuid, RegistrationHandle);
    for (ULONG i = 0; !error && i < GuidCount; i++)
        TraceGuidReg[i].RegHandle = (HANDLE)(uintptr_t)*RegistrationHandle;
    return error;
}
API_ALIAS(api_RegisterTraceGuidsW, etw, ntdll, "EtwRegisterTraceGuidsW");
/* The ANSI form differs in strings that nobody reads here. */
API_ALIAS(api_RegisterTraceGuidsW, ansi, advapi32, "RegisterTraceGuidsA");
API_ALIAS(api_RegisterTraceGuidsW, etw_ansi, ntdll, "EtwRegisterTraceGuidsA");

API(advapi32 kernelbase, ULONG, UnregisterTraceGuids, TRACEHANDLE RegistrationHandle) {
    return provider_remove(RegistrationHandle);
}
API_ALIAS(api_UnregisterTraceGuids, etw, ntdll, "EtwUnregisterTraceGuids");

/* A provider learns of its session in the callback, which is never called; so these know no handle. */
API(advapi32 kernelbase, TRACEHANDLE, GetTraceLoggerHandle, PVOID Buffer) {
    (void)Buffer;
    set_last_error(ERROR_INVALID_HANDLE);
    return ~(TRACEHANDLE)0;
}
API_ALIAS(api_GetTraceLoggerHandle, etw, ntdll, "EtwGetTraceLoggerHandle");

API(advapi32 kernelbase, UCHAR, GetTraceEnableLevel, TRACEHANDLE TraceHandle) {
    (void)TraceHandle;
    set_last_error(ERROR_INVALID_HANDLE);
    return 0;
}
API_ALIAS(api_GetTraceEnableLevel, etw, ntdll, "EtwGetTraceEnableLevel");

API(advapi32 kernelbase, ULONG, GetTraceEnableFlags, TRACEHANDLE TraceHandle) {
    (void)TraceHandle;
    set_last_error(ERROR_INVALID_HANDLE);
    return 0;
}
API_ALIAS(api_GetTraceEnableFlags, etw, ntdll, "EtwGetTraceEnableFlags");

API(advapi32 kernelbase, ULONG, TraceEvent, TRACEHANDLE TraceHandle, PVOID EventTrace) {
    (void)TraceHandle;
    return EventTrace ? ERROR_INVALID_HANDLE : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_TraceEvent, etw, ntdll, "EtwLogTraceEvent");

API(advapi32, ULONG, TraceEventInstance, TRACEHANDLE TraceHandle, PVOID EventTrace, PVOID pInstInfo,
    PVOID pParentInstInfo) {
    (void)TraceHandle, (void)pParentInstInfo;
    return EventTrace && pInstInfo ? ERROR_INVALID_HANDLE : ERROR_INVALID_PARAMETER;
}
API_ALIAS(api_TraceEventInstance, etw, ntdll, "EtwTraceEventInstance");

/* The arguments after MessageNumber are pairs of address and size. */
API(advapi32 kernelbase, ULONG, TraceMessage, TRACEHANDLE LoggerHandle, ULONG MessageFlags, const GUID *MessageGuid,
    USHORT MessageNumber, ...) {
    (void)LoggerHandle, (void)MessageFlags, (void)MessageGuid, (void)MessageNumber;
    return ERROR_INVALID_HANDLE;
}
API_ALIAS(api_TraceMessage, etw, ntdll, "EtwTraceMessage");

API(advapi32 kernelbase, ULONG, TraceMessageVa, TRACEHANDLE LoggerHandle, ULONG MessageFlags, const GUID *MessageGuid,
    USHORT MessageNumber, PVOID MessageArgList) {
    (void)LoggerHandle, (void)MessageFlags, (void)MessageGuid, (void)MessageNumber, (void)MessageArgList;
    return ERROR_INVALID_HANDLE;
}
API_ALIAS(api_TraceMessageVa, etw, ntdll, "EtwTraceMessageVa");
