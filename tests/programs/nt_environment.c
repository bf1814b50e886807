// build: freestanding
#include "fixture.h"

typedef unsigned short WCHAR;
typedef void *HANDLE;
typedef struct { unsigned short length, maximum; WCHAR *text; } UNICODE_STRING;
#define IMPORT __declspec(dllimport)
IMPORT int RtlQueryEnvironmentVariable_U(void *, UNICODE_STRING *, UNICODE_STRING *);
IMPORT int RtlSetEnvironmentVariable(void **, UNICODE_STRING *, UNICODE_STRING *);
IMPORT int RtlExpandEnvironmentStrings_U(void *, UNICODE_STRING *, UNICODE_STRING *, unsigned *);
IMPORT int RtlSetCurrentDirectory_U(UNICODE_STRING *);
IMPORT void RtlInitUnicodeString(UNICODE_STRING *, const WCHAR *);
IMPORT unsigned char RtlTimeToSecondsSince1980(const long long *, unsigned *);
IMPORT void RtlSecondsSince1980ToTime(unsigned, long long *);
IMPORT unsigned GetLastError(void);
IMPORT unsigned GetCurrentProcessId(void);
IMPORT HANDLE CreateNamedPipeW(const WCHAR *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *);
IMPORT int ConnectNamedPipe(HANDLE, void *);
IMPORT int CallNamedPipeW(const WCHAR *, void *, unsigned, void *, unsigned, unsigned *, unsigned);
IMPORT int ReadFile(HANDLE, void *, unsigned, unsigned *, void *);
IMPORT int WriteFile(HANDLE, const void *, unsigned, unsigned *, void *);
IMPORT HANDLE CreateThread(void *, size_t, unsigned (*)(void *), void *, unsigned, unsigned *);
IMPORT unsigned WaitForSingleObject(HANDLE, unsigned);
IMPORT int CloseHandle(HANDLE);

static UNICODE_STRING string(const WCHAR *text)
{
    UNICODE_STRING made;
    RtlInitUnicodeString(&made, text);
    return made;
}

static WCHAR buffer[100];

static const char *narrow(unsigned bytes)
{
    static char text[100];
    unsigned i = 0;
    for (; i < bytes / 2; i++)
        text[i] = (char)buffer[i];
    text[i] = 0;
    return text;
}

static HANDLE server;

static unsigned answer(void *unused)
{
    char message[20];
    unsigned count = 0;
    (void)unused;
    ConnectNamedPipe(server, 0);
    ReadFile(server, message, sizeof message, &count, 0);
    WriteFile(server, "an answer", 9, &count, 0);
    return 0;
}

static void call_a_pipe(void)
{
    WCHAR name[] = u"\\\\.\\pipe\\windlass call 00000000";
    char reply[20] = "";
    unsigned count = 0, id = GetCurrentProcessId();
    for (int i = 30; id; id /= 10)
        name[i--] = (WCHAR)('0' + id % 10);
    say("no pipe: %d", CallNamedPipeW(name, "x", 1, reply, sizeof reply, &count, 1));
    say("error %u", GetLastError());
    server = CreateNamedPipeW(name, 3, 6, 1, 0, 0, 0, 0);
    check(server != (HANDLE)-1);
    HANDLE thread = CreateThread(0, 0, answer, 0, 0, 0);
    say("called: %d, %u, %s", CallNamedPipeW(name, "question", 8, reply, sizeof reply, &count, 5000), count, reply);
    WaitForSingleObject(thread, 10000);
    CloseHandle(thread);
    CloseHandle(server);
}

PROGRAM
{
    UNICODE_STRING name = string(u"WINDLASS_NT_TEST"), value = string(u"some value");
    UNICODE_STRING result = {0, sizeof buffer, buffer}, small = {0, 6, buffer}, source;
    unsigned needed = 0;
    long long time = 0;
    say("none %x", RtlQueryEnvironmentVariable_U(0, &name, &result));
    say("set %x", RtlSetEnvironmentVariable(0, &name, &value));
    say("get %x %u %s", RtlQueryEnvironmentVariable_U(0, &name, &result), result.length, narrow(result.length));
    say("too small %x %u", RtlQueryEnvironmentVariable_U(0, &name, &small), small.length);
    source = string(u"[%WINDLASS_NT_TEST%] %nothing%");
    say("expand %x %u", RtlExpandEnvironmentStrings_U(0, &source, &result, &needed), needed);
    say("%s", narrow(result.length));
    say("too small %x %u", RtlExpandEnvironmentStrings_U(0, &source, &small, &needed), needed);
    say("remove %x", RtlSetEnvironmentVariable(0, &name, 0));
    say("none %x", RtlQueryEnvironmentVariable_U(0, &name, &result));
    source = string(u"C:\\windows");
    say("folder %x", RtlSetCurrentDirectory_U(&source));
    source = string(u"C:\\windows\\nowhere");
    say("no folder %x", RtlSetCurrentDirectory_U(&source));

    RtlSecondsSince1980ToTime(1, &time);
    say("1980 %x %x", (unsigned)(time >> 32), (unsigned)time);
    say("back %u %u", RtlTimeToSecondsSince1980(&time, &needed), needed);
    time = 0;
    say("before %u", RtlTimeToSecondsSince1980(&time, &needed));
    call_a_pipe();
    return 0;
}
