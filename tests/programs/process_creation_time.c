// Times of creation are identities: a process has one, however often and by whatever means it is asked for.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) int GetProcessTimes(void *, long long *, long long *, long long *, long long *);
__declspec(dllimport) int NtQuerySystemInformation(unsigned, void *, unsigned, unsigned *);

PROGRAM
{
    long long created, again, ended, kernel, user, times[6], boot;
    int same = 1;
    GetProcessTimes((void *)-1, &created, &ended, &kernel, &user);
    NtQuerySystemInformation(3, times, sizeof times, 0);
    boot = times[0];
    for (int i = 0; i < 2000; i++) {
        GetProcessTimes((void *)-1, &again, &ended, &kernel, &user);
        NtQuerySystemInformation(3, times, sizeof times, 0);
        same &= again == created && times[0] == boot;
    }
    say("the same %d", same);
    say("after the start of the system %d, before now %d", created > boot, created <= times[1]);
    return 0;
}
