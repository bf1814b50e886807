// Changes in directories: renamed and moved files, and what the native function tells.
// Without Wine: its waits for moves do not end.
#include <windows.h>

#include "fixture.h"

typedef struct { union { int Status; void *Pointer; }; unsigned long long Information; } STATUS_BLOCK;
typedef int(WINAPI *NOTIFY)(HANDLE, HANDLE, void *, void *, STATUS_BLOCK *, void *, ULONG, ULONG, BOOLEAN);

static WCHAR folder[MAX_PATH];
static __declspec(align(8)) char buffer[4096];

static WCHAR *below(const WCHAR *name)
{
    static WCHAR paths[4][MAX_PATH];
    static int next;
    WCHAR *path = paths[next++ % 4];
    lstrcpyW(path, folder);
    lstrcatW(path, name);
    return path;
}

static HANDLE open_directory(const WCHAR *name, DWORD flags)
{
    return CreateFileW(below(name), FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
}

static void tell(const char *what, DWORD size)
{
    static const char *const actions[] = {"nothing", "added", "removed", "modified", "old name", "new name"};
    const char *at = buffer;
    for (DWORD next = 1; size && next;) {
        const FILE_NOTIFY_INFORMATION *information = (const void *)at;
        WCHAR name[100] = {0};
        memcpy(name, information->FileName, information->FileNameLength);
        say("%s: %s %ls", what, actions[information->Action], name);
        next = information->NextEntryOffset;
        at += next;
    }
}

static void touch(const WCHAR *name)
{
    CloseHandle(CreateFileW(below(name), GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0, NULL));
}

/* What becomes of one move, told of two changes at most. */
static void move(const char *what, const WCHAR *from, const WCHAR *to)
{
    OVERLAPPED o = {0};
    DWORD done = 0, all = 0;
    o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE directory = open_directory(L"", FILE_FLAG_OVERLAPPED);
    for (int i = 0; i < 2 && all < 2; i++) {
        check(ReadDirectoryChangesW(directory, buffer, sizeof buffer, TRUE,
                                    FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME, NULL, &o, NULL));
        if (!i)
            check(MoveFileW(below(from), below(to)));
        check(GetOverlappedResult(directory, &o, &done, TRUE));
        tell(what, done);
        for (const char *at = buffer; ++all && ((const FILE_NOTIFY_INFORMATION *)at)->NextEntryOffset;)
            at += ((const FILE_NOTIFY_INFORMATION *)at)->NextEntryOffset;
    }
    CloseHandle(directory);
    CloseHandle(o.hEvent);
}

static void moves(void)
{
    CreateDirectoryW(below(L"\\one"), NULL);
    CreateDirectoryW(below(L"\\two"), NULL);
    touch(L"\\one\\a");
    move("within", L"\\one\\a", L"\\one\\b");
    /* "FILE_NOTIFY_INFORMATION structure" */
    move("across", L"\\one\\b", L"\\two\\c");
    DeleteFileW(below(L"\\two\\c"));
    RemoveDirectoryW(below(L"\\one"));
    RemoveDirectoryW(below(L"\\two"));
}

static void native(void)
{
    NOTIFY notify = (NOTIFY)(void *)GetProcAddress(GetModuleHandleA("ntdll"), "NtNotifyChangeDirectoryFile");
    STATUS_BLOCK block = {{99}, 99};
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), directory = open_directory(L"", FILE_FLAG_OVERLAPPED);
    say("begun %08x", notify(directory, event, NULL, NULL, &block, buffer, sizeof buffer, FILE_NOTIFY_CHANGE_FILE_NAME, 0));
    touch(L"\\x");
    say("event %u", WaitForSingleObject(event, 30000));
    say("status %08x", block.Status);
    tell("native", (DWORD)block.Information);
    say("no handle %08x",
        notify(NULL, event, NULL, NULL, &block, buffer, sizeof buffer, FILE_NOTIFY_CHANGE_FILE_NAME, 0));
    DeleteFileW(below(L"\\x"));
    CloseHandle(directory);
    CloseHandle(event);
}

PROGRAM
{
    GetTempPathW(MAX_PATH, folder);
    wsprintfW(folder + lstrlenW(folder), L"windlass-changes-%u", GetCurrentProcessId());
    CreateDirectoryW(folder, NULL);
    moves();
    native();
    RemoveDirectoryW(folder);
    return 0;
}
