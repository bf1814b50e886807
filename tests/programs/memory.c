// build: freestanding
// Virtual memory: reserve, commit, decommit, release, protections, queries, and all their errors.
#include <windows.h>
#include "fixture.h"

static void show(const char *what, const void *address, const char *base)
{
    MEMORY_BASIC_INFORMATION m;
    SIZE_T size = VirtualQuery(address, &m, sizeof m);
    if (size == 0) {
        say("%s: error %u", what, GetLastError());
        return;
    }
    say("%s: +%llx of +%llx, size %llx, state %x, protect %x of %x, type %x", what,
        (unsigned long long)((char *)m.BaseAddress - base),
        m.AllocationBase ? (unsigned long long)((char *)m.AllocationBase - base) : 0xfffULL,
        m.State == MEM_FREE ? 0ULL : (unsigned long long)m.RegionSize, m.State, m.Protect, m.AllocationProtect, m.Type);
}

static void error_of(const char *what, int ok)
{
    if (ok)
        say("%s: done", what);
    else
        say("%s: error %u", what, GetLastError());
    SetLastError(0);
}

static void regions(void)
{
    DWORD old = 0;
    char *base = VirtualAlloc(NULL, 0x25001, MEM_RESERVE, PAGE_READWRITE), *p;
    say("granularity %d", (int)((ULONG_PTR)base % 0x10000));
    show("reserved", base, base);
    show("within", base + 0x3123, base);
    p = VirtualAlloc(base + 0x3123, 0x2000, MEM_COMMIT, PAGE_READWRITE);
    say("committed at +%x", (unsigned)(p - base));
    show("before", base, base);
    show("committed", base + 0x3000, base);
    show("behind", base + 0x6000, base);
    base[0x3000] = 1;
    base[0x5fff] = 2;
    error_of("protect across the end", VirtualProtect(base + 0x5000, 0x2000, PAGE_READONLY, &old));
    error_of("protect one page", VirtualProtect(base + 0x4000, 1, PAGE_READONLY, &old));
    say("was %x", old);
    show("first", base + 0x3000, base);
    show("second", base + 0x4000, base);
    error_of("protect two pages", VirtualProtect(base + 0x3fff, 2, PAGE_EXECUTE_READ, &old));
    say("was %x", old);
    show("both", base + 0x3000, base);
    error_of("commit again", VirtualAlloc(base + 0x3000, 0x3000, MEM_COMMIT, PAGE_READWRITE) != NULL);
    say("kept %d %d", base[0x3000], base[0x5fff]);
    error_of("decommit", VirtualFree(base + 0x4000, 0x1000, MEM_DECOMMIT));
    show("hole", base + 0x4000, base);
    error_of("decommit again", VirtualFree(base + 0x4000, 0x1000, MEM_DECOMMIT));
    VirtualAlloc(base + 0x4000, 0x1000, MEM_COMMIT, PAGE_READWRITE);
    say("zero again: %d", base[0x4000]);
    error_of("decommit all", VirtualFree(base, 0, MEM_DECOMMIT));
    show("all", base, base);
    error_of("release with size", VirtualFree(base, 0x1000, MEM_RELEASE));
    error_of("release not at base", VirtualFree(base + 0x1000, 0, MEM_RELEASE));
    error_of("decommit 0 not at base", VirtualFree(base + 0x1000, 0, MEM_DECOMMIT));
    error_of("decommit too much", VirtualFree(base, 0x30000, MEM_DECOMMIT));
    error_of("both", VirtualFree(base, 0, MEM_RELEASE | MEM_DECOMMIT));
    error_of("release", VirtualFree(base, 0, MEM_RELEASE));
    show("free", base, base);
    check(!VirtualFree(base, 0, MEM_RELEASE) && !VirtualFree(NULL, 0, MEM_RELEASE));
    p = VirtualAlloc(base + 0x1234, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    say("at a place: +%x", (unsigned)(p - base));
    show("there", p, base);
    error_of("the place is taken", VirtualAlloc(base, 0x1000, MEM_RESERVE, PAGE_READWRITE) != NULL);
    error_of("commit behind", VirtualAlloc(base, 0x20000, MEM_COMMIT, PAGE_READWRITE) != NULL);
    VirtualFree(p, 0, MEM_RELEASE);
    error_of("commit free memory", VirtualAlloc(base, 0x1000, MEM_COMMIT, PAGE_READWRITE) != NULL);
    p = VirtualAlloc(NULL, 0x1000, MEM_COMMIT, PAGE_READONLY);
    show("commit alone", p, p);
    VirtualFree(p, 0, MEM_RELEASE);
}

static void errors(void)
{
    DWORD old;
    char *p = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    SetLastError(0);
    error_of("no size", VirtualAlloc(NULL, 0, MEM_RESERVE, PAGE_READWRITE) != NULL);
    error_of("no verb", VirtualAlloc(NULL, 0x1000, 0, PAGE_READWRITE) != NULL);
    error_of("no protection", VirtualAlloc(NULL, 0x1000, MEM_RESERVE, 0) != NULL);
    error_of("two protections", VirtualAlloc(NULL, 0x1000, MEM_RESERVE, PAGE_READONLY | PAGE_READWRITE) != NULL);
    error_of("too much", VirtualAlloc(NULL, (SIZE_T)1 << 60, MEM_RESERVE, PAGE_READWRITE) != NULL);
    error_of("kernel address", VirtualAlloc((void *)0xffff800000000000, 0x1000, MEM_RESERVE, PAGE_READWRITE) != NULL);
    error_of("no old protection", VirtualProtect(p, 0x1000, PAGE_READONLY, NULL));
    error_of("bad protection", VirtualProtect(p, 0x1000, 0, &old));
    // Wine reports: guarded no access: done
    // documented: guarded no access: error 87     (Microsoft, "Memory Protection Constants")
    error_of("guarded no access", VirtualProtect(p, 0x1000, PAGE_NOACCESS | PAGE_GUARD, &old));
    error_of("reset", VirtualAlloc(p, 0x1000, MEM_RESET, PAGE_READWRITE) != NULL);
    show("kernel", (void *)0xffff800000000000, 0);
    error_of("short buffer", VirtualQuery(p, (MEMORY_BASIC_INFORMATION *)&old, 4) != 0);
    VirtualFree(p, 0, MEM_RELEASE);
}

static void other_memory(void)
{
    MEMORY_BASIC_INFORMATION m;
    static int in_data = 5;
    static const int in_const = 6;
    int on_stack = 0;
    char *image = (char *)GetModuleHandleA("kernel32");
    DWORD old;
    char value = 7;
    SIZE_T done = 99;

    VirtualQuery(image, &m, sizeof m);
    say("image: base %d, state %x, protect %x of %x, type %x", m.AllocationBase == image, m.State, m.Protect,
        m.AllocationProtect, m.Type);
    VirtualQuery((void *)other_memory, &m, sizeof m);
    say("code: protect %x of %x, type %x", m.Protect, m.AllocationProtect, m.Type);
    VirtualQuery(&in_const, &m, sizeof m);
    say("constants: protect %x", m.Protect);
    VirtualQuery(&on_stack, &m, sizeof m);
    check(m.State == MEM_COMMIT && m.Protect == PAGE_READWRITE && m.Type == MEM_PRIVATE);
    check(VirtualProtect((void *)&in_const, 4, PAGE_READWRITE, &old));
    say("constants were %x", old);
    *(volatile int *)&in_const = 8;
    check(VirtualProtect((void *)&in_const, 4, old, &old));
    check(ReadProcessMemory(GetCurrentProcess(), &in_data, &on_stack, 4, &done) && on_stack == 5 && done == 4);
    // Wine reports: read nothing: error 998
    // documented: read nothing: error 299     (Microsoft, "System Error Codes", ERROR_PARTIAL_COPY)
    error_of("read nothing", ReadProcessMemory(GetCurrentProcess(), (void *)16, &on_stack, 4, &done));
    say("done %d", (int)done);
    check(WriteProcessMemory(GetCurrentProcess(), &in_data, &on_stack, 4, NULL));
    check(FlushInstructionCache(GetCurrentProcess(), NULL, 0));
    say("bad pointers: %d %d %d %d %d", IsBadReadPtr((void *)8, 4), IsBadReadPtr(&value, 1), IsBadWritePtr(&value, 1),
        IsBadWritePtr((void *)other_memory, 1), IsBadReadPtr(NULL, 0));
    say("bad strings: %d %d", IsBadStringPtrA((char *)1, 10), IsBadStringPtrA("good", 100));
    VirtualQuery(NULL, &m, sizeof m);
    say("at zero: state %x, base %p, protect %x", m.State, m.BaseAddress, m.Protect);
}

PROGRAM
{
    regions();
    errors();
    other_memory();
    return 0;
}
