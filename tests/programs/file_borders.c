// Files and folders where one is taken for the other, names of volumes, and clocks that agree.
#include <windows.h>

#include "fixture.h"

static void find(const WCHAR *pattern)
{
    WIN32_FIND_DATAW data;
    SetLastError(0);
    HANDLE handle = FindFirstFileW(pattern, &data);
    say("find %ls: error %u", pattern, handle == INVALID_HANDLE_VALUE ? GetLastError() : 0);
    if (handle != INVALID_HANDLE_VALUE)
        FindClose(handle);
}

static void searching(void)
{
    CreateDirectoryW(L"borders", NULL);
    HANDLE file = CreateFileW(L"borders\\file", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CloseHandle(file);
    find(L"borders\\*");
    find(L"borders\\none*");
    // Wine reports: find borders\u005cfile\u005c*: error 123
    // documented: find borders\u005cfile\u005c*: error 267     (Microsoft, "System Error Codes")
    find(L"borders\\file\\*");
    find(L"borders\\file\\sub\\*");
    find(L"borders\\none\\*");
    // Wine reports: find borders\u005cfile\u005cx: error 123
    // documented: find borders\u005cfile\u005cx: error 267     (Microsoft, "System Error Codes")
    find(L"borders\\file\\x");
    SetLastError(0);
    say("a file is no directory to remove: %d, %u", RemoveDirectoryW(L"borders\\file"), GetLastError());
    DeleteFileW(L"borders\\file");
    check(RemoveDirectoryW(L"borders"));
}

static void volume_path(const WCHAR *path)
{
    WCHAR out[100] = L"";
    SetLastError(0);
    BOOL done = GetVolumePathNameW(path, out, 100);
    say("%ls: %d %ls %u", path, done, out, done ? 0 : GetLastError());
}

static void clocks(void)
{
    int backwards = 0;
    for (int i = 0; i < 2000; i++) {
        SYSTEMTIME time;
        FILETIME before, now, after;
        GetSystemTimeAsFileTime(&before);
        GetSystemTime(&time);
        SystemTimeToFileTime(&time, &now);
        GetSystemTimeAsFileTime(&after);
        ULONGLONG first = (ULONGLONG)before.dwHighDateTime << 32 | before.dwLowDateTime;
        ULONGLONG middle = (ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime;
        ULONGLONG last = (ULONGLONG)after.dwHighDateTime << 32 | after.dwLowDateTime;
        backwards += middle / 10000 < first / 10000 || last / 10000 < middle / 10000;
    }
    say("the clock went backwards %d times", backwards);
}

PROGRAM
{
    searching();
    volume_path(L"C:\\windows\\system32");
    volume_path(L"\\\\?\\C:\\windows");
    volume_path(L"\\\\.\\C:\\windows");
    volume_path(L"C:");
    volume_path(L"c:/windows");
    volume_path(L"\\\\?\\C:\\");
    clocks();
    return 0;
}
