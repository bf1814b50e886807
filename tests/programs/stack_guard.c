// Guard pages of a program's own at the end of a thread's stack, as virtual machines put them there.
#include <windows.h>

#include "fixture.h"

static char *guard;
static DWORD code;
static int faults;

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *pointers)
{
    const EXCEPTION_RECORD *record = pointers->ExceptionRecord;
    if (record->ExceptionInformation[1] - (ULONG_PTR)guard >= 0x1000)
        return EXCEPTION_CONTINUE_SEARCH;
    faults++;
    code = record->ExceptionCode;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static char *end_of_stack(void)
{
    MEMORY_BASIC_INFORMATION information;
    VirtualQuery(&information, &information, sizeof information);
    return information.AllocationBase;
}

static DWORD CALLBACK guarded(void *nothing)
{
    char *end = end_of_stack();
    MEMORY_BASIC_INFORMATION information;
    DWORD old = 0;
    check(VirtualAlloc(end, 0x4000, MEM_COMMIT, PAGE_READWRITE) == end);
    guard = end + 0x1000;
    check(VirtualProtect(guard, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old) && old == PAGE_READWRITE);
    check(VirtualQuery(guard, &information, sizeof information));
    say("protection %lx, all of one allocation %d", information.Protect, information.AllocationBase == end);
    *(volatile char *)guard = 1;
    say("touched: %lx, %d fault", code, faults);
    *(volatile char *)guard = 1;
    say("touched again: %d fault", faults);
    check(VirtualProtect(guard, 0x1000, PAGE_NOACCESS, &old));
    check(VirtualFree(end, 0x4000, MEM_DECOMMIT));
    return 0;
}

static DWORD CALLBACK plain(void *nothing)
{
    volatile char *end = end_of_stack();
    check(VirtualAlloc((char *)end, 0x4000, MEM_COMMIT, PAGE_READWRITE) == end);
    end[0x1000] = end[0x2000] = 1;
    return 0;
}

static void run_thread(DWORD(CALLBACK *start)(void *))
{
    HANDLE thread = CreateThread(NULL, 0x100000, start, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    check(WaitForSingleObject(thread, 10000) == WAIT_OBJECT_0);
    CloseHandle(thread);
}

PROGRAM
{
    PVOID handler = AddVectoredExceptionHandler(TRUE, on_exception);
    run_thread(guarded);
    // the next thread may get the same stack
    for (int i = 0; i < 4; i++)
        run_thread(plain);
    RemoveVectoredExceptionHandler(handler);
    return 0;
}
