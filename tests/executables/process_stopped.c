// Processes that are stopped and go on, that are opened again after their end, and that a file without extension starts.
// flags: -lntdll
#include "process.h"
#include <winternl.h>

NTSTATUS NTAPI NtSuspendProcess(HANDLE);
NTSTATUS NTAPI NtResumeProcess(HANDLE);

/* Counts in memory that the parent reads. */
static int child(void)
{
    static volatile LONG *count;
    HANDLE section = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, own("counting"));
    count = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    for (;;) {
        ++*count;
        Sleep(1);
    }
}

static volatile LONG *count;

static void wait_for_more(void)
{
    LONG was = *count;
    for (int i = 0; i < 20000 && *count == was; i++)
        Sleep(1);
    say("  it counts %d", *count != was);
}

static void stops(HANDLE process)
{
    wait_for_more();
    say("stopped %08lx", NtSuspendProcess(process));
    say("twice %08lx", NtSuspendProcess(process));
    Sleep(20);
    LONG was = *count;
    Sleep(50);
    say("  it counts %d", *count != was);
    say("resumed once %08lx", NtResumeProcess(process));
    Sleep(50);
    say("  it counts %d", *count != was);
    say("resumed %08lx", NtResumeProcess(process));
    wait_for_more();
    say("no process %08lx", NtSuspendProcess(NULL));
}

static void opened_again(PROCESS_INFORMATION *process)
{
    DWORD code = 0;
    TerminateProcess(process->hProcess, 77);
    WaitForSingleObject(process->hProcess, 30000);
    HANDLE again = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process->dwProcessId);
    say("opened after its end %d", again != NULL);
    say("  has ended %lu", WaitForSingleObject(again, 0));
    say("  code %d %lu", GetExitCodeProcess(again, &code), code);
    CloseHandle(again);
    CloseHandle(process->hProcess);
    CloseHandle(process->hThread);
}

static void without_extension(void)
{
    char copy[MAX_PATH + 20], line[MAX_PATH + 40];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process = {0};
    sprintf(copy, "%.*s\\stopped-%lu", (int)(strrchr(self, '\\') - self), self, GetCurrentProcessId());
    CopyFileA(self, copy, FALSE);
    sprintf(line, "\"%s\" other", copy);
    say("without extension %d", CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    say("  code %lu", finish(process));
    DeleteFileA(copy);
}

int main(int arguments, char **argument)
{
    begin();
    if (arguments > 1)
        return strcmp(argument[1], "count") ? 9 : child();
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, own("counting"));
    count = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    PROCESS_INFORMATION process = start("count", 0);
    stops(process.hProcess);
    opened_again(&process);
    without_extension();
    return 0;
}
