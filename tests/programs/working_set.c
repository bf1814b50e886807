// The pages of the process, as NtQueryVirtualMemory lists them.
// Without sanitizers: with their shadow the process has so much address space that the list takes minutes.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) int NtQueryVirtualMemory(void *, void *, int, void *, unsigned long long, unsigned long long *);
__declspec(dllimport) void *VirtualAlloc(void *, unsigned long long, unsigned, unsigned);

enum { WORKING_SET = 1, ENTRIES = 1 << 20 };

PROGRAM
{
    volatile char *page = VirtualAlloc(0, 4096, 0x3000, 4);
    unsigned long long *set = VirtualAlloc(0, (ENTRIES + 1) * 8ull, 0x3000, 4);
    *page = 1;
    // Wine reports: too short c0000003
    // documented: too short c0000004     (Microsoft, "QueryWorkingSet function": ERROR_BAD_LENGTH)
    say("too short %08x", NtQueryVirtualMemory((void *)-1, 0, WORKING_SET, set, 8, 0));
    // Wine reports: list c0000003
    // documented: list 00000000     (Microsoft, "QueryWorkingSet function")
    say("list %08x", NtQueryVirtualMemory((void *)-1, 0, WORKING_SET, set, (ENTRIES + 1) * 8ull, 0));
    int found = 0;
    for (unsigned long long i = 1; i <= set[0]; i++)
        found |= set[i] >> 12 == (unsigned long long)page >> 12;
    // Wine reports: has the page 0
    // documented: has the page 1     (Microsoft, "QueryWorkingSet function")
    say("has the page %d", found);
    return 0;
}
