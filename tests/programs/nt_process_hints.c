// Priorities of input and output, and the programs of processes by their numbers.
// Without Wine: it knows neither ProcessIoPriority nor SystemProcessIdInformation.
// build: freestanding
#include "fixture.h"

typedef struct { unsigned short Length, MaximumLength; wchar_t *Buffer; } UNICODE_STRING;

__declspec(dllimport) int NtSetInformationProcess(void *, unsigned, void *, unsigned);
__declspec(dllimport) int NtQueryInformationProcess(void *, unsigned, void *, unsigned, unsigned *);
__declspec(dllimport) int NtQuerySystemInformation(unsigned, void *, unsigned, unsigned *);
__declspec(dllimport) unsigned GetCurrentProcessId(void);

#define SELF ((void *)-1)
enum { IO_PRIORITY = 33, PROCESS_ID_INFORMATION = 88 };

static void io_priority(void)
{
    unsigned priority = 99, low = 1, needed = 0;
    say("io priority %08x", NtQueryInformationProcess(SELF, IO_PRIORITY, &priority, sizeof priority, &needed));
    say("is %u, %u bytes", priority, needed);
    say("low %08x", NtSetInformationProcess(SELF, IO_PRIORITY, &low, sizeof low));
    NtQueryInformationProcess(SELF, IO_PRIORITY, &priority, sizeof priority, 0);
    say("is %u", priority);
    priority = 9;
    say("no such priority %08x", NtSetInformationProcess(SELF, IO_PRIORITY, &priority, sizeof priority));
}

static void program_of_process(void)
{
    static wchar_t buffer[400];
    struct { unsigned long long process; UNICODE_STRING name; } information = {GetCurrentProcessId(), {0, 0, buffer}};
    say("no room %08x", NtQuerySystemInformation(PROCESS_ID_INFORMATION, &information, sizeof information, 0));
    say("needs more %d", information.name.MaximumLength > 2);
    information.name.MaximumLength = sizeof buffer;
    say("program %08x", NtQuerySystemInformation(PROCESS_ID_INFORMATION, &information, sizeof information, 0));
    say("native %d, ends %d", buffer[0] == '\\' && buffer[1] == 'D', !buffer[information.name.Length / 2]);
    say("counts %d", information.name.MaximumLength == information.name.Length + 2);
    information.process = 0x7ffffffc;
    information.name = (UNICODE_STRING){0, sizeof buffer, buffer};
    say("no such process %08x", NtQuerySystemInformation(PROCESS_ID_INFORMATION, &information, sizeof information, 0));
    information.process = GetCurrentProcessId();
    information.name.Length = 2;
    say("with a length %08x", NtQuerySystemInformation(PROCESS_ID_INFORMATION, &information, sizeof information, 0));
    say("shorter %08x", NtQuerySystemInformation(PROCESS_ID_INFORMATION, &information, 8, 0));
}

PROGRAM
{
    io_priority();
    program_of_process();
    return 0;
}
