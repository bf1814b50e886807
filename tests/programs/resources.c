// Resources of a module that has none; MulDiv and status codes.
#include <windows.h>

#include "fixture.h"

ULONG NTAPI RtlNtStatusToDosError(LONG);

PROGRAM
{
    HMODULE self = GetModuleHandleW(L"resources.dll");
    SetLastError(0);
    say("%d %u", FindResourceW(self, MAKEINTRESOURCEW(1), MAKEINTRESOURCEW(99)) != NULL, GetLastError());
    say("%d %d %d %d", MulDiv(7, 3, 2), MulDiv(-7, 3, 2), MulDiv(1, 1, 0), MulDiv(0x7fffffff, 2, 1));
    say("%d %d %d", MulDiv(5, 1, -2), MulDiv(100000, 100000, 3), MulDiv(-5, -1, 2));
    say("%u %u %u", RtlNtStatusToDosError(0xC0000034), RtlNtStatusToDosError(0), RtlNtStatusToDosError(0xC0000005));
    return 0;
}
