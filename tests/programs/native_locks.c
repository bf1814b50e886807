// flags: -lntdll
// Byte-range locks by the native functions, and the refusals of functions for volumes and consoles.
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

NTSTATUS NTAPI NtLockFile(HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, PIO_STATUS_BLOCK, PLARGE_INTEGER, PLARGE_INTEGER,
                          ULONG, BOOLEAN, BOOLEAN);
NTSTATUS NTAPI NtUnlockFile(HANDLE, PIO_STATUS_BLOCK, PLARGE_INTEGER, PLARGE_INTEGER, ULONG);

PROGRAM
{
    char folder[MAX_PATH], name[MAX_PATH];
    IO_STATUS_BLOCK block;
    LARGE_INTEGER start = {.QuadPart = 10}, length = {.QuadPart = 5};
    INPUT_RECORD record;
    DWORD count;
    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "lck", 0, name);
    HANDLE file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                              0, NULL);
    HANDLE other = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    // Wine reports: lock c0000002
    // documented: lock 0     (Microsoft, "NtLockFile function")
    say("lock %lx", NtLockFile(file, NULL, NULL, NULL, &block, &start, &length, 0, TRUE, TRUE));
    // Wine reports: other c0000002
    // documented: other c0000055     (Microsoft, "NtLockFile function")
    say("other %lx", NtLockFile(other, NULL, NULL, NULL, &block, &start, &length, 0, TRUE, FALSE));
    // Wine reports: unlock c0000002
    // documented: unlock 0     (Microsoft, "NtUnlockFile function")
    say("unlock %lx", NtUnlockFile(file, &block, &start, &length, 0));
    // Wine reports: again c0000002
    // documented: again c000007e     (Microsoft, "NtUnlockFile function")
    say("again %lx", NtUnlockFile(file, &block, &start, &length, 0));
    // Wine reports: shared c0000002
    // documented: shared 0     (Microsoft, "NtLockFile function")
    say("shared %lx", NtLockFile(other, NULL, NULL, NULL, &block, &start, &length, 0, TRUE, FALSE));
    // Wine reports: no handle c0000002
    // documented: no handle c0000008     (Microsoft, "NtUnlockFile function")
    say("no handle %lx", NtUnlockFile(NULL, &block, &start, &length, 0));
    say("wrote %ld", _hwrite((HFILE)(INT_PTR)file, "abc", 3));
    SetFilePointer(file, 1, NULL, FILE_BEGIN);
    say("read %ld", _hread((HFILE)(INT_PTR)file, folder, 10));
    SetLastError(0);
    say("events %d, error %lu", ReadConsoleInputW(file, &record, 1, &count), GetLastError());
    SetLastError(0);
    say("peek %d, error %lu", PeekConsoleInputA(file, &record, 1, &count), GetLastError());
    MEMORYSTATUS memory = {sizeof memory};
    GlobalMemoryStatus(&memory);
    say("memory %d", memory.dwLength == sizeof memory && memory.dwTotalPhys && memory.dwMemoryLoad <= 100);
    CloseHandle(other);
    CloseHandle(file);
    DeleteFileA(name);
    return 0;
}
