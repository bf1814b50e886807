// SetFileInformationByHandle with a new name, which ends with a zero, whatever length is given.
#include <windows.h>

#include "fixture.h"

static WCHAR folder[MAX_PATH];

static BOOL exists(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    wsprintfW(path, L"%s\\%s", folder, name);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static HANDLE open_file(const WCHAR *name, DWORD access)
{
    WCHAR path[MAX_PATH];
    wsprintfW(path, L"%s\\%s", folder, name);
    return CreateFileW(path, access, 7, NULL, OPEN_ALWAYS, 0, NULL);
}

static void rename_to(HANDLE file, const WCHAR *name, DWORD length, BOOL replaces)
{
    union {
        FILE_RENAME_INFO info;
        char room[sizeof(FILE_RENAME_INFO) + sizeof(WCHAR) * MAX_PATH];
    } to = {{{replaces}, NULL, length, L""}};
    DWORD size = (DWORD)(offsetof(FILE_RENAME_INFO, FileName) + (lstrlenW(name) + 1) * sizeof(WCHAR));
    lstrcpyW(to.info.FileName, name);
    SetLastError(0);
    BOOL renamed = SetFileInformationByHandle(file, FileRenameInfo, &to, max(size, sizeof to.info));
    say("  %d, error %u", renamed, GetLastError());
}

static void lengths(void)
{
    WCHAR path[MAX_PATH];
    HANDLE file = open_file(L"first", DELETE);
    wsprintfW(path, L"%s\\second", folder);
    say("in bytes");
    rename_to(file, path, lstrlenW(path) * sizeof(WCHAR), FALSE);
    check(exists(L"second") && !exists(L"first"));
    wsprintfW(path, L"%s\\third", folder);
    say("in characters");
    rename_to(file, path, lstrlenW(path), FALSE);
    check(exists(L"third"));
    wsprintfW(path, L"%s\\fourth", folder);
    say("none");
    rename_to(file, path, 0, FALSE);
    check(exists(L"fourth"));
    CloseHandle(file);
}

static void relative(void)
{
    WCHAR before[MAX_PATH];
    HANDLE file = open_file(L"fourth", DELETE);
    GetCurrentDirectoryW(MAX_PATH, before);
    check(CreateDirectoryW(L"windlass-rename-below", NULL) && SetCurrentDirectoryW(L"windlass-rename-below"));
    say("from the current directory");
    rename_to(file, L"..\\windlass-rename-below\\.\\fifth", 0, FALSE);
    rename_to(file, L"sixth", 0, FALSE);
    say("there: %d", GetFileAttributesW(L"sixth") != INVALID_FILE_ATTRIBUTES);
    CloseHandle(file);
    DeleteFileW(L"fifth");
    DeleteFileW(L"sixth");
    SetCurrentDirectoryW(before);
    say("left nothing: %d", RemoveDirectoryW(L"windlass-rename-below"));
}

static void targets(void)
{
    WCHAR path[MAX_PATH];
    HANDLE file = open_file(L"one", DELETE);
    CloseHandle(open_file(L"two", GENERIC_WRITE));
    wsprintfW(path, L"%s\\two", folder);
    say("a name that is taken");
    rename_to(file, path, 0, FALSE);
    say("replacing");
    rename_to(file, path, 0, TRUE);
    check(exists(L"two") && !exists(L"one"));
    wsprintfW(path, L"%s\\none\\two", folder);
    say("into a folder that is not there");
    rename_to(file, path, 0, FALSE);
    CloseHandle(file);
    wsprintfW(path, L"%s\\two", folder);
    DeleteFileW(path);
}

PROGRAM
{
    GetCurrentDirectoryW(MAX_PATH, folder);
    lstrcatW(folder, L"\\windlass-rename-test");
    CreateDirectoryW(folder, NULL);
    lengths();
    relative();
    targets();
    return !RemoveDirectoryW(folder);
}
