// flags: -lpowrprof
// What powrprof tells of processors and batteries.
#include <windows.h>
#include <powrprof.h>

#include "fixture.h"

typedef struct { ULONG number, most, current, limit, most_idle, idle; } processor;

PROGRAM
{
    static processor processors[256];
    SYSTEM_BATTERY_STATE battery;
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    ULONG size = info.dwNumberOfProcessors * sizeof *processors;
    say("processors %x", CallNtPowerInformation(ProcessorInformation, NULL, 0, processors, size));
    for (DWORD i = 0; i < info.dwNumberOfProcessors; i++)
        check(processors[i].number == i && processors[i].most >= processors[i].current);
    say("small %x", CallNtPowerInformation(ProcessorInformation, NULL, 0, processors, 4));
    say("battery %x", CallNtPowerInformation(SystemBatteryState, NULL, 0, &battery, sizeof battery));
    check(battery.BatteryPresent || battery.AcOnLine);
    return 0;
}
