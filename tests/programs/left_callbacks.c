// build: msvc
// flags: -fno-builtin
// imports: msvcrt.dll _setjmp longjmp
// imports: ntdll.dll __C_specific_handler
// imports: kernel32.dll RaiseException EnumSystemLocalesA EnumTimeFormatsEx EnumSystemGeoID
// imports: kernel32.dll EnumSystemLanguageGroupsA CreateFiber SwitchToFiber DeleteFiber ConvertThreadToFiber
// imports: kernel32.dll ConvertFiberToThread
// imports: user32.dll EnumWindowStationsA
// Enumerations whose callbacks never return: they jump out, raise exceptions, or their stack is given up.
#include "fixture.h"

typedef unsigned long long u64;
typedef unsigned short WCHAR;
typedef struct __attribute__((aligned(16))) { u64 part[32]; } JUMP;
#define IMPORT __declspec(dllimport)
__attribute__((returns_twice)) IMPORT int _setjmp(JUMP *, void *);
IMPORT void longjmp(JUMP *, int);
IMPORT void RaiseException(unsigned, unsigned, unsigned, const u64 *);
IMPORT int EnumSystemLocalesA(int (*)(char *), unsigned);
IMPORT int EnumTimeFormatsEx(int (*)(WCHAR *, long long), const WCHAR *, unsigned, long long);
IMPORT int EnumSystemGeoID(unsigned, unsigned, int (*)(int));
IMPORT int EnumSystemLanguageGroupsA(int (*)(unsigned, char *, char *, unsigned, long long), unsigned, long long);
IMPORT int EnumWindowStationsA(int (*)(char *, long long), long long);
IMPORT void *CreateFiber(u64, void (*)(void *), void *);
IMPORT void SwitchToFiber(void *);
IMPORT void DeleteFiber(void *);
IMPORT void *ConvertThreadToFiber(void *);
IMPORT int ConvertFiberToThread(void);

enum { TIMES = 1000, GEOCLASS_NATION = 16, RAISED = 0xE0000042u };
enum way { RETURN, JUMP_OUT, RAISE, FAULT, CONTINUE };

static JUMP jump;
static enum way way;
static int calls, finallies;
static int *volatile null;

static int leave(void)
{
    const u64 numbers[] = {17, 4};
    calls++;
    if (way == FAULT)
        *null = 1;
    __try {
        if (way == JUMP_OUT)
            longjmp(&jump, 1);
        if (way == RAISE)
            RaiseException(RAISED, 1, 2, numbers);
        if (way == CONTINUE)
            RaiseException(RAISED, 0, 2, numbers);
    } __finally {
        finallies++;
    }
    return 1;
}

static int on_locale(char *name) { return name[0] && leave(); }
static int on_time(WCHAR *text, long long parameter) { return text[0] && parameter == 5 && leave(); }
static int on_place(int place) { return place > 0 && leave(); }
static int on_group(unsigned group, char *number, char *name, unsigned flags, long long parameter)
{
    return group && number[0] && name[0] && flags == 1 && parameter == 6 && leave();
}
static int on_station(char *name, long long parameter) { return name[0] && parameter == 8 && leave(); }

static int time_formats_of_a_place(int place)
{
    return place > 0 && EnumTimeFormatsEx(on_time, L"en-US", 0, 5);
}

enum { KINDS = 6 };
static const char *const names[KINDS] = {
    "locales", "times", "places", "groups", "stations", "times of places",
};

static int enumerate(int kind)
{
    switch (kind) {
    case 0: return EnumSystemLocalesA(on_locale, 1);
    case 1: return EnumTimeFormatsEx(on_time, L"en-US", 0, 5);
    case 2: return EnumSystemGeoID(GEOCLASS_NATION, 0, on_place);
    case 3: return EnumSystemLanguageGroupsA(on_group, 1, 6);
    case 4: return EnumWindowStationsA(on_station, 8);
    default: return EnumSystemGeoID(GEOCLASS_NATION, 0, time_formats_of_a_place);
    }
}

static void begin(enum way next)
{
    way = next;
    calls = finallies = 0;
}

/* The stack is left as it is: no frame is unwound. */
static int jumped(int kind)
{
    if (_setjmp(&jump, 0))
        return 1;
    enumerate(kind);
    return 0;
}

