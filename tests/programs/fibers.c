// build: freestanding
// Fibers: switching, their data, FLS, conversion, ends.
#include <windows.h>
#include "fixture.h"

static void *home, *left, *right;
static int trace[20], traced;
static DWORD fls;
static volatile LONG freed;

static void WINAPI callback(void *value)
{
    freed += (LONG)(INT_PTR)value;
}

static int deep(int depth)
{
    volatile char space[1000];
    space[0] = (char)depth;
    return depth ? deep(depth - 1) + space[0] - (char)depth : 0;
}

static void WINAPI fiber(void *parameter)
{
    void *other = parameter == (void *)1 ? right : left;
    char here;
    NT_TIB *tib = (NT_TIB *)NtCurrentTeb();
    double sum = 0.5 * (INT_PTR)parameter;
    int i;
    check(GetFiberData() == parameter && GetCurrentFiber() == (parameter == (void *)1 ? left : right));
    check((char *)tib->StackBase > &here && (char *)tib->StackLimit < &here);
    check(FlsGetValue(fls) == NULL);
    FlsSetValue(fls, (void *)((INT_PTR)parameter * 100));
    for (i = 0; i < 3; i++) {
        trace[traced++] = (int)(INT_PTR)parameter * 10 + i;
        SwitchToFiber(i == 2 ? home : other ? other : home);
        sum += 1;
        check(deep(200) == 0);
    }
    say("never here: %d", sum > 100);
    SwitchToFiber(home);
}

static void WINAPI returns(void *parameter)
{
    *(int *)parameter = 1;
}

static void WINAPI moves(void *parameter)
{
    DWORD *ids = parameter;
    ids[0] = GetCurrentThreadId();
    SwitchToFiber(home);
    ids[1] = GetCurrentThreadId();
    SwitchToFiber((void *)(ULONG_PTR)ids[2] ? right : home);
}

static DWORD WINAPI runs_returning_fiber(void *parameter)
{
    void *other;
    ConvertThreadToFiber(NULL);
    other = CreateFiber(0, returns, parameter);
    SwitchToFiber(other);
    return 77;
}

static DWORD WINAPI continues_fiber(void *parameter)
{
    right = ConvertThreadToFiber(NULL);
    SwitchToFiber(parameter);
    ConvertFiberToThread();
    return 5;
}

static DWORD end_of(HANDLE thread)
{
    DWORD code = 0;
    check(WaitForSingleObject(thread, 20000) == 0);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

PROGRAM
{
    int ran = 0, i;
    DWORD ids[3] = {0, 0, 1};
    void *mover;
    SetLastError(0);
    say("fiber: %d", IsThreadAFiber());
    // Wine reports: no fiber: 1 error 0
    // documented: no fiber: 0 error 1281     (Microsoft, "System Error Codes", ERROR_ALREADY_THREAD)
    say("no fiber: %d error %u", ConvertFiberToThread(), GetLastError());
    home = ConvertThreadToFiber((void *)0x55);
    check(home != NULL && GetFiberData() == (void *)0x55 && IsThreadAFiber());
    check(ConvertThreadToFiberEx(NULL, 0) == NULL);
    say("fiber already: error %u", GetLastError());
    fls = FlsAlloc(callback);
    FlsSetValue(fls, (void *)7);
    left = CreateFiber(0, fiber, (void *)1);
    right = CreateFiberEx(0x1000, 0x20000, FIBER_FLAG_FLOAT_SWITCH, fiber, (void *)2);
    SwitchToFiber(left);
    say("back with %d", (int)(INT_PTR)FlsGetValue(fls));
    for (i = 0; i < traced; i++)
        say("trace %d", trace[i]);
    DeleteFiber(left);
    say("freed %d", (int)freed);
    DeleteFiber(right);
    say("freed %d", (int)freed);
    mover = CreateFiber(0, moves, ids);
    SwitchToFiber(mover);
    say("moved: exit code %u", end_of(CreateThread(NULL, 0, continues_fiber, mover, 0, NULL)));
    check(ids[0] == GetCurrentThreadId() && ids[1] != ids[0] && ids[1] != 0);
    DeleteFiber(mover);
    check(ConvertFiberToThread());
    check(FlsGetValue(fls) == (void *)7);
    FlsFree(fls);
    say("freed %d", (int)freed);
    say("fiber: %d", IsThreadAFiber());
    end_of(CreateThread(NULL, 0, runs_returning_fiber, &ran, 0, NULL));
    say("fiber ran %d and ended its thread", ran);
    return 0;
}
