/* Event Tracing for Windows, for those who control sessions or read what they have recorded: users who are no
 * administrators may begin none, so there are none ("Event Tracing Functions"). */
#include "api.h"

#define ERROR_WMI_INSTANCE_NOT_FOUND 4201u
#define INVALID_PROCESSTRACE_HANDLE (~(TRACEHANDLE)0)

typedef ULONGLONG TRACEHANDLE;

enum { PROPERTIES_SIZE = 120, MAX_SESSIONS = 64 };

/* "WNODE_HEADER structure" in front of EVENT_TRACE_PROPERTIES. */
typedef struct {
    ULONG BufferSize, ProviderId;
    ULONGLONG HistoricalContext;
    LARGE_INTEGER TimeStamp;
    GUID Guid;
    ULONG ClientContext, Flags;
} WNODE_HEADER;
_Static_assert(sizeof(WNODE_HEADER) == 48, "WNODE_HEADER structure");

/* The head of "EVENT_TRACE_LOGFILEW structure". */
typedef struct {
    LPCWSTR LogFileName, LoggerName;
} TRACE_LOGFILE_HEAD;

static ULONG check_properties(const WNODE_HEADER *properties) {
    return !properties ? ERROR_INVALID_PARAMETER : properties->BufferSize < PROPERTIES_SIZE ? ERROR_BAD_LENGTH : ERROR_SUCCESS;
}

static ULONG start(const TRACEHANDLE *handle, const void *name, const WNODE_HEADER *properties) {
    ULONG error = handle && name ? check_properties(properties) : ERROR_INVALID_PARAMETER;
    return error ? error : ERROR_ACCESS_DENIED;
}

API(advapi32 sechost, ULONG, StartTraceW, TRACEHANDLE *TraceHandle, LPCWSTR InstanceName, PVOID Properties) {
    return start(TraceHandle, InstanceName, Properties);
}

API(advapi32 sechost, ULONG, StartTraceA, TRACEHANDLE *TraceHandle, LPCSTR InstanceName, PVOID Properties) {
    return start(TraceHandle, InstanceName, Properties);
}

/* A session is named by handle or by name. */
static ULONG control(TRACEHANDLE handle, const void *name, const WNODE_HEADER *properties) {
    ULONG error = handle || name ? check_properties(properties) : ERROR_INVALID_PARAMETER;
    return error ? error : ERROR_WMI_INSTANCE_NOT_FOUND;
}

API(advapi32 sechost, ULONG, ControlTraceW, TRACEHANDLE TraceHandle, LPCWSTR InstanceName, PVOID Properties,
    ULONG ControlCode) {
    enum { EVENT_TRACE_CONTROL_INCREMENT_FILE = 4 };
    ULONG error = control(TraceHandle, InstanceName, Properties);
    return ControlCode > EVENT_TRACE_CONTROL_INCREMENT_FILE ? ERROR_INVALID_PARAMETER : error;
}

API(advapi32 sechost, ULONG, ControlTraceA, TRACEHANDLE TraceHandle, LPCSTR InstanceName, PVOID Properties,
    ULONG ControlCode) {
    return api_ControlTraceW(TraceHandle, (LPCWSTR)InstanceName, Properties, ControlCode); /* the name is not read */
}

#define CONTROL_FUNCTION(name_)                                                                                        \
    API(advapi32 sechost, ULONG, name_##W, TRACEHANDLE TraceHandle, LPCWSTR InstanceName, PVOID Properties) {          \
        return control(TraceHandle, InstanceName, Properties);                                                         \
    }                                                                                                                  \
    API(advapi32 sechost, ULONG, name_##A, TRACEHANDLE TraceHandle, LPCSTR InstanceName, PVOID Properties) {           \
        return control(TraceHandle, InstanceName, Properties);                                                         \
    }

CONTROL_FUNCTION(QueryTrace)
CONTROL_FUNCTION(UpdateTrace)
CONTROL_FUNCTION(FlushTrace)
CONTROL_FUNCTION(StopTrace)

