// Handles that a process gets from another one, and puts into it.
#include "process.h"

/* Sets its parent's event, which it does not inherit. */
static int child(unsigned long parent, unsigned long number)
{
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, parent), event = NULL;
    BOOL done = DuplicateHandle(process, (HANDLE)(ULONG_PTR)number, GetCurrentProcess(), &event, 0, FALSE,
                                DUPLICATE_SAME_ACCESS);
    say("  taken %d, set %d", done, SetEvent(event));
    return 7;
}

static void take(void)
{
    char part[40];
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    sprintf(part, "%lu %lu", GetCurrentProcessId(), (unsigned long)(ULONG_PTR)event);
    DWORD code = finish(start(part, 0));
    say("child %lu, event %lu", code, WaitForSingleObject(event, 0));
    CloseHandle(event);
}

static void put(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), theirs = NULL, back = NULL, none = NULL;
    PROCESS_INFORMATION process = start("suspended", CREATE_SUSPENDED);
    BOOL done = DuplicateHandle(GetCurrentProcess(), event, process.hProcess, &theirs, SYNCHRONIZE | EVENT_MODIFY_STATE,
                                FALSE, 0);
    say("put %d %d", done, theirs != NULL);
    done = DuplicateHandle(process.hProcess, theirs, GetCurrentProcess(), &back, 0, FALSE,
                           DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    say("taken back %d, set %d, event %lu", done, SetEvent(back), WaitForSingleObject(event, 0));
    done = DuplicateHandle(process.hProcess, theirs, GetCurrentProcess(), &none, 0, FALSE, DUPLICATE_SAME_ACCESS);
    say("closed there: %d %lu", done, GetLastError());
    TerminateProcess(process.hProcess, 3);
    finish(process);
    CloseHandle(back);
    CloseHandle(event);
}

int main(int count, char **arguments)
{
    begin();
    if (count > 2)
        return child(strtoul(arguments[1], NULL, 10), strtoul(arguments[2], NULL, 10));
    if (count > 1)
        return 0;
    take();
    put();
    return 0;
}
