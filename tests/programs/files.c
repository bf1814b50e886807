// Files: dispositions, share modes, positions, attributes, times, deletion, renaming.
#include <windows.h>

#include "fixture.h"

static WCHAR folder[MAX_PATH], a[MAX_PATH], b[MAX_PATH];

static void join(WCHAR *out, const WCHAR *name)
{
    lstrcpyW(out, folder);
    lstrcatW(out, L"\\");
    lstrcatW(out, name);
}

static HANDLE open_file(const WCHAR *path, DWORD access, DWORD share, DWORD disposition, DWORD flags)
{
    SetLastError(12345);
    return CreateFileW(path, access, share, NULL, disposition, flags, NULL);
}

static void try_open(const char *what, const WCHAR *path, DWORD access, DWORD share, DWORD disposition, DWORD flags)
{
    HANDLE file = open_file(path, access, share, disposition, flags);
    DWORD error = GetLastError();
    say("%s: %s %u", what, file == INVALID_HANDLE_VALUE ? "refused" : "open", error);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
}

static void result(const char *what, BOOL ok)
{
    DWORD error = GetLastError();
    say("%s: %d %u", what, ok, ok ? 0 : error);
}

static void put(const WCHAR *path, const char *text)
{
    DWORD done;
    HANDLE file = open_file(path, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    check(WriteFile(file, text, lstrlenA(text), &done, NULL));
    check(CloseHandle(file));
}

static void dispositions(void)
{
    try_open("open missing", a, GENERIC_READ, 0, OPEN_EXISTING, 0);
    try_open("truncate missing", a, GENERIC_WRITE, 0, TRUNCATE_EXISTING, 0);
    try_open("create new", a, GENERIC_WRITE, 0, CREATE_NEW, 0);
    try_open("create new again", a, GENERIC_WRITE, 0, CREATE_NEW, 0);
    try_open("create always", a, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    try_open("open always", a, GENERIC_READ, 0, OPEN_ALWAYS, 0);
    try_open("open always, new", b, GENERIC_READ, 0, OPEN_ALWAYS, 0);
    try_open("open existing", a, GENERIC_READ, 0, OPEN_EXISTING, 0);
    try_open("disposition 9", a, GENERIC_READ, 0, 9, 0);
    try_open("directory", folder, GENERIC_READ, 7, OPEN_EXISTING, 0);
    try_open("directory with backup semantics", folder, GENERIC_READ, 7, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    WCHAR path[MAX_PATH];
    join(path, L"none\\x");
    try_open("missing folder", path, GENERIC_READ, 0, OPEN_EXISTING, 0);
    join(path, L"a?b");
    try_open("wildcard", path, GENERIC_READ, 0, CREATE_ALWAYS, 0);
    join(path, L"a<b");
    try_open("bad character", path, GENERIC_READ, 0, CREATE_ALWAYS, 0);
    try_open("empty", L"", GENERIC_READ, 0, OPEN_EXISTING, 0);
    try_open("NUL", L"NUL", GENERIC_READ | GENERIC_WRITE, 0, OPEN_EXISTING, 0);
    join(path, L"A.TXT");
    try_open("other case", path, GENERIC_READ, 0, OPEN_EXISTING, 0);
}

static void sharing(void)
{
    static const struct { DWORD access, share, second_access, second_share; } cases[] = {
        {GENERIC_READ, 0, GENERIC_READ, 7}, {GENERIC_READ, FILE_SHARE_READ, GENERIC_READ, FILE_SHARE_READ},
        {GENERIC_READ, FILE_SHARE_READ, GENERIC_WRITE, 7}, {GENERIC_WRITE, FILE_SHARE_READ, GENERIC_READ, FILE_SHARE_READ},
        {GENERIC_WRITE, 7, GENERIC_READ, FILE_SHARE_READ}, {GENERIC_WRITE, 7, GENERIC_READ, 3},
        {GENERIC_READ, 3, DELETE, 7}, {GENERIC_READ, 7, DELETE, 7}, {0, 0, GENERIC_WRITE, 0}, {GENERIC_READ, 0, 0, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        HANDLE first = open_file(a, cases[i].access, cases[i].share, OPEN_EXISTING, 0);
        HANDLE second = open_file(a, cases[i].second_access, cases[i].second_share, OPEN_EXISTING, 0);
        say("sharing %u: %d %u", i, second != INVALID_HANDLE_VALUE, second == INVALID_HANDLE_VALUE ? GetLastError() : 0);
        CloseHandle(first);
        if (second != INVALID_HANDLE_VALUE)
            CloseHandle(second);
    }
}

static void positions(void)
{
    char text[32] = {0};
    DWORD done = 77;
    LONG high = 0;
    LARGE_INTEGER where, now;
    HANDLE file = open_file(a, GENERIC_READ | GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    check(WriteFile(file, "0123456789", 10, &done, NULL) && done == 10);
    check(SetFilePointer(file, -3, NULL, FILE_END) == 7);
    check(ReadFile(file, text, 10, &done, NULL));
    say("read %u %s", done, text);
    result("read at the end", ReadFile(file, text, 10, &done, NULL));
    say("done %u", done);
    SetLastError(0);
    say("before the start: %x %u", SetFilePointer(file, -1, NULL, FILE_BEGIN), GetLastError());
    say("before the start: %x %u", SetFilePointer(file, -11, NULL, FILE_END), GetLastError());
    where.QuadPart = -1;
    result("before the start", SetFilePointerEx(file, where, &now, FILE_BEGIN));
    where.QuadPart = 0x100000005;
    result("far", SetFilePointerEx(file, where, &now, FILE_BEGIN));
    say("at %llx", now.QuadPart);
    say("low %x high %x", SetFilePointer(file, 0, &high, FILE_CURRENT), high);
    where.QuadPart = 4;
    check(SetFilePointerEx(file, where, NULL, FILE_BEGIN) && SetEndOfFile(file));
    say("size %u", GetFileSize(file, NULL));
    OVERLAPPED at = {0};
    at.Offset = 2;
    check(WriteFile(file, "xy", 2, &done, &at) && done == 2 && at.InternalHigh == 2);
    say("position after: %u", SetFilePointer(file, 0, NULL, FILE_CURRENT));
    at.Offset = 100;
    result("read at an offset behind the end", ReadFile(file, text, 5, &done, &at));
    at.Offset = 1;
    ZeroMemory(text, sizeof text);
    check(ReadFile(file, text, 5, &done, &at));
    say("read %u %s", done, text);
    check(GetFileType(file) == FILE_TYPE_DISK);
    result("flush", FlushFileBuffers(file));
    CloseHandle(file);
    file = open_file(a, GENERIC_READ, 0, OPEN_EXISTING, 0);
    result("write without access", WriteFile(file, "x", 1, &done, NULL));
    // Wine reports: end without access: 0 87
    // documented: end without access: 0 5     (Microsoft, "SetEndOfFile function")
    result("end without access", SetEndOfFile(file));
    CloseHandle(file);
    result("closed handle", ReadFile(file, text, 1, &done, NULL));
    file = open_file(a, FILE_APPEND_DATA, 0, OPEN_EXISTING, 0);
    check(SetFilePointer(file, 0, NULL, FILE_BEGIN) == 0 && WriteFile(file, "end", 3, &done, NULL));
    CloseHandle(file);
    file = open_file(a, GENERIC_READ, 0, OPEN_EXISTING, 0);
    ZeroMemory(text, sizeof text);
    check(ReadFile(file, text, 20, &done, NULL));
    say("appended: %s", text);
    CloseHandle(file);
}

static void attributes(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    say("file %x", GetFileAttributesW(a) & 0x37);
    say("folder %x", GetFileAttributesW(folder) & 0x37);
    WCHAR path[MAX_PATH];
    join(path, L"none");
    say("missing %x %u", GetFileAttributesW(path), GetLastError());
    join(path, L"none\\none");
    say("missing %x %u", GetFileAttributesW(path), GetLastError());
    result("read-only", SetFileAttributesW(a, FILE_ATTRIBUTE_READONLY));
    say("file %x", GetFileAttributesW(a) & 7);
    // Wine reports: write read-only: open 0
    // documented: write read-only: refused 5     (Microsoft, "File Attribute Constants")
    try_open("write read-only", a, GENERIC_WRITE, 0, OPEN_EXISTING, 0);
    // Wine reports: create read-only: open 183
    // documented: create read-only: refused 5     (Microsoft, "File Attribute Constants")
    try_open("create read-only", a, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    result("delete read-only", DeleteFileW(a));
    result("normal", SetFileAttributesW(a, FILE_ATTRIBUTE_NORMAL));
    say("file %x", GetFileAttributesW(a) & 7);
    put(a, "seven78");
    check(GetFileAttributesExW(a, GetFileExInfoStandard, &data) && data.nFileSizeLow == 7);
    HANDLE file = open_file(a, GENERIC_WRITE, 0, OPEN_EXISTING, 0);
    FILETIME written = {0x12345600, 0x01d00000}, accessed = {0x700, 0x01d00001}, got[3];
    result("set times", SetFileTime(file, NULL, &accessed, &written));
    check(GetFileTime(file, &got[0], &got[1], &got[2]));
    say("%x %x %x %x", got[1].dwLowDateTime, got[1].dwHighDateTime, got[2].dwLowDateTime, got[2].dwHighDateTime);
    BY_HANDLE_FILE_INFORMATION information;
    check(GetFileInformationByHandle(file, &information) && information.nNumberOfLinks == 1);
    FILE_STANDARD_INFO standard;
    check(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof standard));
    say("size %u links %u pending %u directory %u", standard.EndOfFile.LowPart, standard.NumberOfLinks,
        standard.DeletePending, standard.Directory);
    result("short buffer", GetFileInformationByHandleEx(file, FileStandardInfo, &standard, 4));
    result("bad class", GetFileInformationByHandleEx(file, 99, &standard, sizeof standard));
    FILE_END_OF_FILE_INFO end = {{.QuadPart = 3}};
    result("set end", SetFileInformationByHandle(file, FileEndOfFileInfo, &end, sizeof end));
    say("size %u", GetFileSize(file, NULL));
    CloseHandle(file);
}

static void removing(void)
{
    put(a, "abc");
    HANDLE file = open_file(a, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, 0);
    result("delete open", DeleteFileW(a));
    result("move open", MoveFileW(a, b));
    CloseHandle(file);
    result("delete", DeleteFileW(a));
    result("delete again", DeleteFileW(a));
    result("delete folder", DeleteFileW(folder));
    file = open_file(a, GENERIC_WRITE, 7, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE);
    say("there %d", GetFileAttributesW(a) != INVALID_FILE_ATTRIBUTES);
    CloseHandle(file);
    say("there %d", GetFileAttributesW(a) != INVALID_FILE_ATTRIBUTES);
    put(a, "abc");
    file = open_file(a, DELETE, 7, OPEN_EXISTING, 0);
    FILE_DISPOSITION_INFO disposition = {TRUE};
    result("disposition", SetFileInformationByHandle(file, FileDispositionInfo, &disposition, sizeof disposition));
    CloseHandle(file);
    say("there %d", GetFileAttributesW(a) != INVALID_FILE_ATTRIBUTES);
}

static void moving(void)
{
    WCHAR c[MAX_PATH];
    join(c, L"none\\c.txt");
    put(a, "one");
    put(b, "two");
    result("move over", MoveFileW(a, b));
    result("move, replacing", MoveFileExW(a, b, MOVEFILE_REPLACE_EXISTING));
    result("move missing", MoveFileW(a, b));
    result("move into nothing", MoveFileW(b, c));
    result("copy", CopyFileW(b, a, TRUE));
    result("copy, no overwriting", CopyFileW(b, a, TRUE));
    result("copy over", CopyFileW(b, a, FALSE));
    result("copy missing", CopyFileW(c, a, FALSE));
    result("copy folder", CopyFileW(folder, c, FALSE));
    result("hard link over", CreateHardLinkW(b, a, NULL));
    check(DeleteFileW(b));
    result("hard link", CreateHardLinkW(b, a, NULL));
    HANDLE file = open_file(a, GENERIC_READ, 7, OPEN_EXISTING, 0);
    BY_HANDLE_FILE_INFORMATION information;
    check(GetFileInformationByHandle(file, &information));
    say("links %u", information.nNumberOfLinks);
    CloseHandle(file);
    put(b, "replacement");
    join(c, L"backup");
    result("replace", ReplaceFileW(a, b, c, 0, NULL, NULL));
    say("%d %d %d", GetFileAttributesW(a) != INVALID_FILE_ATTRIBUTES, GetFileAttributesW(b) != INVALID_FILE_ATTRIBUTES,
        GetFileAttributesW(c) != INVALID_FILE_ATTRIBUTES);
    check(DeleteFileW(c) && DeleteFileW(a));
}

static void directories(void)
{
    WCHAR path[MAX_PATH], inner[MAX_PATH];
    join(path, L"sub");
    join(inner, L"sub\\inner");
    result("make in nothing", CreateDirectoryW(inner, NULL));
    result("make", CreateDirectoryW(path, NULL));
    result("make again", CreateDirectoryW(path, NULL));
    result("make inner", CreateDirectoryW(inner, NULL));
    result("remove full", RemoveDirectoryW(path));
    result("remove inner", RemoveDirectoryW(inner));
    put(a, "x");
    result("remove file", RemoveDirectoryW(a));
    result("make over file", CreateDirectoryW(a, NULL));
    result("current directory is a file", SetCurrentDirectoryW(a));
    result("current directory is missing", SetCurrentDirectoryW(inner));
    result("remove", RemoveDirectoryW(path));
    result("remove missing", RemoveDirectoryW(path));
    check(DeleteFileW(a));
    WCHAR name[MAX_PATH];
    say("temp name %x", GetTempFileNameW(folder, L"prefix", 0x1a2b, name));
    // Wine reports: \u005cpre1a2b.tmp
    // documented: \u005cpre1A2B.tmp     (Microsoft, "GetTempFileNameW function")
    say("%ls", name + lstrlenW(folder));
    check(GetTempFileNameW(folder, L"p", 0, name) != 0 && DeleteFileW(name));
    say("temp in nothing %u %u", GetTempFileNameW(inner, L"p", 0, name), GetLastError());
}

static void current_directory(void)
{
    WCHAR before[MAX_PATH], outer[MAX_PATH], inner[MAX_PATH], other[MAX_PATH];
    join(outer, L"outer");
    join(inner, L"outer\\inner");
    join(other, L"other");
    check(GetCurrentDirectoryW(MAX_PATH, before) && CreateDirectoryW(outer, NULL) && CreateDirectoryW(inner, NULL));
    check(SetCurrentDirectoryW(inner));
    result("remove the current directory", RemoveDirectoryW(inner));
    result("move the current directory", MoveFileW(inner, other));
    // Wine reports: move what it is in: 1 0
    // documented: move what it is in: 0 5     (Microsoft, "[MS-FSA]", FileRenameInformation: what holds open files)
    BOOL moved = MoveFileW(outer, other);
    result("move what it is in", moved);
    if (moved)
        MoveFileW(other, outer);
    result("by its short name", MoveFileW(L".", other));
    check(SetCurrentDirectoryW(before));
    result("then move", MoveFileW(inner, other));
    check(RemoveDirectoryW(other) && RemoveDirectoryW(outer));
}

PROGRAM
{
    GetTempPathW(MAX_PATH, folder);
    lstrcatW(folder, L"windlass-files-test");
    CreateDirectoryW(folder, NULL);
    join(a, L"a.txt");
    join(b, L"b.txt");
    dispositions();
    sharing();
    positions();
    attributes();
    check(DeleteFileW(b));
    removing();
    moving();
    directories();
    current_directory();
    check(RemoveDirectoryW(folder));
    return 0;
}
