// Exceptions that nobody handles end the process with their code, in whatever thread, and without a word if the program
// has said so.
// Without Wine: it starts its debugger for each, which does not end.
#include "process.h"

static DWORD WINAPI fail(void *code)
{
    RaiseException((DWORD)(ULONG_PTR)code, 0, 0, NULL);
    return 1;
}

static DWORD WINAPI fault(void *address)
{
    *(volatile int *)address = 1;
    return 1;
}

static void child(const char *where, DWORD code)
{
    SetErrorMode(SEM_NOGPFAULTERRORBOX);
    LPTHREAD_START_ROUTINE routine = code == STATUS_ACCESS_VIOLATION ? fault : fail;
    void *argument = routine == fail ? (void *)(ULONG_PTR)code : NULL;
    if (!strcmp(where, "main"))
        routine(argument);
    else
        WaitForSingleObject(CreateThread(NULL, 0, routine, argument, 0, NULL), INFINITE);
    exit(5);
}

/* The child's standard error is a pipe. */
static void try(const char *part)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    HANDLE from, to;
    STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process = {0};
    char line[MAX_PATH + 50], text[1000];
    DWORD size = 0;
    CreatePipe(&from, &to, &inherit, 0);
    SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = to;
    sprintf(line, "\"%s\" %s", self, part);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        say("cannot start: %lu", GetLastError());
    CloseHandle(to);
    say("%s: ended with %lx", part, finish(process));
    if (ReadFile(from, text, sizeof text - 1, &size, NULL) && size)
        say("  it said: %.*s", (int)size, text);
    CloseHandle(from);
}

int main(int count, char **arguments)
{
    begin();
    if (count > 2)
        child(arguments[1], strtoul(arguments[2], NULL, 16));
    static const char *const parts[] = {"main c0000005", "thread c0000005", "main e06d7363", "thread 40001234"};
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
        try(parts[i]);
    return 0;
}