/* What a compiler passes: the frame to unwind to. */
int jumped_unwinding(int kind);
__asm__(".text\n.seh_proc jumped_unwinding\n.globl jumped_unwinding\n"
        "jumped_unwinding: pushq %rbx\n.seh_pushreg %rbx\nsubq $32, %rsp\n.seh_stackalloc 32\n.seh_endprologue\n"
        "movl %ecx, %ebx\nleaq jump(%rip), %rcx\nmovq %rsp, %rdx\ncallq *__imp__setjmp(%rip)\n"
        "testl %eax, %eax\njne 1f\nmovl %ebx, %ecx\ncallq enumerate\nxorl %eax, %eax\n"
        "1: addq $32, %rsp\npopq %rbx\nret\n.seh_endproc\n");

typedef struct { unsigned code, flags; void *chained, *address; unsigned count; u64 information[15]; } RECORD;
typedef struct { RECORD *record; void *context; } POINTERS;

static int filter(POINTERS *pointers)
{
    const RECORD *record = pointers->record;
    if (way == CONTINUE)
        return -1;
    if (way == FAULT)
        return record->code == 0xC0000005u && record->count == 2 && record->information[0] == 1;
    return record->code == RAISED && record->flags & 1 && record->information[0] == 17 && record->information[1] == 4;
}

static int caught(int kind)
{
    __try {
        enumerate(kind);
    } __except (filter((POINTERS *)_exception_info())) {
        return 1;
    }
    return 0;
}

static void report(const char *how, int kind, int left)
{
    say("%s, %s: left %d, calls %d, finally %d", names[kind], how, left, calls, finallies);
}

static void leave_often(const char *how, enum way how_to_leave, int (*attempt)(int), int kind)
{
    int left = 0;
    begin(how_to_leave);
    for (int i = 0; i < TIMES; i++)
        left += attempt(kind);
    report(how, kind, left);
}

/* Each goes to the end now, and the same way every time. */
static void enumerate_all(const char *when)
{
    for (int kind = 0; kind < KINDS - 1; kind++) {
        begin(RETURN);
        int result = enumerate(kind), once = calls;
        check(enumerate(kind) == result && calls == 2 * once);
        say("%s, %s: result %d, some %d, finally for each %d", when, names[kind], result, once > 0, finallies == calls);
    }
}

static void filters_that_continue(void)
{
    for (int kind = 0; kind < KINDS - 1; kind++) {
        begin(RETURN);
        enumerate(kind);
        int once = calls;
        begin(CONTINUE);
        int left = caught(kind);
        say("%s, continued: left %d, all called %d", names[kind], left, calls == once);
    }
}

/* ---- enumerations that take turns on stacks of their own ---- */

static void *home;
static int place_now;

static int on_place_of_fiber(int place)
{
    place_now = place;
    SwitchToFiber(home);
    return 1;
}

static void enumerate_on_fiber(void *unused)
{
    (void)unused;
    EnumSystemGeoID(GEOCLASS_NATION, 0, on_place_of_fiber);
    place_now = 0;
    SwitchToFiber(home);
}

static int next_place(void *fiber)
{
    SwitchToFiber(fiber);
    return place_now;
}

static void enumerations_take_turns(void)
{
    home = ConvertThreadToFiber(0);
    void *first = CreateFiber(0, enumerate_on_fiber, 0), *second = CreateFiber(0, enumerate_on_fiber, 0);
    int ahead = next_place(first), count = 1, same = 1;
    for (int i = 0; i < 20; i++, count++) {
        same &= next_place(second) == ahead;
        ahead = next_place(first);
    }
    DeleteFiber(first);
    while (next_place(second))
        count++;
    DeleteFiber(second);
    begin(RETURN);
    enumerate(2);
    say("two in turns: same %d, to the end %d", same, count == calls + 1);
    for (int i = 0; i < 100; i++) {
        void *fiber = CreateFiber(0, enumerate_on_fiber, 0);
        check(next_place(fiber) > 0 && next_place(fiber) > 0);
        DeleteFiber(fiber);
    }
    ConvertFiberToThread();
}

PROGRAM
{
    enumerate_all("first");
    for (int kind = 0; kind < KINDS; kind++) {
        leave_often("jumped", JUMP_OUT, jumped, kind);
        leave_often("jumped, unwinding", JUMP_OUT, jumped_unwinding, kind);
        leave_often("raised", RAISE, caught, kind);
        leave_often("faulted", FAULT, caught, kind);
    }
    filters_that_continue();
    enumerations_take_turns();
    enumerate_all("last");
    return 0;
}
