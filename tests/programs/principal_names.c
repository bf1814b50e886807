// flags: -lntdsapi
// Names of service principals; no directory can be bound to.
#include <windows.h>
#include <ntdsapi.h>

#include "fixture.h"

static void make(const WCHAR *kind, const WCHAR *service, const WCHAR *instance, USHORT port, DWORD room)
{
    WCHAR text[200] = L"before";
    DWORD size = room;
    DWORD code = DsMakeSpnW(kind, service, instance, port, NULL, &size, room ? text : NULL);
    say("%lu %lu %ls", code, size, text);
}

PROGRAM
{
    char text[50] = "before";
    DWORD size = 50;
    make(L"http", L"host.example", NULL, 0, 200);
    make(L"http", L"host.example", NULL, 80, 200);
    make(L"http", L"host.example", L"other.example", 0, 200);
    make(L"http", L"host.example", L"other.example", 8080, 200);
    make(L"http", L"host.example", NULL, 0, 0);
    make(L"http", L"host.example", NULL, 0, 5);
    make(L"http", L"host.example", NULL, 0, 17);
    make(L"http", L"host.example", NULL, 0, 18);
    DWORD code = DsMakeSpnA("ldap", "host", NULL, 389, NULL, &size, text);
    // Wine reports: ANSI 120 50 before
    // documented: ANSI 0 14 ldap/host:389     (Microsoft, "DsMakeSpnA function")
    say("ANSI %lu %lu %s", code, size, text);
    HANDLE directory = (HANDLE)5;
    code = DsBindW(NULL, NULL, &directory);
    // Wine reports: no directory: 120
    // documented: no directory: 1355     (Microsoft, "DsBindW function", "System Error Codes (1300-1699)")
    say("no directory: %lu", code);
    return 0;
}
