// Profile strings, atoms, the computer's names and small facts of kernel32.
#include <windows.h>

#include "fixture.h"

static char path[MAX_PATH];

static void say_list(const char *what, const char *list, DWORD size)
{
    say("%s: %u", what, size);
    for (; *list; list += lstrlenA(list) + 1)
        say("  %s", list);
}

static void write_file(const char *text)
{
    DWORD done;
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    check(WriteFile(file, text, lstrlenA(text), &done, NULL));
    CloseHandle(file);
}

static void say_file(void)
{
    char text[1024] = {0};
    DWORD done;
    HANDLE file = CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    check(ReadFile(file, text, sizeof text - 1, &done, NULL));
    CloseHandle(file);
    say("file: %s", text);
}

static void get(const char *section, const char *key, const char *fallback, DWORD size)
{
    char text[64];
    memset(text, section && key ? '#' : 0, sizeof text);
    DWORD count = GetPrivateProfileStringA(section, key, fallback, text, size, path);
    text[sizeof text - 1] = 0;
    if (section && key)
        say("[%s] %s = %u '%s'", section, key, count, text);
    else
        say_list("list", text, count);
}

static void reading(void)
{
    write_file("stray=1\r\n; comment\r\n[One]\r\nname = value \r\n;hidden=1\r\nquoted=\" spaces \"\r\nsingle='x'\r\n"
               "Number=42abc\r\nnegative=-7\r\nhex=0x1F\r\nempty=\r\nnoequals\r\n\r\n[ Two ]\r\nname=other=more\r\n");
    get("one", "NAME", "none", 64);
    get("One", "quoted", "none", 64);
    get("One", "single", "none", 64);
    get("One", "empty", "none", 64);
    get("One", "noequals", "none", 64);
    get("One", "missing", "fallback  ", 64);
    get("One", "hidden", "none", 64);
    get("Two", "name", "none", 64);
    get("Three", "name", NULL, 64);
    get("One", "name", "none", 4);
    get("One", NULL, "none", 64);
    get("One", NULL, "none", 10);
    get(NULL, NULL, "none", 64);
    say("int %d %d %d %d", GetPrivateProfileIntA("One", "number", 1, path), GetPrivateProfileIntA("One", "negative", 1, path),
        GetPrivateProfileIntA("One", "name", 5, path), GetPrivateProfileIntA("One", "missing", 6, path));
    char all[256];
    say_list("section", all, GetPrivateProfileSectionA("One", all, sizeof all, path));
    say_list("names", all, GetPrivateProfileSectionNamesA(all, sizeof all, path));
}

static void writing(void)
{
    check(WritePrivateProfileStringA("One", "name", "changed", path));
    check(WritePrivateProfileStringA("One", "added", "1", path));
    check(WritePrivateProfileStringA("One", "quoted", NULL, path));
    check(WritePrivateProfileStringA("Three", "fresh", "a b", path));
    check(WritePrivateProfileStringA("Two", NULL, NULL, path));
    get("One", "name", "", 64);
    get("One", "added", "", 64);
    get("One", "quoted", "gone", 64);
    get("Three", "fresh", "", 64);
    get("Two", "name", "gone", 64);
    check(WritePrivateProfileSectionA("Three", "a=1\0b=2\0", path));
    char all[256];
    say_list("section", all, GetPrivateProfileSectionA("Three", all, sizeof all, path));
    DWORD numbers[2] = {0x11223344, 5}, back[2] = {0, 0};
    check(WritePrivateProfileStructA("Three", "struct", numbers, sizeof numbers, path));
    get("Three", "struct", "", 64);
    check(GetPrivateProfileStructA("Three", "struct", back, sizeof back, path));
    say("struct %x %u", back[0], back[1]);
    say("of another size %d", GetPrivateProfileStructA("Three", "struct", back, 4, path));
    DeleteFileA(path);
    check(WritePrivateProfileStringA("New", "key", "value", path));
    say_file();
}

static void atoms(void)
{
    WCHAR name[32];
    char short_name[4];
    ATOM first = AddAtomW(L"Windlass atom"), again = AddAtomW(L"WINDLASS ATOM");
    say("atom %d, same %d, found %d", first >= 0xC000, first == again, FindAtomW(L"windlass atom") == first);
    say("name %u", GetAtomNameW(first, name, 32));
    say("%ls", name);
    say("delete %u %u", DeleteAtom(first), DeleteAtom(first));
    SetLastError(0);
    ATOM found = FindAtomW(L"Windlass atom");
    say("gone %u %u", found, GetLastError());
    say("delete again %d", DeleteAtom(first) == first);
    say("integers %u %u %u", AddAtomW((LPCWSTR)77), AddAtomW(L"#99"), FindAtomW(L"#99"));
    GetAtomNameW(77, name, 32);
    say("%ls", name);
    first = GlobalAddAtomA("global");
    SetLastError(0);
    UINT length = GlobalGetAtomNameA(first, short_name, 4);
    say("cut %u %s %u", length, short_name, GetLastError());
    say("global %u", GlobalDeleteAtom(first));
}

static void names(void)
{
    WCHAR name[256];
    DWORD size = 256;
    check(GetComputerNameW(name, &size));
    say("length told %d", size == (DWORD)lstrlenW(name));
    DWORD needed = 1;
    SetLastError(0);
    BOOL ok = GetComputerNameW(name, &needed);
    say("short %d %u, room for the zero %d", ok, GetLastError(), needed == size + 1);
    needed = 0;
    SetLastError(0);
    ok = GetComputerNameExW(ComputerNameDnsHostname, NULL, &needed);
    say("extended %d %u %d", ok, GetLastError(), needed > 1);
    ok = GetComputerNameExW((COMPUTER_NAME_FORMAT)99, name, &size);
    say("bad kind %d %u", ok, GetLastError());
    BOOL wow = TRUE;
    say("wow64 %d %d", IsWow64Process(GetCurrentProcess(), &wow), wow);
    SYSTEM_POWER_STATUS power;
    check(GetSystemPowerStatus(&power));
}

PROGRAM
{
    GetTempPathA(MAX_PATH, path);
    lstrcatA(path, "windlass-profile.ini");
    reading();
    writing();
    atoms();
    names();
    DeleteFileA(path);
    return 0;
}
