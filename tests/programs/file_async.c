// Overlapped I/O, completion ports and routines, locks, pipes, mappings, change notifications.
#include <windows.h>

#include "fixture.h"

static WCHAR folder[MAX_PATH], path[MAX_PATH];

static void result(const char *what, BOOL ok)
{
    DWORD error = GetLastError();
    say("%s: %d %u", what, ok, ok ? 0 : error);
}

static void overlapped(void)
{
    char text[16] = {0};
    DWORD done = 99;
    OVERLAPPED o = {0};
    o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
    check(WriteFile(file, "0123456789", 10, NULL, &o) || GetLastError() == ERROR_IO_PENDING);
    check(GetOverlappedResult(file, &o, &done, TRUE));
    say("written %u, event %u", done, WaitForSingleObject(o.hEvent, 0));
    o.Offset = 4;
    check(ReadFile(file, text, 3, NULL, &o) || GetLastError() == ERROR_IO_PENDING);
    check(GetOverlappedResult(file, &o, &done, TRUE));
    say("read %u %s", done, text);
    o.Offset = 50;
    BOOL ok = ReadFile(file, text, 3, NULL, &o);
    if (!ok && GetLastError() == ERROR_IO_PENDING)
        ok = GetOverlappedResult(file, &o, &done, TRUE);
    result("behind the end", ok);
    result("without overlapped", ReadFile(file, text, 3, &done, NULL));
    CloseHandle(o.hEvent);
    CloseHandle(file);
}

static DWORD routine_error, routine_done, routine_calls;

static void CALLBACK routine(DWORD error, DWORD done, OVERLAPPED *o)
{
    routine_error = error;
    routine_done = done;
    routine_calls += o->Offset + 1;
}

static void routines(void)
{
    char text[16] = {0};
    OVERLAPPED o = {0};
    HANDLE file = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    o.Offset = 7;
    check(ReadFileEx(file, text, 16, &o, routine));
    say("before: %u", routine_calls);
    say("sleep %x", SleepEx(1000, TRUE));
    say("after: %u %u %u %s", routine_calls, routine_error, routine_done, text);
    CloseHandle(file);
}

static void port(void)
{
    char text[16] = {0};
    DWORD done;
    ULONG_PTR key;
    OVERLAPPED o = {0}, *which;
    HANDLE file = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    HANDLE port = CreateIoCompletionPort(file, NULL, 77, 0);
    check(port != NULL);
    result("second port", CreateIoCompletionPort(file, port, 78, 0) != NULL);
    check(ReadFile(file, text, 5, NULL, &o) || GetLastError() == ERROR_IO_PENDING);
    check(GetQueuedCompletionStatus(port, &done, &key, &which, 1000));
    say("packet %u %u %d %s", done, (unsigned)key, which == &o, text);
    result("empty", GetQueuedCompletionStatus(port, &done, &key, &which, 0));
    say("%d", which == NULL);
    check(PostQueuedCompletionStatus(port, 1, 2, &o) && PostQueuedCompletionStatus(port, 3, 4, NULL));
    OVERLAPPED_ENTRY entries[4];
    ULONG count = 0;
    check(GetQueuedCompletionStatusEx(port, entries, 4, &count, 0, FALSE));
    say("%u: %u %u, %u %u", count, entries[0].dwNumberOfBytesTransferred, (unsigned)entries[0].lpCompletionKey,
        entries[1].dwNumberOfBytesTransferred, (unsigned)entries[1].lpCompletionKey);
    CloseHandle(file);
    CloseHandle(port);
}

static void locks(void)
{
    char text[16];
    DWORD done;
    OVERLAPPED at = {0};
    HANDLE a = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE b = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    result("lock", LockFile(a, 2, 0, 3, 0));
    result("lock the same", LockFile(b, 4, 0, 1, 0));
    result("lock beside", LockFile(b, 5, 0, 1, 0));
    // Wine reports: read locked: 1 0
    // documented: read locked: 0 33     (Microsoft, "LockFileEx function")
    result("read locked", ReadFile(b, text, 4, &done, NULL));
    result("read own", ReadFile(a, text, 4, &done, NULL));
    // Wine reports: unlock part: 0 33
    // documented: unlock part: 0 158     (Microsoft, "UnlockFile function", "System Error Codes")
    result("unlock part", UnlockFile(a, 2, 0, 2, 0));
    result("unlock", UnlockFile(a, 2, 0, 3, 0));
    // Wine reports: unlock again: 0 33
    // documented: unlock again: 0 158     (Microsoft, "UnlockFile function", "System Error Codes")
    result("unlock again", UnlockFile(a, 2, 0, 3, 0));
    result("shared", LockFileEx(a, LOCKFILE_FAIL_IMMEDIATELY, 0, 2, 0, &at));
    result("shared twice", LockFileEx(b, LOCKFILE_FAIL_IMMEDIATELY, 0, 2, 0, &at));
    result("exclusive", LockFileEx(b, LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK, 0, 2, 0, &at));
    CloseHandle(a);
    CloseHandle(b);
}

