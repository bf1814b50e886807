// The times of each processor, of which there are as many as processors.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) int NtQuerySystemInformation(unsigned, void *, unsigned, unsigned *);

typedef struct { long long idle, kernel, user, dpc, interrupt; unsigned interrupts; } TIMES;

PROGRAM
{
    static TIMES times[1024];
    static char basic[64];
    unsigned needed = 0, sane = 0;
    say("times %08x", NtQuerySystemInformation(8, times, sizeof times, &needed));
    NtQuerySystemInformation(0, basic, sizeof basic, 0);
    unsigned rows = needed / sizeof *times;
    say("as many as processors %d", rows == (unsigned char)basic[56]);
    for (unsigned i = 0; i < rows; i++)
        sane += times[i].kernel >= times[i].idle && times[i].user >= 0;
    say("the kernel's have the idle ones in them %d", sane == rows);
    return 0;
}
