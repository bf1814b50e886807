// The order in which a search gives a directory's entries.
#include <windows.h>

#include "fixture.h"

static WCHAR folder[MAX_PATH];

static void make(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    wsprintfW(path, L"%ls\\%ls", folder, name);
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    check(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
}

static void search(const WCHAR *pattern)
{
    WIN32_FIND_DATAW found;
    WCHAR path[MAX_PATH];
    wsprintfW(path, L"%ls\\%ls", folder, pattern);
    HANDLE search = FindFirstFileW(path, &found);
    check(search != INVALID_HANDLE_VALUE);
    do
        say("%ls: %ls", pattern, found.cFileName);
    while (FindNextFileW(search, &found));
    FindClose(search);
}

/* What is deleted on the way is not missed, and what is left is still found. */
static void delete_all(void)
{
    WIN32_FIND_DATAW found;
    WCHAR path[MAX_PATH];
    int deleted = 0;
    wsprintfW(path, L"%ls\\*", folder);
    HANDLE search = FindFirstFileW(path, &found);
    do {
        wsprintfW(path, L"%ls\\%ls", folder, found.cFileName);
        deleted += !(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) && DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    say("%d deleted, folder removed %d", deleted, RemoveDirectoryW(folder));
}

PROGRAM
{
    static const WCHAR *const names[] = {L"testing", L"empty", L"just", L"Files", L"for", L"_x", L"a.txt", L"B.txt", L"c",
                                         L"a", L"10", L"9"};
    WCHAR temporary[MAX_PATH];
    GetTempPathW(MAX_PATH, temporary);
    wsprintfW(folder, L"%lsdirectory-order-%lu", temporary, GetCurrentProcessId());
    check(CreateDirectoryW(folder, NULL));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        make(names[i]);
    search(L"*");
    search(L"*.txt");
    delete_all();
    return 0;
}
