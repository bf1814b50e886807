// Extended facts of changes, a wait for them that is taken back, and the end of a watched directory.
// Without Wine: it has no ReadDirectoryChangesExW, waits for ever, and does not tell of the directory's own end.
#include <windows.h>

#include "fixture.h"

typedef BOOL(WINAPI *READ_CHANGES)(HANDLE, void *, DWORD, BOOL, DWORD, DWORD *, OVERLAPPED *, void *, int);

/* FILE_NOTIFY_EXTENDED_INFORMATION */
typedef struct {
    DWORD next, action;
    LONGLONG created, modified, changed, accessed, allocated, size;
    DWORD attributes, tag;
    ULONGLONG id, parent;
    DWORD name_length;
    WCHAR name[1];
} EXTENDED;

enum { CHANGES = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME };

static WCHAR folder[MAX_PATH], file[MAX_PATH];

static HANDLE open_directory(DWORD flags)
{
    return CreateFileW(folder, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
}

static ULONGLONG id_of(const WCHAR *path)
{
    BY_HANDLE_FILE_INFORMATION facts = {0};
    HANDLE handle = CreateFileW(path, 0, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    GetFileInformationByHandle(handle, &facts);
    CloseHandle(handle);
    return (ULONGLONG)facts.nFileIndexHigh << 32 | facts.nFileIndexLow;
}

static const WCHAR *name_of(const EXTENDED *entry)
{
    static WCHAR name[100];
    memcpy(name, entry->name, entry->name_length);
    name[entry->name_length / 2] = 0;
    return name;
}

static void extended(READ_CHANGES read_changes)
{
    static __declspec(align(8)) char buffer[2048];
    const EXTENDED *entry = (const void *)buffer;
    OVERLAPPED o = {0};
    DWORD done;
    HANDLE directory = open_directory(FILE_FLAG_OVERLAPPED);
    o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    say("no such form %d", read_changes(directory, buffer, sizeof buffer, FALSE, CHANGES, NULL, &o, NULL, 9));
    check(read_changes(directory, buffer, sizeof buffer, FALSE, CHANGES, NULL, &o, NULL, 2));
    CloseHandle(CreateFileW(file, GENERIC_WRITE, 7, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL));
    check(GetOverlappedResult(directory, &o, &done, TRUE));
    say("action %u, name %ls", entry->action, name_of(entry));
    say("size %lld, attributes %d, tag %u", entry->size, entry->attributes != 0, entry->tag);
    say("file %d, folder %d", entry->id == id_of(file), entry->parent == id_of(folder));
    say("created %d, modified %d", entry->created != 0, entry->modified != 0);
    check(read_changes(directory, buffer, sizeof buffer, FALSE, CHANGES, NULL, &o, NULL, 2));
    DeleteFileW(file);
    check(GetOverlappedResult(directory, &o, &done, TRUE));
    say("action %u, name %ls, last %d", entry->action, name_of(entry), !entry->next);
    check(read_changes(directory, buffer, sizeof buffer, FALSE, CHANGES, NULL, &o, NULL, 2));
    check(RemoveDirectoryW(folder));
    say("deleted %d", GetOverlappedResult(directory, &o, &done, TRUE));
    say("error %u", GetLastError());
    CloseHandle(directory);
    CloseHandle(o.hEvent);
}

static HANDLE waited;
static char changes[1024];
static DWORD wait_error;

static DWORD WINAPI wait_for_change(void *context)
{
    DWORD done = 0;
    BOOL ok = ReadDirectoryChangesW(waited, changes, sizeof changes, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, &done, NULL, NULL);
    wait_error = ok ? 0 : GetLastError();
    return 0;
}

static void cancelled(void)
{
    waited = open_directory(0);
    HANDLE thread = CreateThread(NULL, 0, wait_for_change, NULL, 0, NULL);
    while (!CancelIoEx(waited, NULL))
        Sleep(1);
    say("thread ended %u", WaitForSingleObject(thread, 30000));
    say("error %u", wait_error);
    say("nothing to cancel %d %u", CancelIoEx(waited, NULL), GetLastError());
    CloseHandle(thread);
    CloseHandle(waited);
}

PROGRAM
{
    GetTempPathW(MAX_PATH, folder);
    wsprintfW(folder + lstrlenW(folder), L"windlass-extended-%u", GetCurrentProcessId());
    CreateDirectoryW(folder, NULL);
    lstrcpyW(file, folder);
    lstrcatW(file, L"\\file");
    cancelled();
    extended((READ_CHANGES)(void *)GetProcAddress(GetModuleHandleA("kernel32"), "ReadDirectoryChangesExW"));
    return 0;
}
