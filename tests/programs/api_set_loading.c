// API sets that programs load by name to look up one function; Chromium's read their command line so.
#include <windows.h>

#include "fixture.h"

static void look_up(const char *set, const char *function)
{
    HMODULE module = LoadLibraryExA(set, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    say("%s: %d, %s %d", set, module != NULL, function, module && GetProcAddress(module, function));
    FreeLibrary(module);
}

PROGRAM
{
    look_up("api-ms-win-downlevel-shell32-l1-1-0.dll", "CommandLineToArgvW");
    look_up("api-ms-win-downlevel-shlwapi-l1-1-0.dll", "PathFileExistsW");
    look_up("api-ms-win-downlevel-advapi32-l1-1-0.dll", "RegOpenKeyExW");
    look_up("api-ms-win-downlevel-ole32-l1-1-0.dll", "CoCreateGuid");
    look_up("api-ms-win-downlevel-user32-l1-1-0.dll", "CharLowerW");
    look_up("api-ms-win-downlevel-version-l1-1-0.dll", "GetFileVersionInfoW");
    look_up("api-ms-win-downlevel-normaliz-l1-1-0.dll", "IdnToAscii");
    look_up("api-ms-win-rtcore-ntuser-private-l1-1-0.dll", "SendMessageTimeoutW");
    return 0;
}
