// Paths as text: what GetFullPathName makes of them. All of them have a drive, so the current directory plays no part.
#include <windows.h>

#include "fixture.h"

static void full(const WCHAR *path)
{
    WCHAR out[600] = {0}, *part = NULL;
    DWORD length = GetFullPathNameW(path, 600, out, &part);
    say("%ls -> %u %ls | %ls", path, length, out, part ? part : L"(none)");
}

PROGRAM
{
    static const WCHAR *const paths[] = {
        L"C:\\a\\b.txt", L"c:/a//b", L"C:\\a\\..\\b", L"C:\\a\\.\\b\\", L"C:\\..\\..\\a", L"C:\\", L"C:\\a\\..",
        L"C:\\a\\b\\..\\..\\", L"C:\\a...", L"C:\\a. . ", L"C:\\a.\\b", L"C:\\a..\\b", L"C:\\a \\b", L"C:\\...\\b",
        L"C:\\a\\...", L"C:\\.a", L"C:\\a/.", L"C:\\a/b/../c", L"\\\\server\\share\\a\\..\\..\\b", L"//server/share/x",
        L"\\\\?\\C:\\a\\..\\b", L"\\\\.\\C:\\a\\b", L"\\\\.\\pipe\\name", L"nul", L"NUL:", L"con", L"COM1",
        L"LPT9", L"CONIN$", L"conout$", L"\\\\host", L"\\\\host\\", L"\\\\host\\share", L"\\\\host\\share\\",
        L"\\\\host.\\share.\\a.", L"\\\\host\\share\\a. .\\b.. ", L"\\\\host\\share.", L"\\\\host\\share\\..",
        L"\\\\?\\C:\\a.", L"\\\\.\\C:\\a.", L"\\\\?\\UNC\\host\\share\\a. ",
        L"//host//share. . .", L"//..", L"//../", L"//host/..", L"//host. /",
    };
    // Wine reports: C:\u005c...\u005cb -> 7 C:\u005c..\u005cb | b
    // documented: C:\u005c...\u005cb -> 8 C:\u005c...\u005cb | b     (Microsoft, "File path formats on Windows systems")
    // Wine reports: \u005c\u005chost\u005cshare. -> 13 \u005c\u005chost\u005cshare. | share.
    // documented: \u005c\u005chost\u005cshare. -> 12 \u005c\u005chost\u005cshare | share     (the same page)
    // Wine reports: //host//share. . . -> 18 \u005c\u005chost\u005c\u005cshare. . . | share. . .
    // documented: //host//share. . . -> 12 \u005c\u005chost\u005cshare | share     (the same page)
    // Wine reports: //.. -> 4 \u005c\u005c.. | (none)
    // documented: //.. -> 2 \u005c\u005c | (none)     (the same page)
    // Wine reports: //host/.. -> 9 \u005c\u005chost\u005c.. | ..
    // documented: //host/.. -> 7 \u005c\u005chost\u005c | (none)     (the same page)
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        full(paths[i]);
    WCHAR small[4];
    check(GetFullPathNameW(L"C:\\abc", 4, small, NULL) == 7);
    check(GetFullPathNameW(L"C:\\abc", 0, NULL, NULL) == 7);
    char ansi[20], *part;
    check(GetFullPathNameA("C:\\abc/def", 20, ansi, &part) == 10);
    say("%s %s", ansi, part);
    SetLastError(0);
    say("empty: %u", GetFullPathNameW(L"", 4, small, NULL));
    say("spaces: %u", GetFullPathNameW(L"  ", 4, small, NULL));
    WCHAR directory[300];
    check(GetSystemDirectoryW(directory, 300) == 19);
    say("%ls", directory);
    check(GetWindowsDirectoryW(directory, 300) == 10);
    check(GetWindowsDirectoryW(directory, 3) == 11);
    return 0;
}
