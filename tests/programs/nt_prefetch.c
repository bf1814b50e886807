// Memory that a program says it will soon use, by the native call too.
#include <windows.h>

#include "fixture.h"

typedef LONG (NTAPI *set_function)(HANDLE, int, ULONG_PTR, WIN32_MEMORY_RANGE_ENTRY *, void *, ULONG);

PROGRAM
{
    set_function set = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtSetInformationVirtualMemory");
    char *memory = VirtualAlloc(NULL, 1 << 16, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    WIN32_MEMORY_RANGE_ENTRY range = {memory + 5, 5000};
    ULONG flags = 0;
    say("prefetched %x", (unsigned)set(GetCurrentProcess(), 0, 1, &range, &flags, sizeof flags));
    say("no flags %x, wrong size %x", (unsigned)set(GetCurrentProcess(), 0, 1, &range, NULL, sizeof flags),
        (unsigned)set(GetCurrentProcess(), 0, 1, &range, &flags, 8));
    say("unknown class %x", (unsigned)set(GetCurrentProcess(), 99, 1, &range, &flags, sizeof flags));
    say("by kernel32 %d", PrefetchVirtualMemory(GetCurrentProcess(), 1, &range, 0));
    VirtualFree(memory, 0, MEM_RELEASE);
    return 0;
}
