// Threads of the C run-time library: how they begin, and both ways to end.
#include <process.h>
#include <windows.h>

#include "fixture.h"

static volatile LONG passed;

static unsigned __stdcall returns(void *argument)
{
    return (unsigned)(ULONG_PTR)argument + 1;
}

static unsigned __stdcall ends(void *argument)
{
    _endthreadex((unsigned)(ULONG_PTR)argument + 2);
    passed = -1; // not reached
    return 0;
}

static void __cdecl simple(void *argument)
{
    InterlockedAdd(&passed, (LONG)(ULONG_PTR)argument);
}

static void __cdecl simple_ends(void *argument)
{
    InterlockedAdd(&passed, (LONG)(ULONG_PTR)argument);
    _endthread();
    passed = -1;
}

static void wait_for(const char *what, unsigned __stdcall (*function)(void *), unsigned flags)
{
    unsigned id = 0;
    DWORD code = 0;
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, function, (void *)40, flags, &id);
    check(thread && id == GetThreadId(thread));
    if (flags)
        say("%s: resumed %u", what, ResumeThread(thread));
    say("%s: wait %u", what, WaitForSingleObject(thread, 10000));
    check(GetExitCodeThread(thread, &code));
    say("%s: code %u", what, code);
    CloseHandle(thread);
}

PROGRAM
{
    wait_for("returns", returns, 0);
    wait_for("ends", ends, 0);
    wait_for("suspended", returns, CREATE_SUSPENDED);
    check(_beginthread(simple, 0, (void *)3) != (uintptr_t)-1);
    check(_beginthread(simple_ends, 0, (void *)4) != (uintptr_t)-1);
    for (int i = 0; i < 1000 && passed != 7; i++)
        Sleep(5);
    say("passed %d", passed);
    return 0;
}
