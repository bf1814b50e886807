// flags: -lntdll
// Files by the names that the system itself has for them: "\Device\HarddiskVolume3\x", "\DosDevices\C:\x".
// Wine reports: by its volume: c0000034 []
// documented: by its volume: 0 [hello]     (Microsoft, "Object Names")
// Wine reports: in the global Dos devices: c000003a []
// documented: in the global Dos devices: 0 [hello]     (Microsoft, "Local and Global MS-DOS Device Names")
// Wine reports: through the root: 0, error 2
// documented: through the root: 1, error 0     (Microsoft, "Naming Files, Paths, and Namespaces")
// Wine reports: through the root's Dos devices: 0, error 2
// documented: through the root's Dos devices: 1, error 0     (Microsoft, "Naming Files, Paths, and Namespaces")
// Wine reports: in no folder: c0000034 []
// documented: in no folder: c000003a []     (Microsoft, "NtCreateFile function")
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

static WCHAR path[MAX_PATH], native[MAX_PATH];

static void try_open(const char *what, const WCHAR *name)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    HANDLE file = NULL;
    char data[8] = "";
    DWORD count = 0;
    RtlInitUnicodeString(&text, name);
    InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS status = NtCreateFile(&file, GENERIC_READ | SYNCHRONIZE, &attributes, &block, NULL, 0, FILE_SHARE_READ, FILE_OPEN,
                                   FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, 0);
    if (!status) {
        ReadFile(file, data, 5, &count, NULL);
        NtClose(file);
    }
    say("%s: %x [%s]", what, status, data);
}

static WCHAR *join(const WCHAR *head, const WCHAR *tail)
{
    static WCHAR joined[2 * MAX_PATH];
    lstrcpyW(joined, head);
    return lstrcatW(joined, tail);
}

static void try_open_win32(const char *what, const WCHAR *name)
{
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    say("%s: %d, error %lu", what, file != INVALID_HANDLE_VALUE, file != INVALID_HANDLE_VALUE ? 0 : GetLastError());
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
}

static BOOL write_file(void)
{
    WCHAR folder[MAX_PATH];
    DWORD count;
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"nat", 0, path);
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    BOOL done = WriteFile(file, "hello", 5, &count, NULL);
    done &= GetFinalPathNameByHandleW(file, native, MAX_PATH, VOLUME_NAME_NT) != 0;
    CloseHandle(file);
    return done;
}

PROGRAM
{
    WCHAR missing[MAX_PATH];
    say("written %d", write_file());
    try_open("by its volume", native);
    try_open("in the Dos devices", join(L"\\DosDevices\\", path));
    try_open("in the global Dos devices", join(L"\\GLOBAL?\?\\", path));
    try_open("in the session's", join(L"\\?\?\\", path));
    try_open_win32("through the root", join(L"\\\\?\\GLOBALROOT", native));
    try_open_win32("through the root's Dos devices", join(join(L"\\\\?\\GLOBALROOT\\?\?\\", path), L""));
    try_open("no such file", join(native, L".not"));
    try_open("in no folder", join(native, L".not\\x"));
    try_open("no such volume", L"\\Device\\HarddiskVolume12345");
    try_open("in no volume", L"\\Device\\HarddiskVolume12345\\x");
    try_open("in no device", L"\\Device\\Windlass\\x");
    try_open("no root", path);
    lstrcpyW(missing, native);
    say("deleted %d", DeleteFileW(path));
    try_open("gone", missing);
    return 0;
}
