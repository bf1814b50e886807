// build: freestanding
// The handle of the current directory in the process's parameters is a root for relative names.
#include <windows.h>
#include <winternl.h>
#include "fixture.h"

typedef struct { UNICODE_STRING DosPath; HANDLE Handle; } CURDIR;

__declspec(dllimport) NTSTATUS NTAPI RtlSetCurrentDirectory_U(UNICODE_STRING *);

static CURDIR *current(void)
{
    return (CURDIR *)((char *)NtCurrentTeb()->ProcessEnvironmentBlock->ProcessParameters + 0x38);
}

static UNICODE_STRING counted(WCHAR *text)
{
    USHORT size = (USHORT)(2 * lstrlenW(text));
    return (UNICODE_STRING){size, size, text};
}

static long opened(WCHAR *name)
{
    UNICODE_STRING relative = counted(name);
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes, .RootDirectory = current()->Handle, .ObjectName = &relative,
                                    .Attributes = OBJ_CASE_INSENSITIVE};
    IO_STATUS_BLOCK block;
    HANDLE file;
    long status = NtCreateFile(&file, GENERIC_READ | SYNCHRONIZE, &attributes, &block, NULL, 0, FILE_SHARE_READ, FILE_OPEN,
                               FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (!status)
        CloseHandle(file);
    return status;
}

static int shown_as(const WCHAR *path)
{
    const UNICODE_STRING *shown = &current()->DosPath;
    int length = lstrlenW(path);
    return shown->Length == 2 * length + 2 && CompareStringOrdinal(shown->Buffer, length, path, length, FALSE) == CSTR_EQUAL;
}

PROGRAM
{
    static WCHAR before[MAX_PATH], folder[MAX_PATH], path[MAX_PATH];
    UNICODE_STRING name;
    GetCurrentDirectoryW(MAX_PATH, before);
    say("a handle %d, the path %d", current()->Handle != NULL, shown_as(before));
    GetTempPathW(MAX_PATH, folder);
    check(GetTempFileNameW(folder, L"wl", 0, path));
    DeleteFileW(path);
    check(CreateDirectoryW(path, NULL) && SetCurrentDirectoryW(path));
    say("the new path %d", shown_as(path));
    say("missing: %x", (unsigned)opened(L"here.txt"));
    CloseHandle(CreateFileW(L"here.txt", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    say("opened: %x", (unsigned)opened(L"here.txt"));
    DeleteFileW(L"here.txt");
    name = counted(before);
    say("back: %x, the path %d", (unsigned)RtlSetCurrentDirectory_U(&name), shown_as(before));
    check(RemoveDirectoryW(path));
    return 0;
}
