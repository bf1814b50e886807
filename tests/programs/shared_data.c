// build: freestanding
// The page at 0x7FFE0000 that run-time libraries read clocks and features from.
#include <windows.h>
#include "fixture.h"

static ULONGLONG time_at(const volatile ULONG *time)
{
    ULONG high, low;
    do {
        high = time[1];
        low = time[0];
    } while (high != time[2]);
    return (ULONGLONG)high << 32 | low;
}

PROGRAM
{
    const volatile char *page = (const volatile char *)0x7ffe0000;
    const volatile ULONG *interrupt_time = (const volatile ULONG *)(page + 8);
    const volatile ULONG *system_time = (const volatile ULONG *)(page + 0x14);
    ULONGLONG first = time_at(interrupt_time), second;
    FILETIME now;
    ULONGLONG file_time;
    int i;
    for (i = 0; i < 30; i++) {
        Sleep(50);
        second = time_at(interrupt_time);
        check(second > first);
        first = second;
    }
    GetSystemTimeAsFileTime(&now);
    file_time = (ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime;
    check(time_at(system_time) + 10000000 > file_time && time_at(system_time) < file_time + 10000000);
    file_time = *(const volatile ULONGLONG *)(page + 0x320) * *(const volatile ULONG *)(page + 4) >> 24;
    check(file_time + 1000 > GetTickCount64() && file_time < GetTickCount64() + 1000);
    say("product type %u, architecture %u", *(const volatile ULONG *)(page + 0x264),
        *(const volatile USHORT *)(page + 0x26a));
    for (i = 0; i < 40; i++)
        check((page[0x274 + i] != 0) == (IsProcessorFeaturePresent(i) != 0));
    check(page[0x30] == 'C' && page[0x32] == ':');
    return 0;
}
