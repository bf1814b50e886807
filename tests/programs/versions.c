// build: freestanding
// flags: -fno-builtin
// GetVersionEx writes no more than the structure that the caller has.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

PROGRAM
{
    struct { OSVERSIONINFOA info; unsigned behind; } narrow;
    struct { OSVERSIONINFOW info; unsigned behind; } wide;
    OSVERSIONINFOEXA extended;
    narrow.behind = wide.behind = 0x12345678;
    narrow.info.dwOSVersionInfoSize = sizeof narrow.info;
    wide.info.dwOSVersionInfoSize = sizeof wide.info;
    extended.dwOSVersionInfoSize = sizeof extended;
    say("%d %d %d", GetVersionExA(&narrow.info), GetVersionExW(&wide.info), GetVersionExA((OSVERSIONINFOA *)&extended));
    say("behind %x %x", narrow.behind, wide.behind);
    say("size %u %u %u", narrow.info.dwOSVersionInfoSize, wide.info.dwOSVersionInfoSize, extended.dwOSVersionInfoSize);
    say("platform %u, type %u", narrow.info.dwPlatformId, extended.wProductType);
    narrow.info.dwOSVersionInfoSize = 20;
    SetLastError(0);
    say("bad size %d error %u", GetVersionExA(&narrow.info), GetLastError());
    return 0;
}