static void pipes(void)
{
    char text[16] = {0};
    DWORD done, available, mode = PIPE_READMODE_MESSAGE;
    HANDLE reader, writer;
    check(CreatePipe(&reader, &writer, NULL, 0));
    check(WriteFile(writer, "hello", 5, &done, NULL));
    check(PeekNamedPipe(reader, text, 3, &done, &available, NULL));
    say("peek %u %u %s", done, available, text);
    check(ReadFile(reader, text, 16, &done, NULL));
    say("read %u type %u", done, GetFileType(reader));
    CloseHandle(writer);
    result("other end closed", ReadFile(reader, text, 16, &done, NULL));
    CloseHandle(reader);

    result("nobody there", CreateFileW(L"\\\\.\\pipe\\windlass-test-none", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) !=
                               INVALID_HANDLE_VALUE);
    OVERLAPPED o = {0};
    o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE server = CreateNamedPipeW(L"\\\\.\\pipe\\windlass-test", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                     PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2, 4096, 4096, 0, NULL);
    check(server != INVALID_HANDLE_VALUE);
    result("connect", ConnectNamedPipe(server, &o));
    HANDLE client = CreateFileW(L"\\\\.\\pipe\\Windlass-Test", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    check(client != INVALID_HANDLE_VALUE);
    say("connected %u", WaitForSingleObject(o.hEvent, 2000));
    result("message mode", SetNamedPipeHandleState(client, &mode, NULL, NULL));
    check(WriteFile(client, "first", 5, &done, NULL) && WriteFile(client, "second", 6, &done, NULL));
    ZeroMemory(text, sizeof text);
    ResetEvent(o.hEvent);
    BOOL ok = ReadFile(server, text, 3, NULL, &o);
    ok = GetOverlappedResult(server, &o, &done, TRUE);
    result("part of a message", ok);
    say("%u %s", done, text);
    ReadFile(server, text, 16, NULL, &o);
    check(GetOverlappedResult(server, &o, &done, TRUE));
    say("rest %u", done);
    ReadFile(server, text, 16, NULL, &o);
    check(GetOverlappedResult(server, &o, &done, TRUE));
    say("second %u", done);
    check(WriteFile(client, "third", 5, &done, NULL));
    result("without OVERLAPPED", ReadFile(server, text, 16, &done, NULL));
    say("third %u", done);
    CloseHandle(client);
    ok = ReadFile(server, text, 16, NULL, &o);
    if (!ok && GetLastError() == ERROR_IO_PENDING)
        ok = GetOverlappedResult(server, &o, &done, TRUE);
    result("client gone", ok);
    CloseHandle(server);
    CloseHandle(o.hEvent);
}

static void mappings(void)
{
    DWORD done;
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    result("empty file", CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, NULL) != NULL);
    HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 100000, NULL);
    say("grown to %u", GetFileSize(file, NULL));
    char *view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    check(view && ((ULONG_PTR)view & 0xFFFF) == 0);
    view[99999] = 'x';
    view[0] = 'y';
    char *copy = MapViewOfFile(mapping, FILE_MAP_COPY, 0, 65536, 0);
    check(copy != NULL);
    copy[99999 - 65536] = 'z';
    say("%c %c", view[99999], copy[99999 - 65536]);
    result("bad offset", MapViewOfFile(mapping, FILE_MAP_READ, 0, 4096, 0) != NULL);
    result("too long", MapViewOfFile(mapping, FILE_MAP_READ, 0, 65536, 100000) != NULL);
    result("flush", FlushViewOfFile(view, 0));
    result("unmap", UnmapViewOfFile(view));
    result("unmap again", UnmapViewOfFile(view));
    check(UnmapViewOfFile(copy));
    CloseHandle(mapping);
    char first = 0;
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    check(ReadFile(file, &first, 1, &done, NULL) && first == 'y');
    CloseHandle(file);

    SetLastError(9);
    HANDLE one = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L"windlass-test-section");
    say("named %d %u", one != NULL, GetLastError());
    HANDLE two = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 8192, L"windlass-test-section");
    say("again %d %u", two != NULL, GetLastError());
    HANDLE three = OpenFileMappingW(FILE_MAP_READ, FALSE, L"windlass-test-section");
    char *a = MapViewOfFile(one, FILE_MAP_WRITE, 0, 0, 0), *b = MapViewOfFile(three, FILE_MAP_READ, 0, 0, 0);
    a[17] = 'q';
    say("shared %c", b[17]);
    UnmapViewOfFile(a);
    UnmapViewOfFile(b);
    CloseHandle(one);
    CloseHandle(two);
    CloseHandle(three);
    result("gone", OpenFileMappingW(FILE_MAP_READ, FALSE, L"windlass-test-section") != NULL);
    result("no size", CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0, NULL) != NULL);
}

