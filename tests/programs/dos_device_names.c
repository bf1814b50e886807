// build: freestanding
// Names of DOS devices in paths.
#include <windows.h>
#include "fixture.h"

__declspec(dllimport) ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR);

static void report(const WCHAR *path)
{
    ULONG found = RtlIsDosDeviceName_U(path);
    say("%ls: at %u, %u bytes", path, found >> 16, found & 0xffff);
}

PROGRAM
{
    report(L"NUL");
    report(L"nul:");
    report(L"com1");
    report(L"COM1:");
    report(L"LPT9 ");
    report(L"CON");
    report(L"C:\\folder\\nul");
    report(L"folder/NUL. ");
    report(L"null");
    report(L"COM");
    report(L"COM10");
    report(L"\\\\server\\share\\nul");
    report(L"");
    return 0;
}