API(advapi32 sechost, ULONG, QueryAllTracesW, PVOID *PropertyArray, ULONG PropertyArrayCount, ULONG *LoggerCount) {
    if (!LoggerCount || !PropertyArray || !PropertyArrayCount || PropertyArrayCount > MAX_SESSIONS)
        return ERROR_INVALID_PARAMETER;
    *LoggerCount = 0;
    return ERROR_SUCCESS;
}
API_ALIAS(api_QueryAllTracesW, ansi, advapi32 sechost, "QueryAllTracesA");

static ULONG enable(TRACEHANDLE handle, const GUID *provider) {
    return handle && provider ? ERROR_WMI_INSTANCE_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

API(advapi32, ULONG, EnableTrace, ULONG Enable, ULONG EnableFlag, ULONG EnableLevel, const GUID *ControlGuid,
    TRACEHANDLE TraceHandle) {
    (void)EnableFlag, (void)EnableLevel;
    return Enable > 1 ? ERROR_INVALID_PARAMETER : enable(TraceHandle, ControlGuid);
}

API(advapi32, ULONG, EnableTraceEx, const GUID *ProviderId, const GUID *SourceId, TRACEHANDLE TraceHandle,
    ULONG IsEnabled, UCHAR Level, ULONGLONG MatchAnyKeyword, ULONGLONG MatchAllKeyword, ULONG EnableProperty,
    PVOID EnableFilterDesc) {
    (void)SourceId, (void)Level, (void)MatchAnyKeyword, (void)MatchAllKeyword, (void)EnableProperty, (void)EnableFilterDesc;
    return IsEnabled > 1 ? ERROR_INVALID_PARAMETER : enable(TraceHandle, ProviderId);
}

API(advapi32 sechost, ULONG, EnableTraceEx2, TRACEHANDLE TraceHandle, const GUID *ProviderId, ULONG ControlCode,
    UCHAR Level, ULONGLONG MatchAnyKeyword, ULONGLONG MatchAllKeyword, ULONG Timeout, PVOID EnableParameters) {
    enum { EVENT_CONTROL_CODE_CAPTURE_STATE = 2 };
    (void)Level, (void)MatchAnyKeyword, (void)MatchAllKeyword, (void)Timeout, (void)EnableParameters;
    return ControlCode > EVENT_CONTROL_CODE_CAPTURE_STATE ? ERROR_INVALID_PARAMETER : enable(TraceHandle, ProviderId);
}

API(advapi32 sechost, ULONG, TraceSetInformation, TRACEHANDLE SessionHandle, int InformationClass,
    PVOID TraceInformation, ULONG InformationLength) {
    (void)SessionHandle, (void)InformationClass;
    return TraceInformation && InformationLength ? ERROR_WMI_INSTANCE_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

/* ---- reading ---- */

/* Files of recorded events are not read here. */
static TRACEHANDLE open_trace(const TRACE_LOGFILE_HEAD *logfile) {
    set_last_error(!logfile || (!logfile->LogFileName && !logfile->LoggerName) ? ERROR_INVALID_PARAMETER
                   : logfile->LogFileName ? ERROR_NOT_SUPPORTED : ERROR_WMI_INSTANCE_NOT_FOUND);
    return INVALID_PROCESSTRACE_HANDLE;
}

API(advapi32 sechost, TRACEHANDLE, OpenTraceW, PVOID Logfile) { return open_trace(Logfile); }
API(advapi32 sechost, TRACEHANDLE, OpenTraceA, PVOID Logfile) { return open_trace(Logfile); }

API(advapi32 sechost, ULONG, ProcessTrace, TRACEHANDLE *HandleArray, ULONG HandleCount, FILETIME *StartTime,
    FILETIME *EndTime) {
    (void)StartTime, (void)EndTime;
    return !HandleArray ? ERROR_INVALID_PARAMETER
           : !HandleCount || HandleCount > MAX_SESSIONS ? ERROR_BAD_LENGTH : ERROR_INVALID_HANDLE;
}

API(advapi32 sechost, ULONG, CloseTrace, TRACEHANDLE TraceHandle) {
    (void)TraceHandle;
    return ERROR_INVALID_HANDLE;
}