static void notifications(void)
{
    char buffer[1024];
    DWORD done = 0;
    OVERLAPPED o = {0};
    o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE directory = CreateFileW(folder, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                                   FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    check(ReadDirectoryChangesW(directory, buffer, sizeof buffer, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o, NULL));
    HANDLE change = FindFirstChangeNotificationW(folder, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME);
    check(WaitForSingleObject(change, 0) == WAIT_TIMEOUT);
    WCHAR name[MAX_PATH];
    lstrcpyW(name, folder);
    lstrcatW(name, L"\\new");
    CloseHandle(CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    say("signaled %u", WaitForSingleObject(change, 2000));
    check(GetOverlappedResult(directory, &o, &done, TRUE));
    FILE_NOTIFY_INFORMATION *information = (void *)buffer;
    say("action %u, %u bytes of name", information->Action, information->FileNameLength);
    FindCloseChangeNotification(change);
    check(ReadDirectoryChangesW(directory, buffer, sizeof buffer, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o, NULL));
    result("cancel", CancelIoEx(directory, &o));
    result("cancelled", GetOverlappedResult(directory, &o, &done, TRUE));
    result("nothing to cancel", CancelIoEx(directory, &o));
    CloseHandle(directory);
    CloseHandle(o.hEvent);
    DeleteFileW(name);
}

static void searching(void)
{
    static const WCHAR *const names[] = {L"a.txt", L"ab.txt", L"abc.TXT", L"noext", L"x.y.z", L"Upper"};
    // Wine reports: a?.txt: 1 2 18
    // documented: a?.txt: 2 3 18     (Microsoft, "FsRtlIsNameInExpression function", DOS_QM)
    // Wine reports: a??.txt: 1 4 18
    // documented: a??.txt: 3 7 18     (Microsoft, "FsRtlIsNameInExpression function", DOS_QM)
    // Wine reports: *.: 8 3f 18
    // documented: *.: 4 28 18     (Microsoft, "FsRtlIsNameInExpression function", DOS_STAR)
    // Wine reports: ?????: 4 39 18
    // documented: ?????: 2 28 18     (Microsoft, "FsRtlIsNameInExpression function", DOS_QM)
    static const WCHAR *const patterns[] = {L"*", L"*.*", L"*.txt", L"a?.txt", L"a??.txt", L"*.", L"?????", L"upper",
                                            L"*.z", L"nothing*", L"a.txt", L"none"};
    WCHAR full[MAX_PATH];
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        lstrcpyW(full, folder);
        lstrcatW(full, L"\\");
        lstrcatW(full, names[i]);
        CloseHandle(CreateFileW(full, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    }
    for (unsigned i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        WIN32_FIND_DATAW data;
        unsigned count = 0, found = 0;
        lstrcpyW(full, folder);
        lstrcatW(full, L"\\");
        lstrcatW(full, patterns[i]);
        SetLastError(0);
        HANDLE find = FindFirstFileW(full, &data);
        DWORD error = GetLastError();
        if (find != INVALID_HANDLE_VALUE) {
            do {
                count++;
                for (unsigned j = 0; j < sizeof names / sizeof *names; j++)
                    found |= lstrcmpW(data.cFileName, names[j]) == 0 ? 1u << j : 0;
            } while (FindNextFileW(find, &data));
            error = GetLastError();
            FindClose(find);
        }
        say("%ls: %u %x %u", patterns[i], count, found, error);
    }
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        lstrcpyW(full, folder);
        lstrcatW(full, L"\\");
        lstrcatW(full, names[i]);
        check(DeleteFileW(full));
    }
}

PROGRAM
{
    GetTempPathW(MAX_PATH, folder);
    lstrcatW(folder, L"windlass-async-test");
    CreateDirectoryW(folder, NULL);
    lstrcpyW(path, folder);
    lstrcatW(path, L"\\file.bin");
    overlapped();
    routines();
    port();
    locks();
    pipes();
    mappings();
    check(DeleteFileW(path));
    notifications();
    searching();
    check(RemoveDirectoryW(folder));
    return 0;
}
