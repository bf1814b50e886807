// The streams of a file, completion ports by NT's names, volumes by A functions, hints for processes.
// flags: -lntdll
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

NTSYSAPI NTSTATUS NTAPI NtCreateIoCompletion(HANDLE *, ACCESS_MASK, void *, ULONG);
NTSYSAPI NTSTATUS NTAPI NtSetIoCompletion(HANDLE, void *, void *, NTSTATUS, ULONG_PTR);
NTSYSAPI NTSTATUS NTAPI NtRemoveIoCompletion(HANDLE, void **, void **, IO_STATUS_BLOCK *, LARGE_INTEGER *);
NTSYSAPI NTSTATUS NTAPI NtRemoveIoCompletionEx(HANDLE, void *, ULONG, ULONG *, LARGE_INTEGER *, BOOLEAN);
NTSYSAPI NTSTATUS NTAPI NtQueryIoCompletion(HANDLE, int, void *, ULONG, ULONG *);

static void streams(void)
{
    static WIN32_FIND_STREAM_DATA data;
    HANDLE file = CreateFileW(L"with streams", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;
    WriteFile(file, "12345", 5, &written, NULL);
    CloseHandle(file);
    HANDLE search = FindFirstStreamW(L"with streams", FindStreamInfoStandard, &data, 0);
    // Wine reports: first: 0 nothing 0
    // documented: first: 1 ::$DATA 5     (Microsoft, "FindFirstStreamW function")
    say("first: %d %ls %u", search != INVALID_HANDLE_VALUE,
        data.cStreamName[0] ? data.cStreamName : L"nothing", (unsigned)data.StreamSize.QuadPart);
    SetLastError(0);
    say("next: %d %u", FindNextStreamW(search, &data), GetLastError());
    // Wine reports: closed: 0
    // documented: closed: 1     (Microsoft, "FindClose function")
    say("closed: %d", FindClose(search));
    search = FindFirstStreamW(L"no such file", FindStreamInfoStandard, &data, 0);
    // Wine reports: missing: 0 38
    // documented: missing: 0 2     (Microsoft, "FindFirstStreamW function")
    say("missing: %d %u", search != INVALID_HANDLE_VALUE, GetLastError());
    CreateDirectoryW(L"folder", NULL);
    search = FindFirstStreamW(L"folder", FindStreamInfoStandard, &data, 0);
    say("folder: %d %u", search != INVALID_HANDLE_VALUE, GetLastError());
    RemoveDirectoryW(L"folder");
    DeleteFileW(L"with streams");
}

static void completion(void)
{
    HANDLE port = NULL;
    void *key, *context;
    IO_STATUS_BLOCK status;
    LARGE_INTEGER now = {0};
    ULONG depth = 9, removed = 9;
    struct { void *key, *context; IO_STATUS_BLOCK status; } entries[4];
    check(NtCreateIoCompletion(&port, 0x1F0003, NULL, 0) == 0);
    check(NtSetIoCompletion(port, (void *)1, (void *)2, 0, 30) == 0);
    check(NtSetIoCompletion(port, (void *)4, (void *)5, (NTSTATUS)0xC0000001, 60) == 0);
    check(NtQueryIoCompletion(port, 0, &depth, sizeof depth, NULL) == 0);
    say("waiting: %u", depth);
    check(NtRemoveIoCompletion(port, &key, &context, &status, &now) == 0);
    say("%u %u %x %u", (unsigned)(size_t)key, (unsigned)(size_t)context, status.Status, (unsigned)status.Information);
    check(NtRemoveIoCompletionEx(port, entries, 4, &removed, &now, FALSE) == 0);
    say("%u: %u %x", removed, (unsigned)(size_t)entries[0].key, entries[0].status.Status);
    say("empty: %x", NtRemoveIoCompletion(port, &key, &context, &status, &now));
    DWORD bytes;
    ULONG_PTR key_value;
    OVERLAPPED *overlapped;
    NtSetIoCompletion(port, (void *)7, NULL, 0, 8);
    check(GetQueuedCompletionStatus(port, &bytes, &key_value, &overlapped, 0));
    say("%u %u", bytes, (unsigned)key_value);
    CloseHandle(port);
}

static void volumes(void)
{
    char name[100] = "", path[300], narrow[100] = "";
    WCHAR wide[100];
    check(GetVolumeNameForVolumeMountPointA("C:\\", name, 100));
    check(GetVolumeNameForVolumeMountPointW(L"C:\\", wide, 100));
    WideCharToMultiByte(CP_ACP, 0, wide, -1, narrow, 100, NULL, NULL);
    check(lstrcmpA(name, narrow) == 0 && name[0] == '\\');
    DWORD length = 0;
    check(GetVolumePathNamesForVolumeNameA(name, path, 300, &length));
    say("%s %u", path, length);
    HANDLE search = FindFirstVolumeA(name, 100);
    check(search != INVALID_HANDLE_VALUE && name[0] == '\\');
    check(FindVolumeClose(search));
    check(QueryDosDeviceA("C:", path, 300) > 5 && path[0] == '\\');
    SetLastError(0);
    say("no such device: %u %u", QueryDosDeviceA("nothing", path, 300), GetLastError());
}

static void hints(void)
{
    MEMORY_PRIORITY_INFORMATION priority = {MEMORY_PRIORITY_LOW};
    struct { ULONG version, control, state; } power = {1, 1, 1};
    // Wine reports: memory priority: 0
    // documented: memory priority: 1     (Microsoft, "SetProcessInformation function")
    say("memory priority: %d",
        SetProcessInformation(GetCurrentProcess(), ProcessMemoryPriority, &priority, sizeof priority));
    // Wine reports: throttling: 0
    // documented: throttling: 1     (Microsoft, "SetProcessInformation function")
    say("throttling: %d",
        SetProcessInformation(GetCurrentProcess(), ProcessPowerThrottling, &power, sizeof power));
    ULONG64 cycles = 0;
    // Wine reports: cycles: 0
    // documented: cycles: 1     (Microsoft, "QueryProcessCycleTime function")
    say("cycles: %d", QueryProcessCycleTime(GetCurrentProcess(), &cycles));
}

PROGRAM
{
    streams();
    completion();
    volumes();
    hints();
    return 0;
}
