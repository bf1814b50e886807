// A process that restricts itself to one processor: the system's number stays.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) int GetProcessAffinityMask(void *, unsigned long long *, unsigned long long *);
__declspec(dllimport) int SetProcessAffinityMask(void *, unsigned long long);
__declspec(dllimport) unsigned GetActiveProcessorCount(unsigned short);

PROGRAM
{
    unsigned long long process = 0, system = 0, before;
    unsigned count = GetActiveProcessorCount(0xffff);
    GetProcessAffinityMask((void *)-1, &process, &before);
    unsigned long long one = process & -process;
    say("set %d", SetProcessAffinityMask((void *)-1, one));
    say("got %d", GetProcessAffinityMask((void *)-1, &process, &system));
    say("one processor %d, the system's %d", process == one, system == before);
    say("as many as before %d", GetActiveProcessorCount(0xffff) == count);
    return 0;
}
