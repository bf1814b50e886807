// Ctrl+Break for a process that was started a moment ago: it ends as by the default handler, or by its own.
// Without Wine: it does not end there.
#include "process.h"

static volatile LONG asked;

static BOOL WINAPI handler(DWORD event)
{
    InterlockedExchange(&asked, (LONG)event + 1);
    return TRUE;
}

static int child(const char *part)
{
    if (!strcmp(part, "handles")) {
        SetConsoleCtrlHandler(handler, TRUE);
        HANDLE ready = OpenEventA(EVENT_MODIFY_STATE, FALSE, own("windlass test handler"));
        SetEvent(ready);
        for (int i = 0; i < 3000 && !asked; i++)
            Sleep(10);
        return 40 + (int)asked;
    }
    Sleep(60000);
    return 0;
}

int main(int count, char **arguments)
{
    begin();
    if (count > 1)
        return child(arguments[1]);
    PROCESS_INFORMATION process = start("sleeps", CREATE_NEW_PROCESS_GROUP);
    say("at once: %d", GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process.dwProcessId));
    say("ends with %lx", finish(process));
    HANDLE ready = CreateEventA(NULL, FALSE, FALSE, own("windlass test handler"));
    process = start("handles", CREATE_NEW_PROCESS_GROUP);
    WaitForSingleObject(ready, 30000);
    say("later: %d", GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process.dwProcessId));
    say("ends with %lu", finish(process));
    return 0;
}
