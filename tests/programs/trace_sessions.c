// Sessions of event tracing, of which a user who is no administrator has none.
// Without Wine: it begins sessions for everybody, and knows few of these functions.
#include <windows.h>
#include <evntrace.h>

#include "fixture.h"

static struct {
    EVENT_TRACE_PROPERTIES properties;
    WCHAR name[100];
} session;

static EVENT_TRACE_PROPERTIES *properties(void)
{
    memset(&session, 0, sizeof session);
    session.properties.Wnode.BufferSize = sizeof session;
    session.properties.LoggerNameOffset = sizeof session.properties;
    return &session.properties;
}

PROGRAM
{
    static const GUID provider = {1, 2, 3, {4}};
    TRACEHANDLE handle = 0, none = 5;
    ULONG count = 9;
    EVENT_TRACE_PROPERTIES *all[1] = {properties()};
    say("start %lu, without a name %lu", StartTraceW(&handle, L"windlass-test", properties()), StartTraceW(&handle, NULL, properties()));
    session.properties.Wnode.BufferSize = 10;
    say("too small %lu", StartTraceW(&handle, L"windlass-test", &session.properties));
    say("control %lu, of nothing %lu, how %lu", ControlTraceW(0, L"windlass-test", properties(), EVENT_TRACE_CONTROL_QUERY),
        ControlTraceW(0, NULL, properties(), EVENT_TRACE_CONTROL_STOP), ControlTraceA(0, "windlass-test", properties(), 99));
    say("stop %lu, flush %lu", StopTraceW(0, L"windlass-test", properties()), FlushTraceA(0, "windlass-test", properties()));
    say("all %lu %lu, of none %lu", QueryAllTracesW(all, 1, &count), count, QueryAllTracesW(all, 0, &count));
    say("enable %lu, no session %lu", EnableTraceEx2(none, &provider, 1, 0, 0, 0, 0, NULL), EnableTraceEx2(0, &provider, 1, 0, 0, 0, 0, NULL));
    EVENT_TRACE_LOGFILEW file = {.LoggerName = (WCHAR *)L"windlass-test"};
    say("open %d %lu", OpenTraceW(&file) == INVALID_PROCESSTRACE_HANDLE, GetLastError());
    say("process %lu %lu %lu", ProcessTrace(&none, 1, NULL, NULL), ProcessTrace(&none, 65, NULL, NULL), ProcessTrace(NULL, 1, NULL, NULL));
    say("close %lu", CloseTrace(none));
    return 0;
}
