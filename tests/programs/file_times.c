// All ways of asking tell the same times of a file, to the 100 ns that they are set to; writing does not move the
// creation time ("File Times", "SetFileTime function").
// The host has no creation times for Wine to set.
// Wine reports:   open for nothing: creation 0 access 1 write 1
// documented:   open for nothing: creation 1 access 1 write 1     (Microsoft, "SetFileTime function")
// Wine reports:   GetFileTime: creation 0 access 1 write 1
// documented:   GetFileTime: creation 1 access 1 write 1     (Microsoft, "SetFileTime function")
// Wine reports:   GetFileInformationByHandle: creation 0 access 1 write 1
// documented:   GetFileInformationByHandle: creation 1 access 1 write 1     (Microsoft, "SetFileTime function")
// Wine reports:   FileBasicInfo: creation 0 access 1 write 1
// documented:   FileBasicInfo: creation 1 access 1 write 1     (Microsoft, "SetFileTime function")
// Wine reports:   GetFileAttributesEx: creation 0 access 1 write 1
// documented:   GetFileAttributesEx: creation 1 access 1 write 1     (Microsoft, "SetFileTime function")
// Wine reports:   FindFirstFile: creation 0 access 1 write 1
// documented:   FindFirstFile: creation 1 access 1 write 1     (Microsoft, "SetFileTime function")
// Wine reports: written: creation kept 0, write time kept 0
// documented: written: creation kept 1, write time kept 0     (the same)
#include <windows.h>

#include "fixture.h"

struct times {
    FILETIME creation, access, write;
};

static char path[MAX_PATH];

static int same(const FILETIME *one, const FILETIME *other)
{
    return one->dwLowDateTime == other->dwLowDateTime && one->dwHighDateTime == other->dwHighDateTime;
}

static void compare(const char *title, const struct times *expected, FILETIME creation, FILETIME access, FILETIME write)
{
    say("  %s: creation %d access %d write %d", title, same(&expected->creation, &creation),
        same(&expected->access, &access), same(&expected->write, &write));
}

static HANDLE open_file(DWORD access)
{
    return CreateFileA(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
}

static struct times by_handle(HANDLE file)
{
    struct times times = {{0}};
    check(GetFileTime(file, &times.creation, &times.access, &times.write));
    return times;
}

static void ask_all(const char *title, const struct times *expected)
{
    WIN32_FILE_ATTRIBUTE_DATA attributes;
    WIN32_FIND_DATAA found;
    BY_HANDLE_FILE_INFORMATION information;
    FILE_BASIC_INFO basic;
    HANDLE file = open_file(0);
    struct times times = by_handle(file);
    CloseHandle(file);
    say("%s", title);
    compare("open for nothing", expected, times.creation, times.access, times.write);
    file = open_file(GENERIC_READ);
    times = by_handle(file);
    compare("GetFileTime", expected, times.creation, times.access, times.write);
    check(GetFileInformationByHandle(file, &information));
    compare("GetFileInformationByHandle", expected, information.ftCreationTime, information.ftLastAccessTime,
            information.ftLastWriteTime);
    check(GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof basic));
    compare("FileBasicInfo", expected, *(FILETIME *)&basic.CreationTime, *(FILETIME *)&basic.LastAccessTime,
            *(FILETIME *)&basic.LastWriteTime);
    CloseHandle(file);
    check(GetFileAttributesExA(path, GetFileExInfoStandard, &attributes));
    compare("GetFileAttributesEx", expected, attributes.ftCreationTime, attributes.ftLastAccessTime,
            attributes.ftLastWriteTime);
    FindClose(FindFirstFileA(path, &found));
    compare("FindFirstFile", expected, found.ftCreationTime, found.ftLastAccessTime, found.ftLastWriteTime);
}

static void set(const char *title, DWORD right, const FILETIME *creation, const FILETIME *access, const FILETIME *write)
{
    HANDLE file = open_file(FILE_READ_ATTRIBUTES | right);
    struct times expected = by_handle(file);
    expected.creation = creation ? *creation : expected.creation;
    expected.access = access ? *access : expected.access;
    expected.write = write ? *write : expected.write;
    check(SetFileTime(file, creation, access, write));
    CloseHandle(file);
    ask_all(title, &expected);
}

static void write_byte(void)
{
    DWORD count;
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE);
    struct times before = by_handle(file);
    SetFilePointer(file, 0, NULL, FILE_END);
    check(WriteFile(file, "x", 1, &count, NULL));
    CloseHandle(file);
    file = open_file(GENERIC_READ);
    struct times after = by_handle(file);
    CloseHandle(file);
    say("written: creation kept %d, write time kept %d", same(&before.creation, &after.creation),
        same(&before.write, &after.write));
}

PROGRAM
{
    static const FILETIME first = {0x12345678, 0x1d0aaaa}, second = {0x23456789, 0x1d0bbbb}, third = {0x3456789a, 0x1d0cccc};
    GetTempPathA(sizeof path, path);
    wsprintfA(path + lstrlenA(path), "windlass-file-times-%u", GetCurrentProcessId());
    HANDLE file = open_file(GENERIC_WRITE);
    struct times fresh = by_handle(file);
    CloseHandle(file);
    ask_all("new", &fresh);
    set("write time", GENERIC_WRITE, NULL, NULL, &third);
    write_byte();
    set("access time", FILE_WRITE_ATTRIBUTES, NULL, &second, NULL);
    set("all", GENERIC_WRITE, &first, &second, &third);
    set("all by the right to do that", FILE_WRITE_ATTRIBUTES, &third, &first, &second);
    set("write time again", FILE_WRITE_ATTRIBUTES, NULL, NULL, &second);
    write_byte();
    check(DeleteFileA(path));
    return 0;
}
